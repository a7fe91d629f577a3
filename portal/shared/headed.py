"""The only place that reads the Markdown of tips, paths and offers: TOML between two lines of +++, then words."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.shared.proofreading import BadContent, Fault, broken_at, text_of


@dataclass(frozen=True, kw_only=True)
class Headed:
    """What the file holds: its `source` whole, the keys at its head, and the words under them."""

    source: str
    keys: dict[str, Any]
    words: str

    @property
    def first_line(self) -> int:
        """The line on which the words begin."""
        return self.source[: len(self.source) - len(self.words)].count("\n") + 1


def read_headed(path: Path, *, longest_name: int) -> Headed:
    """The file at `path`, whose name becomes an address. Raises BadContent."""
    if not _SLUG.fullmatch(path.stem) or len(path.stem) > longest_name:
        words = "Name the file by small letters, digits and dashes: it becomes the address of the page."
        raise BadContent(path, [Fault(1, "file", words)])
    try:
        source = text_of(path)
    except OSError as fault:
        raise BadContent(path, [Fault(1, "file", f"It cannot be read: {fault.strerror}.")]) from fault
    parts = _PARTS.fullmatch(source)
    if parts is None:
        words = "Begin with a line +++, then the keys, then a line +++, then the words."
        raise BadContent(path, [Fault(1, "+++", words)])
    try:
        keys = tomllib.loads(parts["keys"])
    except tomllib.TOMLDecodeError as fault:
        raise BadContent(path, [Fault(broken_at(fault, parts["keys"]) + 1, "keys", _NOT_TOML)]) from fault
    return Headed(source=source, keys=keys, words=parts["words"] or "")


_NOT_TOML = "This is not TOML. Look for a missing quote, comma or bracket; a date has no quotes."
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PARTS = re.compile(r"\+\+\+[ \t]*\n(?P<keys>.*?\n)\+\+\+[ \t]*(?:\n(?P<words>.*))?", re.DOTALL)
