"""The history of the open drive: every act in words, undone ones too, and the way back to any of them."""

from datetime import date
from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.sandbox.drives.addressed import pages_of
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.imports import undone_import
from portal.sandbox.drives.journal import MOST_ACTS, Line, count_lines, go_to, list_lines
from portal.sandbox.drives.shell import around
from portal.sandbox.web import reading, transaction
from portal.shared import clock
from portal.shared.problems import Problem

blueprint = Blueprint("history", __name__)

PAGE = 50


@blueprint.get("/history")
def index() -> str:
    """The acts of the drive by day, newest first, a page at a time."""
    page = _page()
    with reading() as db:
        drive = open_drive(db)
        total, undone = count_lines(db)
        pager = pages_of(total, page=page, size=PAGE, address=lambda one: f"/history?page={one}", of="the history")
        lines = list_lines(db, page=page, size=PAGE)
        return render_template(
            "history/index.html",
            drive=around(db, drive),
            revision=drive.revision,
            days=[(on, list(of_day)) for on, of_day in groupby(lines, _day)],
            undone=undone,
            last_done=total - undone > 0 and _newest_done(lines),
            most=MOST_ACTS,
            **pager,
        )


@blueprint.post("/history")
def update() -> Answer:
    """Back to right after an act, or on to it where it was undone; 0 is the start."""
    with transaction() as db:
        drive = open_drive(db)
        if request.form.get("revision") != str(drive.revision):
            raise Problem(
                409, "The history went on meanwhile", "Nothing was changed. Load the page anew and choose again."
            )
        undone, redone = go_to(db, drive, _act(), now=clock.now())
        if undone and (before := undone_import(db, drive)):
            return redirect(before, 303)
    flash(_in_words(undone, redone), "travelled")
    return redirect(url_for("history.index"), 303)


def _page() -> int:
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= 10_000):
        raise Problem(404, "There is no such page", "Pages are counted from 1.")
    return int(text[:9])


def _act() -> int:
    text = request.form.get("act", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Problem(400)
    return int(text)


def _day(line: Line) -> date:
    return line.done_at.date()


def _newest_done(lines: list[Line]) -> int | None:
    """The act that Undo would take back, where it is on this page."""
    return next((line.number for line in lines if line.undone_at is None), None)


def _in_words(undone: int, redone: int) -> str:
    count = undone or redone
    acts = "1 act" if count == 1 else f"{count} acts"
    if not count:
        return "Nothing was to be done: this is where the drive stands"
    return f"{acts} taken back. They stay in the history until you do something new" if undone else f"{acts} done again"
