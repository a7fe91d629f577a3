"""The only place that says what is to do and by when, as a page shows it; days are practice days."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from portal.sandbox.drives.columns import NONE, columns_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import moment
from portal.sandbox.drives.kinds import TASKS, Task
from portal.sandbox.drives.overlay import leads_of
from portal.sandbox.drives.rows import rows_of_lead
from portal.sandbox.scenarios.hours import DAY

TASK_ICONS = {"call": "phone", "write": "mail", "meet": "store", "other": "circle-check"}
KINDS = {"call": "Call", "write": "Write", "meet": "Meet", "other": "Other"}


class Todo(NamedTuple):
    """A task as a page shows it; `due` in words, `lead` the name of whom it is about, empty where nobody is."""

    task: Task
    icon: str
    on: date
    due: str
    is_late: bool
    lead: str

    @property
    def is_done(self) -> bool:
        return self.task.done_at is not None


def open_tasks_of(db: Session, drive: Drive, lead_id: str) -> list[Todo]:
    """What is still to do about a lead, the first due first."""
    found = [task for task in rows_of_lead(db, drive, TASKS, lead_id) if task.done_at is None]
    return as_todos(db, drive, sorted(found, key=lambda task: (task.due_at, task.id)))


def as_todos(db: Session, drive: Drive, tasks: Iterable[Task]) -> list[Todo]:
    """These tasks as a page shows them, in their order."""
    tasks = list(tasks)
    leads = leads_of(db, drive, sorted({task.lead_id for task in tasks if task.lead_id}))
    names = {lead.id: lead.name for lead in leads}
    return [as_todo(drive, task, names.get(task.lead_id or "", "")) for task in tasks]


def as_todo(drive: Drive, task: Task, lead: str) -> Todo:
    """A task as a page shows it, about a lead of that name."""
    today, on = moment(drive, drive.clock).date(), moment(drive, task.due_at).date()
    is_late = task.done_at is None and on < today
    icon = TASK_ICONS.get(task.kind, TASK_ICONS["other"])
    return Todo(task, icon, on, due_in_words(on, today), is_late, lead)


def count_due(db: Session, drive: Drive) -> int:
    """How many open tasks are due today or late: cheap, for the rail."""
    tasks = columns_of(db, drive, TASKS)
    is_due = (tasks.numbers("done_at") == NONE) & (tasks.numbers("due_at") < end_of_today(drive))
    return int(np.count_nonzero(is_due))


def end_of_today(drive: Drive) -> int:
    """The first offset of tomorrow."""
    return start_of_today(drive) + DAY


def start_of_today(drive: Drive) -> int:
    """The first offset of the practice day."""
    now = moment(drive, drive.clock)
    return drive.clock - (now.hour * 3600 + now.minute * 60 + now.second)


def due_in_words(on: date, today: date) -> str:
    """`2 days late`, `today`, `tomorrow`, `Friday`, `Mar 9`; with its year where that is another one."""
    days = (on - today).days
    if days < 0:
        return "1 day late" if days == -1 else f"{-days:,} days late"
    if days < 7:
        return ("today", "tomorrow")[days] if days < 2 else f"{on:%A}"
    return day_in_words(on, today)


def day_in_words(on: date, today: date) -> str:
    """`Mar 9`; with its year where that is another one."""
    return f"{on:%b} {on.day}" if on.year == today.year else f"{on:%b} {on.day}, {on.year}"
