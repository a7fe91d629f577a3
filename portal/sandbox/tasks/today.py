"""The only place that says what a practice day begins with: tasks, leads gone quiet, and who came in since yesterday.

Each number is that of the list it leads to, since it is asked for by the same question.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from portal.sandbox.drives.calendar import QUIET_DAYS
from portal.sandbox.drives.columns import NONE, Columns, columns_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import moment, stages_of
from portal.sandbox.drives.kinds import TASKS, Task
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.overlay import list_leads
from portal.sandbox.drives.question import Filter, Question
from portal.sandbox.drives.rows import find_rows
from portal.sandbox.leads.agenda import Todo, as_todos, end_of_today, start_of_today
from portal.shared.problems import Problem

SHOWN = 8  # tasks of a kind on Today, and leads
PAGE = 50

# What a list of tasks can be narrowed to, by when they are due.
SHOWS = ("open", "late", "today", "coming", "done")


class Tasks(NamedTuple):
    """Some of the tasks of a kind, and how many there are of it."""

    todos: list[Todo]
    total: int


class Leads(NamedTuple):
    """Some of the leads that a question finds, how many it finds, and the question."""

    leads: list[Lead]
    total: int
    question: Question


def list_tasks(db: Session, drive: Drive, *, show: str, most: int = PAGE, page: int = 1) -> Tasks:
    """Tasks of a kind of SHOWS: the first due first, but of those that are done the last done first."""
    columns = columns_of(db, drive, TASKS)
    places = _places(drive, columns, show)
    ids = columns.texts("id")[places[(page - 1) * most : page * most]].tolist()
    return Tasks(as_todos(db, drive, _tasks(db, drive, ids)), len(places))


def ids_of_tasks(db: Session, drive: Drive, *, show: str) -> list[str]:
    """All of the tasks of a kind of SHOWS, in the same order."""
    columns = columns_of(db, drive, TASKS)
    ids: list[str] = columns.texts("id")[_places(drive, columns, show)].tolist()
    return ids


def shown_in(text: str | None) -> str:
    """Which list is asked for, the one of open tasks where none is. Raises Problem (400)."""
    show = text or "open"
    if show not in SHOWS:
        raise Problem(400, "There is no such list of tasks", f"There are: {', '.join(SHOWS)}.")
    return show


def count_tasks(db: Session, drive: Drive) -> dict[str, int]:
    """How many tasks there are of each of SHOWS."""
    columns = columns_of(db, drive, TASKS)
    done_at, due_at = columns.numbers("done_at"), columns.numbers("due_at")
    return {show: int(np.count_nonzero(_is_shown(drive, show, done_at, due_at))) for show in SHOWS}


def gone_quiet(db: Session, drive: Drive) -> Leads:
    """Leads on an open stage about whom nothing was heard for QUIET_DAYS, the biggest open deal first."""
    stages = tuple(stage.name for stage in stages_of(drive) if stage.is_open)
    filters = (Filter("stage", "is", stages), Filter("last", "before", (f"{QUIET_DAYS}d",)))
    return _leads(db, drive, Question(filters, sort="-value"))


def came_in(db: Session, drive: Drive) -> Leads:
    """Leads that came in since yesterday began, the last first."""
    return _leads(db, drive, Question((Filter("created", "from", (yesterday(drive).isoformat(),)),), sort="-created"))


def yesterday(drive: Drive) -> date:
    """The practice day before."""
    return moment(drive, drive.clock).date() - timedelta(days=1)


def _places(drive: Drive, columns: Columns, show: str) -> NDArray[Any]:
    done_at, due_at = columns.numbers("done_at"), columns.numbers("due_at")
    found = np.flatnonzero(_is_shown(drive, show, done_at, due_at))
    order = -done_at[found] if show == "done" else due_at[found]
    places: NDArray[Any] = found[np.argsort(order, kind="stable")]
    return places


def _is_shown(drive: Drive, show: str, done_at: NDArray[Any], due_at: NDArray[Any]) -> NDArray[np.bool_]:
    start, end = start_of_today(drive), end_of_today(drive)
    is_open: NDArray[np.bool_] = done_at == NONE
    shown: dict[str, NDArray[np.bool_]] = {
        "open": is_open,
        "late": is_open & (due_at < start),
        "today": is_open & (due_at >= start) & (due_at < end),
        "coming": is_open & (due_at >= end),
        "done": ~is_open,
    }
    return shown[show]


def _tasks(db: Session, drive: Drive, ids: Sequence[str]) -> list[Task]:
    found = find_rows(db, drive, TASKS, ids)
    return [found[one] for one in ids if one in found]


def _leads(db: Session, drive: Drive, question: Question) -> Leads:
    listing = list_leads(db, drive, question, page=1)
    return Leads(listing.leads[:SHOWN], listing.total, question)
