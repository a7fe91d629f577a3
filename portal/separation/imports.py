"""Line on the code: no import of the sandbox, nor of what both share, names the people side, by a string either."""

import ast
from collections.abc import Iterator
from pathlib import Path

from portal.sandbox.confinement import FORBIDDEN
from portal.separation.report import Line

_DYNAMIC = frozenset({"import_module", "__import__", "exec", "eval", "run_module", "run_path"})


def imports(root: Path) -> Line:
    """Read every module below `root`'s `portal/sandbox` and `portal/shared` as a syntax tree."""
    faults: list[str] = []
    count = 0
    modules = sorted([*(root / "portal" / "sandbox").rglob("*.py"), *(root / "portal" / "shared").rglob("*.py")])
    for path in modules:
        tree = ast.parse(path.read_text("utf-8"))
        name = path.relative_to(root)
        for imported in _imported(tree):
            count += 1
            if _is_forbidden(imported):
                faults.append(f"{name} imports {imported}")
        faults += [f"{name} imports by a name made at run time" for _ in _dynamic(tree)]
    return Line(
        name="imports",
        title="No code of the sandbox names the people side",
        claim="Every import of the sandbox, and of what both sides share, is read.",
        examined={"modules": len(modules), "imports": count},
        faults=tuple(faults),
    )


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _dynamic(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = (
                called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
            )
            if name in _DYNAMIC:
                yield node


def _is_forbidden(imported: str) -> bool:
    return any(imported == name or imported.startswith(f"{name}.") for name in FORBIDDEN)
