"""The only place that tells a lead's timeline as a page shows it: by practice days, newest first."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from portal.sandbox.drives.activities import Entry
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import moment
from portal.sandbox.leads.notes import note_as_html
from portal.sandbox.leads.wording import icon_of

PAGE = 25

# What a timeline can be narrowed to; what is in none of these is a change.
SHOWS: Mapping[str, frozenset[str]] = {
    "notes": frozenset({"note", "visit"}),
    "calls": frozenset({"call", "missed"}),
    "messages": frozenset({"sent", "received", "opened", "clicked", "replied", "complained", "opted_out"}),
    "tasks": frozenset({"task"}),
}
CHANGES = "changes"
_MESSAGES = frozenset({"sent", "received", "replied"})
_BY_LEAD = frozenset({"replied", "received"})


class Event(NamedTuple):
    """One entry: a picture, its headline, what more there is to read, who and when.

    `text` is safe HTML of a note; `message` the words of a message as they were written, `way` who it was for.
    """

    icon: str
    words: str
    text: Markup
    message: str
    way: str
    who: str
    at: datetime


class Day(NamedTuple):
    """The events of one practice day."""

    on: date
    name: str
    events: list[Event]


class Part(NamedTuple):
    """What a timeline can be narrowed to: its name in an address, and how many entries are in it."""

    name: str
    size: int


class Story(NamedTuple):
    """A part of a timeline: what is later than the drive's present, and the days before it; `left` are not shown."""

    ahead: list[Event]
    days: list[Day]
    parts: list[Part]
    show: str
    left: int


def tell(drive: Drive, entries: Sequence[Entry], *, show: str = "", most: int = PAGE) -> Story:
    """The story of these entries, which come newest first, as seen from the drive's present."""
    ahead = [entry for entry in entries if entry.at > drive.clock]
    past = [entry for entry in entries if entry.at <= drive.clock]
    shown = [entry for entry in past if show in ("", _part_of(entry))]
    today = moment(drive, drive.clock).date()
    by_day = groupby(_events(drive, shown[:most]), key=lambda event: event.at.date())
    return Story(
        ahead=list(_events(drive, ahead)),
        days=[Day(on, _name(on, today), list(events)) for on, events in by_day],
        parts=[Part("", len(past)), *(Part(name, _count(past, name)) for name in (*SHOWS, CHANGES))],
        show=show,
        left=max(0, len(shown) - most),
    )


def _count(entries: Sequence[Entry], name: str) -> int:
    return sum(_part_of(entry) == name for entry in entries)


def _part_of(entry: Entry) -> str:
    return next((name for name, kinds in SHOWS.items() if entry.kind in kinds), CHANGES)


def _events(drive: Drive, entries: Sequence[Entry]) -> Iterator[Event]:
    for entry in entries:
        is_message = entry.kind in _MESSAGES and bool(entry.body)
        yield Event(
            icon=icon_of(entry.kind),
            words=entry.words,
            text=note_as_html(entry.body) if entry.body and not is_message else Markup(),
            message=entry.body if is_message else "",
            way="from" if entry.kind in _BY_LEAD else "to",
            who="" if entry.who == _LEAD else entry.who,
            at=moment(drive, entry.at),
        )


_LEAD = "lead"  # who did it, where it was the lead: it goes without saying


def _name(on: date, today: date) -> str:
    if on == today:
        return "Today"
    if on == today - timedelta(days=1):
        return "Yesterday"
    year = "" if on.year == today.year else f", {on.year}"
    return f"{on:%A, %B} {on.day}{year}"
