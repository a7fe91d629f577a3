"""The only place that reads the TOML of campaigns and segments, and finds the line of whatever is wrong in it."""

import re
import tomllib
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from portal.shared.proofreading import NOT_TOML, Fault, broken_at


class Faulty(ValueError):
    """The file cannot be used; `faults` says why, all of it at once."""

    def __init__(self, name: str, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join([f"{name} cannot be used.", *map(str, faults)]))


class Reader:
    """The keys of one table, each read as what it must be; what is wrong is collected, not raised."""

    def __init__(self, found: dict[str, Any], source: str, *, first_line: int = 1) -> None:
        self.found = found
        self.source = source
        self.first_line = first_line
        self.faults: list[Fault] = []
        self.read: set[str] = set()

    def line(self, key: str, *, most: int, default: str | None = None) -> str:
        """One line of text; no sign in it that could begin another line of a header."""
        value = self._value(key, default)
        if not isinstance(value, str) or not value.strip() or len(value) > most:
            return self.wrong(key, f"Write a line of text in quotes, up to {most} letters.")
        if not value.isprintable() or "=?" in value:
            return self.wrong(key, "Write it on one line, without tabs, line breaks or =?.")
        return value.strip()

    def word(self, key: str, among: Collection[str], default: str | None = None) -> str:
        """One of a few words."""
        value = self._value(key, default)
        if value not in among:
            return self.wrong(key, f"Write one of: {', '.join(sorted(among))}.")
        return str(value)

    def slug(self, key: str) -> str:
        """The name of another file."""
        value = self._value(key, None)
        if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
            return self.wrong(key, "Write a short name, like setup-day.")
        return value

    def number(self, key: str, least: int, most: int, default: int) -> int:
        """A whole number."""
        value = self._value(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.wrong(key, f"Write a whole number from {least} to {most}.")
            return default
        return value

    def day(self, key: str) -> date | None:
        """A date, or None where there is none."""
        value = self._value(key, "")
        if value == "":
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            self.wrong(key, "Write a date without quotes, like 2026-03-01.")
            return None
        return value

    def table(self, key: str) -> "Reader":
        """A table of its own; an empty one where there is none."""
        value = self._value(key, {})
        if not isinstance(value, dict):
            self.wrong(key, f"Write it as a table: [{key}]")
            value = {}
        inner = Reader(value, self.source, first_line=self.first_line)
        inner.faults = self.faults
        return inner

    def wrong(self, key: str, words: str) -> str:
        """Note a fault; gives the empty text that stands in for the value."""
        self.faults.append(Fault(self.line_of(key), key, words))
        return ""

    def refuse_others(self) -> None:
        """Note every key that nothing asked for."""
        for key in self.found.keys() - self.read:
            self.wrong(key, "Nobody knows this key. Look at its spelling, or take it out.")

    def line_of(self, key: str) -> int:
        """Where a key stands, or the first line."""
        lines = self.source.split("\n")
        pattern = re.compile(rf"\s*(\[+\s*)?{re.escape(key)}\b")
        return next((number for number, line in enumerate(lines, self.first_line) if pattern.match(line)), 1)

    def _value(self, key: str, default: Any) -> Any:
        self.read.add(key)
        return self.found.get(key, default)


def read_toml(source: str, *, name: str, first_line: int = 1) -> Reader:
    """The tables of a TOML text that begins on `first_line` of its file. Raises Faulty where it is none."""
    try:
        return Reader(tomllib.loads(source), source, first_line=first_line)
    except tomllib.TOMLDecodeError as fault:
        line = first_line - 1 + broken_at(fault, source)
        raise Faulty(name, [Fault(line, "file", NOT_TOML)]) from fault
