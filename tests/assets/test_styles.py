"""Rules of the styles: one file per concept, colours in one place, nothing that a later file cannot overrule."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from portal.shared.environment import ROOT

STATIC = ROOT / "static"
SHEETS = [path for path in sorted(STATIC.glob("*/*.css")) if path.parent.name != "built"]
ENTRIES = [STATIC / side / f"{side}.css" for side in ("people", "sandbox")]
CONCEPTS = [path for path in SHEETS if path not in ENTRIES]
COLOURS = re.compile(
    r"\b(rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|light-dark)\(|(?<![\w-])(white|black|red|green|blue|gr[ae]y)(?![\w-])"
)


def test_no_style_hangs_on_an_id_or_names_a_colour_by_number() -> None:
    assert offenders(SHEETS, lambda rules: re.findall(r".*#.*", rules)) == {}


def test_nothing_is_important() -> None:
    assert offenders(SHEETS, lambda rules: re.findall(r".*!.*", rules)) == {}


def test_colours_stand_in_the_tokens_alone() -> None:
    others = [path for path in SHEETS if path.name != "tokens.css"]
    assert offenders(others, lambda rules: [found.group() for found in COLOURS.finditer(rules)]) == {}


def test_light_and_dark_differ_in_colours_alone() -> None:
    assert offenders(SHEETS, lambda rules: re.findall(r"prefers-color-scheme|light-dark\((?!oklch\()", rules)) == {}


def test_layers_are_named_only_where_a_side_puts_its_sheets_together() -> None:
    assert offenders(CONCEPTS, lambda rules: re.findall(r"@layer|@import", rules)) == {}


def test_every_sheet_belongs_to_a_side() -> None:
    imported = {
        (entry.parent / name).resolve()
        for entry in ENTRIES
        for name in re.findall(r'@import "([^"]+)"', entry.read_text())
    }
    assert imported == set(CONCEPTS)


def test_every_token_that_is_used_is_defined() -> None:
    defined = {name for path in SHEETS for name in re.findall(r"(--[\w-]+):", rules_of(path))}
    assert offenders(CONCEPTS, lambda rules: set(re.findall(r"var\((--[\w-]+)", rules)) - defined) == {}


def test_every_class_that_is_styled_stands_in_a_template_or_a_script() -> None:
    users = [*(ROOT / "templates").rglob("*.html"), *STATIC.glob("*/*.js"), *(ROOT / "portal").rglob("*.py")]
    words = set(re.findall(r"[\w-]+", "\n".join(path.read_text() for path in users)))
    assert offenders(CONCEPTS, lambda rules: set(re.findall(r"\.(-?[a-z][\w-]*)", rules)) - words) == {}


def offenders(sheets: Iterable[Path], find: Callable[[str], Iterable[str]]) -> dict[str, list[str]]:
    found = {str(path.relative_to(STATIC)): sorted(find(rules_of(path))) for path in sheets}
    return {name: lines for name, lines in found.items() if lines}


def rules_of(path: Path) -> str:
    """The sheet without its words: comments and strings may say anything."""
    without_strings = re.sub(r'"[^"\n]*"', '""', path.read_text())
    return re.sub(r"/\*.*?\*/", "", without_strings, flags=re.DOTALL)
