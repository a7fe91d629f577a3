"""The only place that reads a recipe from its file, and finds the line of whatever is wrong in it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from portal.sandbox.scenarios import recipe as parts
from portal.sandbox.scenarios.proofreading import faults_of
from portal.sandbox.scenarios.recipe import Recipe
from portal.shared.proofreading import NOT_TOML, BadContent, Fault, broken_at


class BadRecipe(BadContent):
    """The recipe cannot be used."""


def read_recipe(path: Path) -> Recipe:
    """The recipe in the TOML file at `path`; its slug is the file's name. Raises BadRecipe."""
    source = path.read_text("utf-8")
    try:
        found = tomllib.loads(source)
    except tomllib.TOMLDecodeError as fault:
        raise BadRecipe(path, [Fault(broken_at(fault, source), "file", NOT_TOML)]) from fault
    table = _Table(found)
    recipe = _recipe(path.stem, table)
    wrong = table.wrong or list(faults_of(recipe))
    if wrong:
        raise BadRecipe(path, [Fault(_line_of(source, key), _spelled(key), words) for key, words in wrong])
    return recipe


def check(path: Path) -> list[Fault]:
    """What is wrong with the recipe at `path`; empty where a scenario can be made of it."""
    try:
        read_recipe(path)
    except BadRecipe as bad:
        return bad.faults
    return []


def _recipe(slug: str, table: "_Table") -> Recipe:
    recipe = Recipe(
        slug=slug,
        **{name: table.text(name) for name in ("name", "trade", "about", "teaches", "seed", "currency")},
        leads=table.number("leads", 1, 200_000),
        months=table.number("months", 1, 60),
        goal=table.number("goal", 1, 1_000_000_000),
        stages=tuple(_stage(row) for row in table.tables("stages")),
        owners=tuple(
            parts.Owner(row.text("name"), row.text("voice"), row.weight("weight")) for row in table.tables("owners")
        ),
        sources=tuple(
            parts.Source(row.text("name"), row.text("kind"), row.weight("weight")) for row in table.tables("sources")
        ),
        products=table.texts("products"),
        reasons=table.table("reasons").lists(("won", "lost")),
        tags=table.texts("tags"),
        habits=tuple(parts.Habit(row.text("tag"), row.weight("share")) for row in table.tables("habits")),
        names=table.table("names").lists(parts.NAMES),
        places=(places := table.table("places")).lists(parts.PLACES),
        zip_code=places.text("zip"),
        company_words=(companies := table.table("companies")).texts("words"),
        campaigns=tuple(_campaign(row) for row in table.tables("campaigns")),
        shapes=tuple(
            parts.Shape(row.text("name"), row.weight("weight"), row.weight("pace"), row.texts("beats"))
            for row in table.tables("shapes")
        ),
        threads=tuple(_thread(row) for row in table.tables("threads")),
        common=table.table("common").lists(parts.COMMON),
        views=tuple(_question(row) for row in table.tables("views", is_needed=False)),
        segments=tuple(_question(row) for row in table.tables("segments", is_needed=False)),
        doubles=table.number("doubles", 0, 1000) if "doubles" in table.found else 0,
    )
    companies.note_strangers()
    places.note_strangers()
    table.note_strangers()
    return recipe


def _stage(row: "_Table") -> parts.Stage:
    return parts.Stage(
        name=row.text("name"),
        mark=row.text("mark"),
        chance=row.number("chance", 0, 100),
        wait=row.number("wait", 1, 1000) if "wait" in row.found else None,
        needs=row.texts("needs", is_needed=False),
    )


def _question(row: "_Table") -> parts.Question:
    return parts.Question(row.text("name"), row.text("ask"))


def _campaign(row: "_Table") -> parts.Campaign:
    return parts.Campaign(
        name=row.text("name"),
        subject=row.text("subject"),
        link=row.text("link"),
        day=row.number("day", 1, 5000),
        threads=row.texts("threads", is_needed=False),
    )


def _thread(row: "_Table") -> parts.Thread:
    is_company = row.flag("is_company")
    return parts.Thread(
        name=row.text("name"),
        weight=row.weight("weight"),
        is_company=is_company,
        tags=row.texts("tags"),
        companies=row.texts("companies", is_needed=is_company),
        roles=row.texts("roles"),
        deals=tuple(
            parts.Sale(
                sale.text("title"), sale.text("product"), sale.range("price"), sale.text("times", is_needed=False)
            )
            for sale in row.tables("deals")
        ),
        words=(words := row.table("words")).lists(tuple(words.found)),
        texts=row.table("texts").lists(parts.TEXTS),
    )


