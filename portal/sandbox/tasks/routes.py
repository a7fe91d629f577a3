"""Today, the lists of tasks, each task's page, and the acts that change one."""

import re
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.sandbox import web
from portal.sandbox.drives.addressed import page_in, pages_of
from portal.sandbox.drives.calendar import QUIET_DAYS
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import moment, stages_of
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.kinds import TASKS, Task
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.overlay import find_lead
from portal.sandbox.drives.rows import find_row
from portal.sandbox.drives.shell import around
from portal.sandbox.drives.telling import tell_next, twins_of
from portal.sandbox.leads.address import write_query
from portal.sandbox.leads.agenda import day_in_words
from portal.sandbox.leads.changes import fingerprint
from portal.sandbox.leads.wording import age_in_words, icon_of, money_in_words
from portal.sandbox.tasks.changes import PUT_OFF, Changed, add_task, delete_task, edit_task, finish_task, put_off
from portal.sandbox.tasks.forms import TaskForm, task_form
from portal.sandbox.tasks.today import (
    PAGE,
    SHOWN,
    Leads,
    came_in,
    count_tasks,
    gone_quiet,
    list_tasks,
    shown_in,
)
from portal.shared import clock
from portal.shared.problems import Problem

blueprint = Blueprint("tasks", __name__)


@blueprint.get("/today")
def today() -> str:
    """What a practice day begins with."""
    with web.reading() as db:
        drive = open_drive(db)
        return render_template(
            "tasks/today.html",
            drive=around(db, drive),
            form=task_form(drive),
            counts=count_tasks(db, drive),
            late=list_tasks(db, drive, show="late", most=SHOWN),
            due=list_tasks(db, drive, show="today", most=SHOWN),
            coming=list_tasks(db, drive, show="coming", most=SHOWN),
            quiet=_shown(drive, gone_quiet(db, drive)),
            quiet_days=QUIET_DAYS,
            came=_shown(drive, came_in(db, drive)),
        )


@blueprint.get("/tasks")
def index() -> str:
    """Tasks of one kind, a page at a time."""
    show, page = shown_in(request.args.get("show")), page_in(request.args.get("page"))
    with web.reading() as db:
        drive = open_drive(db)
        tasks = list_tasks(db, drive, show=show, page=page)
        return render_template(
            "tasks/index.html",
            drive=around(db, drive),
            show=show,
            counts=count_tasks(db, drive),
            tasks=tasks,
            **pages_of(tasks.total, page=page, size=PAGE, address=lambda one: f"/tasks?show={show}&page={one}"),
        )


@blueprint.get("/tasks/new")
def new() -> str:
    """An empty form, about a lead where the address names one."""
    with web.reading() as db:
        drive = open_drive(db)
        lead_id = request.args.get("lead", "")
        if lead_id:
            _get_lead(db, drive, lead_id)
        return _render(db, drive, None, task_form(drive, lead_id=lead_id))


@blueprint.post("/tasks")
def create() -> Answer | tuple[str, int]:
    """Add a task."""
    with web.transaction() as db:
        drive = open_drive(db)
        form = task_form(drive, sent=request.form, twins=twins_of(drive))
        if not form.validate():
            return _render(db, drive, None, form), 422
        if form.entered.lead_id:
            _get_lead(db, drive, form.entered.lead_id)
        task = add_task(db, drive, entered=form.entered, now=clock.now())
    return _on(f"Added the task “{task.words}”", form)


@blueprint.get("/tasks/<task_id>")
def show(task_id: str) -> str:
    """One task, in the form that changes it."""
    with web.reading() as db:
        drive = open_drive(db)
        task = _get_task(db, drive, task_id)
        return _render(db, drive, task, task_form(drive, task))


