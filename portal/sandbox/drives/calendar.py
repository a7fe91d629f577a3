"""The only place that moves a drive's clock, and says what follows from it.

The clock stands between day 1, the scenario's present, and a year later. It never goes further back: what the scenario
says happened would then be still to come, and shown all the same. What a visitor did on a later day stays dated so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from portal.sandbox.drives.columns import NONE, columns_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import MOST_DAYS, moment, stages_of
from portal.sandbox.drives.journal import Journal
from portal.sandbox.drives.kinds import LEADS, TASKS
from portal.sandbox.scenarios.hours import DAY

QUIET_DAYS = 30


class OutOfBounds(ValueError):
    """The clock cannot go there; the words say how far it goes."""


class Happening(NamedTuple):
    """Something that the scenario's future holds; `at` in seconds from the scenario's present."""

    at: int
    lead_id: str
    kind: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Watched:
    """Something that follows the clock: which rows are in it at a moment, by id, and what each of them is called.

    `address` leads to a row's page when its id is filled in; `about` says in words what it takes to be in.
    """

    name: str
    icon: str
    about: str
    find: Callable[[Session, Drive, int], Mapping[str, str]]
    address: str


@dataclass(frozen=True)
class Shift:
    """Who is in something at a moment, and how that differs from an earlier or later one; names by id."""

    watched: Watched
    count: int
    entered: Mapping[str, str]
    left: Mapping[str, str]


class Rest(NamedTuple):
    """What follows the clock too, and is too much to compare: in words, and the page that lists all of it."""

    words: str
    link: str
    address: str


def move_clock(db: Session, drive: Drive, *, day: int, now: datetime) -> str | None:
    """Move the bound drive's clock to a day, counted from 1; returns what was done, in words, or None for nothing.

    Raises OutOfBounds.
    """
    if not 1 <= day <= MOST_DAYS + 1:
        last = _on(drive, MOST_DAYS + 1)
        raise OutOfBounds(f"The practice clock goes from {_date(_on(drive, 1))}, day 1, to {_date(last)}.")
    to = (day - 1) * DAY
    if to == drive.clock:
        return None
    days = abs(day - day_of(drive))
    way = "on" if to > drive.clock else "back"
    words = f"Moved the clock {days} {'day' if days == 1 else 'days'} {way}, to {_date(_on(drive, day))}"
    Journal(db, drive, words=words, now=now).move_clock(to)
    return words


def day_of(drive: Drive) -> int:
    """Which day of the drive its present is; the scenario's present is day 1."""
    return drive.clock // DAY + 1


def day_on(drive: Drive, on: date) -> int:
    """Which day of the drive a date is; below 1 before it."""
    return (on - drive.epoch.date()).days + 1


def shifts(db: Session, drive: Drive, *, since: int, until: int) -> list[Shift]:
    """What is watched, as it is when the clock stands at `until`, and how that differs from when it stands at `since`.

    It moves nothing, so either may be a moment that is not the drive's present.
    """
    found = []
    for watched in (*WATCHED, *(one for watcher in WATCHERS for one in watcher(db, drive))):
        after = watched.find(db, drive, until)
        before = after if since == until else watched.find(db, drive, since)
        entered = {row_id: name for row_id, name in after.items() if row_id not in before}
        left = {row_id: name for row_id, name in before.items() if row_id not in after}
        found.append(Shift(watched, len(after), entered, left))
    return found


def rests(db: Session, drive: Drive) -> list[Rest]:
    """What `shifts` leaves out."""
    return [rest for one in RESTS if (rest := one(db, drive)) is not None]


def happenings(_db: Session, _drive: Drive, *, since: int, until: int) -> Sequence[Happening]:
    """What the scenario's future holds between two moments of the bound drive, oldest first.

    Nothing yet: this is the place for leads that live on. It must be a pure function of the scenario, of what the
    visitor did, and of the two moments, so that going back and on again tells the same story, and a fork differs only
    where its visitor did something else.
    """
    if until < since:
        raise ValueError("The future comes later.")
    return ()


def due_today(db: Session, drive: Drive, clock: int) -> Mapping[str, str]:
    """Tasks that are to be done on the day of `clock`."""
    start = _midnight(drive, clock)
    return _open_tasks(db, drive, start, start + DAY)


def overdue(db: Session, drive: Drive, clock: int) -> Mapping[str, str]:
    """Tasks that were to be done on a day before that of `clock`."""
    return _open_tasks(db, drive, NONE + 1, _midnight(drive, clock))


def gone_quiet(db: Session, drive: Drive, clock: int) -> Mapping[str, str]:
    """Leads of an open stage about whom nothing was heard for QUIET_DAYS."""
    leads = columns_of(db, drive, LEADS)
    is_open = np.isin(leads.texts("stage"), [stage.name for stage in stages_of(drive) if stage.is_open])
    is_in = is_open & (clock - leads.numbers("last_at") > QUIET_DAYS * DAY)
    return dict(zip(leads.texts("id")[is_in], leads.texts("name")[is_in], strict=True))


# What the page after a move of the clock compares. Whatever else follows the clock adds itself here.
WATCHED: list[Watched] = [
    Watched(name="Due today", icon="sun", about="Tasks of this day", find=due_today, address="/tasks/{}"),
    Watched(name="Overdue", icon="alarm-clock", about="Tasks of earlier days", find=overdue, address="/tasks/{}"),
    Watched(
        name="Gone quiet",
        icon="moon",
        about=f"Open leads that nobody heard of for {QUIET_DAYS} days",
        find=gone_quiet,
        address="/leads/{}",
    ),
]

# And what follows it in this drive alone, such as what its visitor saved.
WATCHERS: list[Callable[[Session, Drive], Sequence[Watched]]] = []

# Whoever adds only some of what there is says so here.
RESTS: list[Callable[[Session, Drive], Rest | None]] = []


def _open_tasks(db: Session, drive: Drive, since: int, until: int) -> Mapping[str, str]:
    tasks = columns_of(db, drive, TASKS)
    due = tasks.numbers("due_at")
    is_in = (tasks.numbers("done_at") == NONE) & (due >= since) & (due < until)
    return dict(zip(tasks.texts("id")[is_in], tasks.texts("words")[is_in], strict=True))


def _midnight(drive: Drive, clock: int) -> int:
    at = moment(drive, clock)
    return clock - (at.hour * 3600 + at.minute * 60 + at.second)


def _on(drive: Drive, day: int) -> date:
    return drive.epoch.date() + timedelta(days=day - 1)


def _date(on: date) -> str:
    return f"{on:%A, %B} {on.day}, {on.year}"
