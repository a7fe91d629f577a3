"""Taking tasks out of the sandbox, marked as invented, as their list has them."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from portal.sandbox.drives.days import day_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.kinds import LEADS, TASKS, Task
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.rows import find_rows
from portal.sandbox.leads.data import rfc3339
from portal.sandbox.leads.taking_out import Listed, Sent, take_out
from portal.sandbox.tasks.today import ids_of_tasks, shown_in

blueprint = Blueprint("tasks_export", __name__)

HEADS = {
    "words": "Task",
    "kind": "Kind",
    "due": "Due",
    "done": "Done",
    "owner": "Owner",
    "lead": "Lead",
    "company": "Company",
}


@blueprint.get("/tasks/export")
def index() -> str | Response:
    """The file, where the address says as what; else the page that asks."""
    return take_out(_list)


def _list(db: Session, drive: Drive, sent: Sent) -> Listed:
    show = shown_in(sent.get("show"))
    return Listed("task", "tasks", f"/tasks?show={show}", ids_of_tasks(db, drive, show=show), HEADS, _rows)


def _rows(db: Session, drive: Drive, ids: Sequence[str]) -> list[dict[str, Any]]:
    tasks = find_rows(db, drive, TASKS, ids)
    leads = find_rows(db, drive, LEADS, sorted({task.lead_id for task in tasks.values() if task.lead_id}))
    return [_row(drive, tasks[one], leads.get(tasks[one].lead_id or "")) for one in ids if one in tasks]


def _row(drive: Drive, task: Task, lead: Lead | None) -> dict[str, Any]:
    return {
        "id": task.id,
        "words": task.words,
        "kind": task.kind,
        "due": day_of(drive, task.due_at).isoformat(),
        "done": None if task.done_at is None else rfc3339(drive, task.done_at),
        "owner": task.owner,
        "lead": lead.name if lead else "",
        "lead_id": task.lead_id,
        "company": lead.company if lead else "",
    }