@blueprint.post("/tasks/<task_id>")
def update(task_id: str) -> Answer | tuple[str, int]:
    """Change a task."""
    with web.transaction() as db:
        drive = open_drive(db)
        task = _get_task(db, drive, task_id)
        form = task_form(drive, task, sent=request.form, twins=twins_of(drive))
        if not form.validate():
            return _render(db, drive, task, form), 422
        if form.entered.lead_id and form.entered.lead_id != task.lead_id:
            _get_lead(db, drive, form.entered.lead_id)
        try:
            done = edit_task(db, drive, task, entered=form.entered, seen=form.fingerprint.data or "", now=clock.now())
        except Changed:
            form.fingerprint.data = fingerprint(task)
            return _render(db, drive, task, form, differences=form.differences(drive, task)), 409
    return _on(done or "", form)


@blueprint.post("/tasks/<task_id>/done")
def finish(task_id: str) -> Answer:
    """Tick a task off, or not after all where `done` is empty."""
    with web.transaction() as db:
        drive = open_drive(db)
        task = _get_task(db, drive, task_id)
        done = finish_task(db, drive, task, is_done=bool(request.form.get("done")), now=clock.now())
    return _on(done or "")


@blueprint.post("/tasks/<task_id>/later")
def postpone(task_id: str) -> Answer:
    """Put a task off until tomorrow or next week."""
    by = request.form.get("by", "")
    with web.transaction() as db:
        drive = open_drive(db)
        task = _get_task(db, drive, task_id)
        if by not in PUT_OFF:
            raise Problem(422, "Until when?", f"A task can be put off by a {' or a '.join(PUT_OFF)}.")
        done = put_off(db, drive, task, by=by, now=clock.now())
    return _on(done)


@blueprint.post("/tasks/<task_id>/delete")
def destroy(task_id: str) -> Answer:
    """Take a task out; undo brings it back."""
    with web.transaction() as db:
        drive = open_drive(db)
        done = delete_task(db, drive, _get_task(db, drive, task_id), now=clock.now())
    return _on(done)


def _get_task(db: Session, drive: Drive, task_id: str) -> Task:
    task = find_row(db, drive, TASKS, task_id)
    if task is None:
        raise Problem(404, "There is no such task here", "If you deleted it, Undo brings it back. Else look at Today.")
    return task


def _get_lead(db: Session, drive: Drive, lead_id: str) -> Lead:
    lead = find_lead(db, drive, lead_id)
    if lead is None:
        raise Problem(404, "There is no such lead here", "If you deleted it, Undo brings it back.")
    return lead


def _render(
    db: Session,
    drive: Drive,
    task: Task | None,
    form: TaskForm,
    *,
    differences: list[tuple[str, str]] | None = None,
) -> str:
    lead_id = form.lead_id.data
    return render_template(
        "tasks/show.html",
        drive=around(db, drive),
        task=task,
        form=form,
        lead=find_lead(db, drive, lead_id) if lead_id else None,
        back=_back(request.args.get("back") or request.form.get("back")),
        differences=differences,
    )


def _shown(drive: Drive, found: Leads) -> dict[str, Any]:
    """Leads as Today shows them, and the address of the list of all of them."""
    steps = {stage.name: stage.step for stage in stages_of(drive)}
    return {
        "total": found.total,
        "query": write_query(found.question),
        "rows": [
            {
                "lead": lead,
                "step": steps[lead.stage],
                "value": money_in_words(lead.value, drive.currency),
                "picture": icon_of(lead.last_kind),
                "age": age_in_words(drive.clock - lead.last_at),
                "came": day_in_words(moment(drive, lead.came_at).date(), moment(drive, drive.clock).date()),
            }
            for lead in found.leads
        ],
    }


def _on(done: str, form: TaskForm | None = None) -> Answer:
    """On to where the visitor came from, which says what was done."""
    tell_next(done, form.swaps if form else ())
    return redirect(_back(request.form.get("back")), 303)


_BACK = re.compile(r"/(?:today|tasks|leads(?:/[0-9A-Za-z]{1,16})?)(?:\?[\w=&%.,:~+-]*)?")


def _back(sent: str | None) -> str:
    """The page that an act came from, if it is one of ours."""
    return sent if sent and _BACK.fullmatch(sent) else url_for("tasks.today")
