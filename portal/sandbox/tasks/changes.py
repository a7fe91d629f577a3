"""The only place that changes tasks: each function is one act of the drive, which Undo takes back."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from portal.sandbox.drives.activities import add_entry
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import moment
from portal.sandbox.drives.journal import Journal
from portal.sandbox.drives.kinds import Task
from portal.sandbox.drives.overlay import find_lead
from portal.sandbox.leads.agenda import day_in_words
from portal.sandbox.leads.changes import fingerprint
from portal.sandbox.scenarios.hours import DAY
from portal.shared import ids

PUT_OFF = {"day": 1, "week": 7}


class Entered(NamedTuple):
    """What a visitor entered, with twins in place of what looked real."""

    words: str
    kind: str
    owner: str
    due: date
    lead_id: str | None


class Changed(Exception):
    """The task is no longer as the visitor saw it; nothing was changed."""


def add_task(db: Session, drive: Drive, *, entered: Entered, now: datetime) -> Task:
    """Add a task. Raises TooManyRows."""
    task = Task(
        id=ids.new_id(),
        lead_id=entered.lead_id,
        words=entered.words,
        kind=entered.kind,
        owner=entered.owner,
        due_at=offset_of(drive, entered.due),
        done_at=None,
    )
    _write(Journal(db, drive, words=f"Added the task “{task.words}”", now=now), task)
    return task


def edit_task(db: Session, drive: Drive, task: Task, *, entered: Entered, seen: str, now: datetime) -> str | None:
    """Change a task; returns what was done, in words, or None for nothing.

    `seen` is the fingerprint of the task as the visitor saw it, or empty where nothing is claimed. Raises Changed and
    TooManyRows.
    """
    if seen not in ("", fingerprint(task)):
        raise Changed
    after = _changed(drive, task, entered)
    if after == task:
        return None
    words = f"Changed the task “{after.words}”"
    _write(Journal(db, drive, words=words, now=now), after)
    return words


def finish_task(db: Session, drive: Drive, task: Task, *, is_done: bool, now: datetime) -> str | None:
    """Tick a task off, or not after all, with a word about it in its lead's timeline; None where it is so already.

    Raises TooManyRows.
    """
    if is_done == (task.done_at is not None):
        return None
    words = f"{'Did' if is_done else 'Reopened'} the task “{task.words}”"
    journal = Journal(db, drive, words=words, now=now)
    _write(journal, task._replace(done_at=drive.clock if is_done else None))
    lead = find_lead(db, drive, task.lead_id) if task.lead_id else None
    if lead:
        said = f"{'Done' if is_done else 'To do again'}: {task.words}"
        add_entry(journal, lead_id=lead.id, at=drive.clock, kind="task", words=said)
        lead = lead._replace(last_at=drive.clock, last_kind="task", last_words=said)
        journal.write("lead", lead.id, lead._asdict())
    return words


def put_off(db: Session, drive: Drive, task: Task, *, by: str, now: datetime) -> str:
    """Put a task off until tomorrow or next week, as seen from today. Raises TooManyRows."""
    due_at = drive.clock + PUT_OFF[by] * DAY
    on = day_in_words(moment(drive, due_at).date(), moment(drive, drive.clock).date())
    words = f"Put “{task.words}” off until {on}"
    _write(Journal(db, drive, words=words, now=now), task._replace(due_at=due_at))
    return words


def delete_task(db: Session, drive: Drive, task: Task, *, now: datetime) -> str:
    """Take a task out. Raises TooManyRows."""
    words = f"Deleted the task “{task.words}”"
    Journal(db, drive, words=words, now=now).hide("task", task.id, task._asdict())
    return words


def offset_of(drive: Drive, on: date) -> int:
    """A practice day as an offset: at the hour of the scenario's own present, which falls into working hours."""
    return (on - drive.epoch.date()).days * DAY


def _changed(drive: Drive, task: Task, entered: Entered) -> Task:
    """The task as it was entered; a day that was left as it is keeps its hour."""
    is_same_day = entered.due == moment(drive, task.due_at).date()
    return task._replace(
        words=entered.words,
        kind=entered.kind,
        owner=entered.owner,
        lead_id=entered.lead_id,
        due_at=task.due_at if is_same_day else offset_of(drive, entered.due),
    )


def _write(journal: Journal, task: Task) -> None:
    journal.write("task", task.id, task._asdict())
