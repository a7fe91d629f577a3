"""Drives: starting one, going on with one, taking the last act back, starting over."""

import re

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from portal.sandbox.drives import journal
from portal.sandbox.drives.choice import find_scenario, list_scenarios
from portal.sandbox.drives.crowd import make_room
from portal.sandbox.drives.drive import Drive, bring_back, end_drive, find_drive, start_drive
from portal.sandbox.drives.frame import initials
from portal.sandbox.drives.holding import (
    MOST_HELD,
    find_ended_held,
    find_held,
    hold,
    left_for,
    list_ended,
    list_held,
    open_drive,
    open_held,
    refuse_another,
)
from portal.sandbox.drives.imports import import_again, undone_import
from portal.sandbox.drives.kinds import DEALS
from portal.sandbox.drives.overlay import find_lead
from portal.sandbox.drives.rows import find_row
from portal.sandbox.web import count, reading, settings, transaction
from portal.shared import clock
from portal.shared.problems import Problem

blueprint = Blueprint("drives", __name__)


@blueprint.get("/")
def index() -> str:
    """The businesses to practice with, and the drives that this browser holds."""
    with reading() as db:
        return render_template("drives/index.html", scenarios=list_scenarios(db), held=list_held(db), initials=initials)


@blueprint.get("/drives")
def held() -> str:
    """The drives that this browser holds: going on with one, copying, naming and ending one."""
    with reading() as db:
        return render_template(
            "drives/held.html", ended=list_ended(db), held=list_held(db), initials=initials, most=MOST_HELD
        )


@blueprint.post("/drives")
def create() -> Answer:
    """Start a drive and open it, at its leads or at another `page` of it that the form names.

    The learning center posts here too, without cookie or token.
    """
    slug = request.form.get("scenario", "")
    with transaction() as db:
        refuse_another(db)
        make_room(db, most=settings().most_drives, now=clock.now())
        scenario = find_scenario(db, slug)
        if scenario is None:
            raise Problem(404, "There is no such business", "Pick one from the first page of the test drives.")
        started = start_drive(db, scenario_id=scenario.id, now=clock.now())
    answer = make_response(redirect(_page_asked_for() or url_for("leads.index", started=1), 303))
    count("drive-started")
    hold(answer, public_id=started.public_id, token=started.token)
    return answer


@blueprint.post("/open")
def update() -> Answer:
    """Go on with another drive that this browser holds."""
    with transaction() as db:
        import_again(db, open_held(db, request.form.get("drive", "")))
    return redirect(url_for("leads.index"), 303)


@blueprint.post("/drives/<public_id>/end")
def destroy(public_id: str) -> Answer:
    """End a drive at once; for ten minutes it can be brought back."""
    with transaction() as db:
        end_drive(db, find_held(db, public_id), now=clock.now())
    return redirect(url_for("drives.held"), 303)


@blueprint.post("/drives/<public_id>/bring-back")
def restore(public_id: str) -> Answer:
    """Let a drive go on that was ended a moment ago."""
    with transaction() as db:
        bring_back(db, find_ended_held(db, public_id))
    return redirect(url_for("drives.held"), 303)


@blueprint.get("/resume/<code>")
def resume(code: str) -> str:
    """What a private code opens; it changes nothing."""
    with reading() as db:
        drive = _get_drive(db, code)
        changes = journal.count_acts(db)
    address = url_for("drives.resume", code=code, _external=True)
    return render_template("drives/resume.html", drive=drive, code=code, address=address, changes=changes)


@blueprint.post("/resume/<code>")
def reopen(code: str) -> Answer:
    """Hold and open the drive of a private code: on another device, say."""
    with transaction() as db:
        drive = _get_drive(db, code)
        import_again(db, drive)
    answer = make_response(redirect(url_for("leads.index"), 303))
    hold(answer, public_id=drive.public_id, token=code)
    return answer


@blueprint.post("/undo")
def undo() -> Answer:
    """Take the last act back."""
    with transaction() as db:
        drive = open_drive(db)
        words = journal.undo(db, drive, now=clock.now())
        if words and (before := undone_import(db, drive)):
            return redirect(before, 303)
        back = _back(db, drive)
    flash(words or "", "undone" if words else "nothing-to-undo")
    return redirect(back, 303)


@blueprint.post("/redo")
def redo() -> Answer:
    """Do again what was undone last."""
    with transaction() as db:
        drive = open_drive(db)
        if left := left_for(drive):
            import_again(db, open_held(db, left))
            return redirect(url_for("leads.index"), 303)
        words = journal.redo(db, drive)
        back = _back(db, drive)
    flash(words or "", "redone" if words else "nothing-to-redo")
    return redirect(back, 303)


@blueprint.post("/reset")
def reset() -> Answer:
    """Take the drive back to its scenario, in one act that can itself be undone."""
    with transaction() as db:
        drive = open_drive(db)
        is_changed = journal.reset(db, drive, now=clock.now())
    flash(drive.business, "reset" if is_changed else "nothing-to-reset")
    return redirect(url_for("leads.index"), 303)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Nothing here is for search engines."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


def _get_drive(db: Session, code: str) -> Drive:
    drive = find_drive(db, code, now=clock.now())
    if drive is None:
        raise Problem(
            404,
            "This link opens no test drive",
            "Check that it is whole. A drive ends when nobody has come for 14 days, and after 60 at most.",
        )
    return drive


def _page_asked_for() -> str:
    """The page to begin on, where the form names one that there is."""
    page = _BACK.fullmatch(request.form.get("page", ""))
    return page[0] if page and _is_page(page["path"]) else ""


_BACK = re.compile(r"(?P<path>/[a-z-]+(?:/(?P<id>[0-9A-Za-z-]{1,20}))?(?:/[a-z]+)?)(?:\?[!-~]*)?")


def _back(db: Session, drive: Drive) -> str:
    """The page that the act was taken back from, unless there is none, or its lead or deal is no longer there."""
    back = _BACK.fullmatch(request.form.get("back", ""))
    if back is None or not _is_page(back["path"]):
        return url_for("leads.index")
    row_id = "" if back["id"] == "new" else back["id"]
    if row_id and back["path"] == f"/leads/{row_id}" and find_lead(db, drive, row_id) is None:
        return url_for("leads.index")
    if row_id and back["path"] == f"/deals/{row_id}" and find_row(db, drive, DEALS, row_id) is None:
        return "/pipeline"
    return back[0]


def _is_page(path: str) -> bool:
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return True
