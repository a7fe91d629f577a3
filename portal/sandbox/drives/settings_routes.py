"""The settings of the open drive: its name, what it holds, how long it stays, what was kept of it and shared."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.sandbox import web
from portal.sandbox.drives import copies
from portal.sandbox.drives.bulk import count_by_place
from portal.sandbox.drives.copies import MOST_CHECKPOINTS
from portal.sandbox.drives.drive import KEPT_AT_MOST, KEPT_IDLE, keep_longer, name_drive
from portal.sandbox.drives.frame import moment
from portal.sandbox.drives.holding import list_held, open_drive, open_token
from portal.sandbox.drives.journal import MOST_ACTS, count_lines, most_rows
from portal.sandbox.drives.naming import checked_name
from portal.sandbox.drives.shell import around
from portal.sandbox.drives.telling import tell_next, twins_of
from portal.shared import clock

blueprint = Blueprint("settings", __name__)

NEARLY = 0.9  # of the rows that a drive may have: from here on the page says so


@blueprint.get("/settings")
def index() -> str:
    """All of it on one page."""
    secret = web.settings().secret_keys[-1]
    with web.reading() as db:
        held = list_held(db)
        drive = open_drive(db)
        rows = count_by_place(db)
        total, undone = count_lines(db)
        shown = around(db, drive)
        most = most_rows(db)
        checkpoints = [
            (one, moment(drive, one.clock), copies.token_of(one, secret=secret))
            for one in copies.list_checkpoints(db, drive)
        ]
    now = clock.now()
    return render_template(
        "settings/index.html",
        drive=shown,
        told_of=drive,
        rows={place: count for place, count in rows.items() if count},
        row_count=sum(rows.values()),
        most_rows=most,
        is_nearly_full=sum(rows.values()) >= NEARLY * most,
        acts=total - undone,
        most_acts=MOST_ACTS,
        days_left=(drive.kept_until - now).days,
        may_stay_longer=drive.kept_until < drive.longest,
        idle_days=KEPT_IDLE.days,
        most_days=KEPT_AT_MOST.days,
        checkpoints=checkpoints,
        most_checkpoints=MOST_CHECKPOINTS,
        held=held,
        code=open_token(),
    )


@blueprint.post("/settings")
def update() -> Answer:
    """Call the drive something."""
    with web.transaction() as db:
        drive = open_drive(db)
        name = checked_name(request.form.get("name", ""), twins=twins_of(drive))
        name_drive(db, drive, name.text)
    tell_next("", name.swaps)
    flash(name.text or drive.business, "named")
    return redirect(url_for("settings.index"), 303)


@blueprint.post("/settings/keep")
def keep() -> Answer:
    """Keep the drive longer, though nobody comes."""
    with web.transaction() as db:
        drive = open_drive(db)
        until = keep_longer(db, drive, now=clock.now())
    flash(f"{until:%B} {until.day}", "kept")
    return redirect(url_for("settings.index", _anchor="kept"), 303)
