"""Drives: starting one, going on with one, taking the last act back, starting over."""

import re

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.sandbox.drives import journal
from portal.sandbox.drives.choice import find_scenario, list_scenarios
from portal.sandbox.drives.drive import Drive, find_drive, start_drive
from portal.sandbox.drives.frame import initials
from portal.sandbox.drives.holding import hold, list_held, open_drive, open_held
from portal.sandbox.drives.kinds import DEALS
from portal.sandbox.drives.overlay import find_lead
from portal.sandbox.drives.rows import find_row
from portal.sandbox.web import count, reading, transaction
from portal.shared import clock
from portal.shared.problems import Problem

blueprint = Blueprint("drives", __name__)


@blueprint.get("/")
def index() -> str:
    """The businesses to practice with, and the drives that this browser holds."""
    with reading() as db:
        return render_template("drives/index.html", scenarios=list_scenarios(db), held=list_held(db), initials=initials)


@blueprint.post("/drives")
def create() -> Answer:
    """Start a drive and open it. The learning center's first page posts here too, without cookie or token."""
    slug = request.form.get("scenario", "")
    with transaction() as db:
        scenario = find_scenario(db, slug)
        if scenario is None:
            raise Problem(404, "There is no such business", "Pick one from the first page of the test drives.")
        started = start_drive(db, scenario_id=scenario.id, now=clock.now())
    answer = make_response(redirect(url_for("leads.index", started=1), 303))
    count("drive-started")
    hold(answer, public_id=started.public_id, token=started.token)
    return answer


@blueprint.post("/open")
def update() -> Answer:
    """Go on with another drive that this browser holds."""
    with transaction() as db:
        open_held(db, request.form.get("drive", ""))
    return redirect(url_for("leads.index"), 303)


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
        public_id = _get_drive(db, code).public_id
    answer = make_response(redirect(url_for("leads.index"), 303))
    hold(answer, public_id=public_id, token=code)
    return answer


@blueprint.post("/undo")
def undo() -> Answer:
    """Take the last act back."""
    with transaction() as db:
        drive = open_drive(db)
        words = journal.undo(db, drive, now=clock.now())
        back = _back(db, drive)
    flash(words or "", "undone" if words else "nothing-to-undo")
    return redirect(back, 303)


@blueprint.post("/redo")
def redo() -> Answer:
    """Do again what was undone last."""
    with transaction() as db:
        drive = open_drive(db)
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


_BACK = re.compile(
    r"/(?:leads(?:/(?P<id>[0-9A-Za-z]{1,16}))?|contacts|views|pipeline|deals(?:/(?P<deal>[0-9A-Za-z]{1,16}))?"
    r"|reports(?:/[a-z]+){0,2})(?:\?[\w=&%.,:~+-]*)?"
)


def _back(db: Session, drive: Drive) -> str:
    """The page that the act was taken back from, unless its lead or deal is no longer there."""
    back = _BACK.fullmatch(request.form.get("back", ""))
    if back is None or (back["id"] and find_lead(db, drive, back["id"]) is None):
        return url_for("leads.index")
    if back["deal"] and find_row(db, drive, DEALS, back["deal"]) is None:
        return "/pipeline"
    return back[0]
