"""The only place that tells a lead's timeline as a page shows it: by practice days, newest first."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from portal.sandbox.drives.activities import Entry
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import moment
from portal.sandbox.leads.wording import icon_of


class Event(NamedTuple):
    """One entry: a picture, its headline, the whole of it where there is more to read, who and when."""

    icon: str
    words: str
    body: str
    who: str
    at: datetime


class Day(NamedTuple):
    """The events of one practice day."""

    on: date
    name: str
    events: list[Event]


def tell(drive: Drive, entries: Sequence[Entry]) -> list[Day]:
    """The days of these entries, which come newest first, as seen from the drive's present."""
    today = moment(drive, drive.clock).date()
    by_day = groupby(_events(drive, entries), key=lambda event: event.at.date())
    return [Day(on, _name(on, today), list(events)) for on, events in by_day]


def _events(drive: Drive, entries: Sequence[Entry]) -> Iterator[Event]:
    for entry in entries:
        who = "" if entry.who == _LEAD else entry.who
        yield Event(icon_of(entry.kind), entry.words, entry.body, who, moment(drive, entry.at))


_LEAD = "lead"  # who did it, where it was the lead: it goes without saying


def _name(on: date, today: date) -> str:
    if on == today:
        return "Today"
    if on == today - timedelta(days=1):
        return "Yesterday"
    year = "" if on.year == today.year else f", {on.year}"
    return f"{on:%A, %B} {on.day}{year}"
