"""The only place that says what is wrong with a file of content: line, key and cure, all of it at once."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from portal.shared.environment import SettingsError

NOT_TOML = "This is not TOML. Look for a missing quote, comma or bracket."
NOT_TEXT = "Save it as UTF-8: it holds bytes that are no text."


@dataclass(frozen=True)
class Fault:
    """Something wrong in a file: the line it stands in (or near), the key, and what to do."""

    line: int
    key: str
    words: str

    def __str__(self) -> str:
        return f"Line {self.line}, {self.key}: {self.words}"


class BadContent(SettingsError):
    """The file cannot be used; `faults` says why."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join([f"{path.name} cannot be used.", *map(str, faults)]))


def text_of(path: Path, *, most: int | None = None) -> str:
    """What the file says. Raises BadContent where it is no text, or has more than `most` bytes."""
    if most is not None and path.stat().st_size > most:
        raise BadContent(path, [Fault(1, "file", f"It is larger than {most:,} bytes.")])
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise BadContent(path, [Fault(1, "file", NOT_TEXT)]) from fault


def faults_in_line(key: str, value: object, *, most: int, missing: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a key that holds one line of up to `most` characters; `missing` says what to add."""
    if not isinstance(value, str) or not value.strip():
        yield key, missing
    elif len(value) > most:
        yield key, f"It is {len(value)} characters long, and has room for {most}."
    elif not value.isprintable():
        yield key, "Keep it on one line, without tabs or signs that cannot be seen."


def broken_at(fault: tomllib.TOMLDecodeError, source: str) -> int:
    """The line of `source` at which it ceases to be TOML."""
    line = re.search(r"line (\d+)", str(fault))
    return int(line[1]) if line else source.count("\n") + 1
