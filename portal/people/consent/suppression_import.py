"""The only place that takes over other people's list of addresses that said no: every good line counts, at once."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TextIO

from sqlalchemy.orm import Session

from portal.people.consent.opt_out import stop_address
from portal.people.consent.record import Act
from portal.people.consent.suppression import Cause, is_suppressed
from portal.people.keyring import Seal
from portal.people.messages.addresses import NotAnAddress, address_hash, read_address
from portal.people.messages.channels import CHANNELS, EMAIL

COLUMN = "email"
LONGEST_LINE = 10_000  # characters


class NotAList(ValueError):
    """The file has no column of addresses; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a list; `address` is empty where it holds none, and `wrong` then says why."""

    number: int
    channel: str = EMAIL
    address: str = ""
    wrong: str = ""


@dataclass(kw_only=True)
class Counts:
    """What became of a list, with the numbers of the lines that could not be read."""

    lines: int = 0
    suppressed: int = 0
    already: int = 0
    unreadable: list[dict[str, object]] = field(default_factory=list)

    def as_words(self) -> str:
        """The counts for people."""
        said = f"{self.lines} lines: {self.suppressed} suppressed now, {self.already} had been before."
        wrong = [f"  line {line['line']}: {line['why']}" for line in self.unreadable]
        return "\n".join([said, f"{len(wrong)} could not be read and were left out:", *wrong] if wrong else [said])


def read_list(file: TextIO) -> Iterator[Line]:
    """The lines of a CSV with a column `email`, and `channel` where it is not e-mail. Raises NotAList."""
    rows = csv.DictReader(_bounded(file))
    names = [(name or "").strip().lower() for name in rows.fieldnames or ()]
    if COLUMN not in names:
        raise NotAList(f"The first line has to name the columns, with one called {COLUMN}. Add it and try again.")
    rows.fieldnames = names
    for row in rows:
        yield _line(rows.line_num, row)


def suppress_lines(db: Session, *, lines: Iterable[Line], counts: Counts, keyring: Seal, act: Act) -> None:
    """Suppress what these lines name, and end what it agreed to; count it."""
    for line in lines:
        counts.lines += 1
        if line.wrong:
            counts.unreadable.append({"line": line.number, "why": line.wrong})
            continue
        hashed = address_hash(keyring, channel=line.channel, address=line.address)
        if is_suppressed(db, address_hash=hashed):
            counts.already += 1
        else:
            counts.suppressed += 1
        stop_address(db, channel=line.channel, address=line.address, cause=Cause.IMPORT, keyring=keyring, act=act)


def _bounded(file: TextIO) -> Iterator[str]:
    for text in iter(lambda: file.readline(LONGEST_LINE), ""):
        yield text.replace("\0", "")


def _line(number: int, row: dict[str, str]) -> Line:
    channel = (row.get("channel") or EMAIL).strip().lower()
    if channel not in CHANNELS:
        return Line(number=number, wrong=f"no channel of ours; those are {', '.join(CHANNELS)}")
    try:
        return Line(number=number, channel=channel, address=read_address((row.get(COLUMN) or "").strip()))
    except NotAnAddress as fault:
        return Line(number=number, wrong=str(fault))