Key = tuple[str | int, ...]
Value = TypeVar("Value")


class _Table:
    """A table of the file: hands out values of the kind asked for, and notes what is missing, wrong or unknown."""

    def __init__(self, found: Mapping[str, Any], key: Key = (), wrong: "list[tuple[Key, str]] | None" = None) -> None:
        self.found = found
        self.wrong: list[tuple[Key, str]] = [] if wrong is None else wrong
        self._key = key
        self._asked: set[str] = set()

    def text(self, name: str, *, is_needed: bool = True) -> str:
        value = self._get(name, "" if not is_needed else None)
        return value if isinstance(value, str) else self._bad(name, "Write one line of text in quotes.", "")

    def number(self, name: str, least: int, most: int) -> int:
        value = self._get(name)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        return self._bad(name, f"Write a whole number from {least} to {most:,}.", least)

    def weight(self, name: str) -> float:
        value = self._get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1000:
            return float(value)
        return self._bad(name, "Write a number above 0.", 1.0)

    def flag(self, name: str) -> bool:
        value = self._get(name, False)
        return value if isinstance(value, bool) else self._bad(name, "Write true or false.", False)

    def range(self, name: str) -> tuple[int, int]:
        match self._get(name):
            case [int(least), int(most)] if 0 < least <= most:
                return least, most
        return self._bad(name, "Write two whole numbers, the smaller first, such as [40, 65].", (1, 1))

    def texts(self, name: str, *, is_needed: bool = True) -> tuple[str, ...]:
        value = self._get(name, None if is_needed else [])
        if not isinstance(value, list) or (not value and is_needed):
            return self._bad(name, "Write a list of lines, each in quotes.", ())
        for at, item in enumerate(value):
            if not isinstance(item, str) or not item.strip():
                self.wrong.append(((*self._key, name, at), "Write a line in quotes that is not empty."))
                return ()
        return tuple(value)

    def lists(self, names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        found = {name: self.texts(name) for name in names}
        if self._key != ("places",):
            self.note_strangers()
        return found

    def table(self, name: str) -> "_Table":
        value = self._get(name)
        if not isinstance(value, dict):
            value = self._bad(name, f"Begin this part with [{name}].", {})
        return _Table(value, (*self._key, name), self.wrong)

    def tables(self, name: str, *, is_needed: bool = True) -> "Iterator[_Table]":
        value = self._get(name)
        if value is None and not is_needed:
            return
        if not isinstance(value, list) or not value or not all(isinstance(row, dict) for row in value):
            value = self._bad(name, f"Give one or more, each under [[{name}]].", [])
        for at, row in enumerate(value):
            table = _Table(row, (*self._key, name, at), self.wrong)
            yield table
            table.note_strangers()

    def note_strangers(self) -> None:
        """Note every key that nobody asked for: most are misspelled."""
        for name in self.found:
            if name not in self._asked:
                self.wrong.append(
                    ((*self._key, name), "This key means nothing here. Check its spelling, or take it out.")
                )

    def _get(self, name: str, default: Any = None) -> Any:
        self._asked.add(name)
        return self.found.get(name, default)

    def _bad(self, name: str, words: str, default: Value) -> Value:
        self.wrong.append(((*self._key, name), words if name in self.found else f"This is missing. {words}"))
        return default


def _spelled(key: Key) -> str:
    return " ".join(f"number {part + 1}" if isinstance(part, int) else part for part in key)


def _line_of(source: str, key: Key) -> int:
    """The line where `key` stands, or the nearest one above that can be told."""
    lines = source.split("\n")
    at = 0
    for depth, part in enumerate(key):
        if isinstance(part, int):
            header = f"[[{key[depth - 1]}]]"
            headers = [number for number, line in enumerate(lines) if line.strip() == header]
            at = headers[part] if part < len(headers) else _item(lines, at, part)
            continue
        pattern = re.compile(rf"\s*(?:\[+(?:\w+\.)*{re.escape(part)}\]+|{re.escape(part)}\s*=)")
        within = range(at, _next_header(lines, at) if depth else len(lines))
        at = next((number for number in within if pattern.match(lines[number])), at)
    return at + 1


def _next_header(lines: list[str], at: int) -> int:
    return next((number for number in range(at + 1, len(lines)) if lines[number].startswith("[[")), len(lines))


def _item(lines: list[str], at: int, item: int) -> int:
    """The line of the `item`-th quoted text or inline table from line `at` on."""
    seen = -1
    for number in range(at, len(lines)):
        line = lines[number]
        seen += line.count("{ ") if "{ " in line else len(re.findall(r'"(?:[^"\\]|\\.)*"', line))
        if seen >= item:
            return number
    return at
