"""One word, one meaning, one side of the wall: read from the syntax trees and the tables."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import portal.people.app
import portal.sandbox.app  # noqa: F401  # importing the apps fills the metadata
from portal.people.database import Base as People
from portal.sandbox.database import Base as Sandbox
from portal.shared.environment import ROOT

# Words that belong to the other side; `may_contact` is a verb and stays.
NOT_UNDER = {
    "sandbox": ("person", "persons", "people"),
    "people": ("lead", "leads", "contact", "contacts", "deal", "deals"),
}


@pytest.mark.parametrize(("side", "words"), NOT_UNDER.items())
def test_no_class_is_named_for_the_other_side(side: str, words: tuple[str, ...]) -> None:
    names = dict(_classes(ROOT / "portal" / side))
    assert len(names) > 10
    assert [f"{path}: {name}" for name, path in names.items() if set(_parts(name)) & set(words)] == []


@pytest.mark.parametrize(("side", "base"), [("sandbox", Sandbox), ("people", People)])
def test_no_table_or_column_is_named_for_the_other_side(side: str, base: type[People] | type[Sandbox]) -> None:
    names = [name for table in base.metadata.sorted_tables for name in (table.name, *table.columns.keys())]
    assert len(names) > 10
    assert [name for name in names if set(name.split("_")) & set(NOT_UNDER[side])] == []


def test_no_module_is_called_what_says_nothing() -> None:
    empty = {"utils", "util", "helpers", "common", "manager", "base_service", "service_base", "misc"}
    assert [str(path) for path in (ROOT / "portal").rglob("*.py") if path.stem in empty] == []


def test_every_module_says_what_it_is_for() -> None:
    modules = [path for path in (ROOT / "portal").rglob("*.py") if "versions" not in path.parts]
    assert len(modules) > 40
    assert [str(path) for path in modules if not ast.get_docstring(ast.parse(path.read_text("utf-8")))] == []


def _classes(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield node.name, path


def _parts(name: str) -> list[str]:
    return [part.lower() for part in re.findall("[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)]
