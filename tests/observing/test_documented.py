"""Every event and every figure stands in docs/observing.md, and nothing stands there that is gone."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from portal.shared.environment import ROOT

LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}
FAMILIES = {"Counter", "Gauge", "Histogram", "GaugeMetricFamily", "CounterMetricFamily"}


def calls() -> Iterator[tuple[Path, ast.Call]]:
    for path in sorted((ROOT / "portal").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield path, node


def events() -> dict[str, set[str]]:
    """Every event that the code logs, with the fields it is given anywhere."""
    found: dict[str, set[str]] = {}
    for path, call in calls():
        if isinstance(call.func, ast.Attribute) and call.func.attr in LEVELS and is_log(call.func.value):
            assert isinstance(call.args[0], ast.Constant), f"{path}: the name of an event is written out"
            fields = found.setdefault(str(call.args[0].value), set())
            assert all(keyword.arg for keyword in call.keywords), f"{path}: the fields of an event are written out"
            fields |= {keyword.arg for keyword in call.keywords if keyword.arg}
    return found


def is_log(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("log", "logger")


def figures() -> set[str]:
    """The name of every figure, as a scrape shows it."""
    found = set()
    for _, call in calls():
        kind = call.func.id if isinstance(call.func, ast.Name) else ""
        if kind in FAMILIES and call.args and isinstance(call.args[0], ast.Constant):
            name = str(call.args[0].value)
            found.add(f"{name}_total" if kind in ("Counter", "CounterMetricFamily") else name)
    return found


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading."""
    part = (ROOT / "docs" / "observing.md").read_text("utf-8").partition(f"\n## {heading}\n")[2]
    (table,) = re.findall(r"\n\n((?:\|.*\n)+)", part)[:1]
    return [[cell.strip() for cell in line.strip("|\n").split("|")] for line in table.splitlines()[2:]]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_event_is_documented_with_its_fields_and_no_other() -> None:
    documented = {names(row[0])[0]: set(names(row[1])) for row in rows("Logs")}
    assert documented == events()


def test_every_event_says_what_happened() -> None:
    assert all(len(row) == 4 and len(row[2]) > 10 for row in rows("Logs"))


def test_every_figure_is_documented_and_no_other() -> None:
    documented = [names(row[0])[0] for row in rows("Figures")]
    assert sorted(documented) == sorted(figures())
