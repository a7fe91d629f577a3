"""The practice clock: moving it, and what follows from that."""

from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.sandbox.drives.calendar import OutOfBounds, Shift, day_of, day_on, happenings, move_clock, rests, shifts
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import MOST_DAYS, moment
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.shell import around
from portal.sandbox.scenarios.hours import DAY
from portal.sandbox.web import reading, transaction
from portal.shared import clock
from portal.shared.problems import Problem

blueprint = Blueprint("clock", __name__)

TRIPS = (1, 7, 30, 90)  # days, that the page offers to look ahead


@blueprint.get("/clock")
def index() -> str:
    """Where the clock stands; after a move, or as it would be after one, who entered and who left what follows it."""
    with reading() as db:
        drive = open_drive(db)
        return _render(db, drive, since=_since(drive), ahead=_ahead(drive))


@blueprint.post("/clock")
def update() -> Answer | tuple[str, int]:
    """Move it: `by` so many days, or `to` a date or to `start`."""
    with transaction() as db:
        drive = open_drive(db)
        since = day_of(drive)
        try:
            move_clock(db, drive, day=_day(drive), now=clock.now())
        except OutOfBounds as fault:
            return _render(db, drive, since=since, wrong=str(fault), typed=request.form.get("to", "")), 422
    return redirect(url_for("clock.index", since=since), 303)


def _render(db: Session, drive: Drive, *, since: int, ahead: int = 0, wrong: str = "", typed: str = "") -> str:
    before = moment(drive, (since - 1) * DAY)
    then = drive.clock + ahead * DAY
    told = shifts(db, drive, since=drive.clock, until=then) if ahead else _shifts_since(db, drive, since)
    return render_template(
        "clock/index.html",
        drive=around(db, drive),
        days=day_of(drive) - since,
        since=since,
        before=before,
        first=moment(drive, 0),
        last=moment(drive, MOST_DAYS * DAY),
        shifts=told,
        rests=rests(db, drive),
        ahead=ahead,
        then=moment(drive, then),
        trips=[days for days in TRIPS if day_of(drive) + days <= MOST_DAYS + 1],
        happenings=happenings(db, drive, since=min(drive.clock, (since - 1) * DAY), until=drive.clock),
        wrong=wrong,
        typed=typed,
    )


def _shifts_since(db: Session, drive: Drive, since: int) -> list[Shift]:
    return shifts(db, drive, since=(since - 1) * DAY, until=drive.clock)


def _ahead(drive: Drive) -> int:
    """How many days from now to look at without going there, from the address; 0 for none. Raises Problem (404)."""
    text = request.args.get("ahead", "")
    digits = text.removeprefix("-")
    if not text:
        return 0
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 4):
        raise Problem(404, "There is no such day", "Say in days how far to look, such as 30.")
    if not 1 <= day_of(drive) + int(text) <= MOST_DAYS + 1:
        raise Problem(404, "There is no such day", f"The practice clock goes from day 1 to day {MOST_DAYS + 1}.")
    return int(text)


def _since(drive: Drive) -> int:
    """The day before a move, from the address; without one, today."""
    text = request.args.get("since", "")
    if not text:
        return day_of(drive)
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= MOST_DAYS + 1):
        raise Problem(404, "There is no such day", "Days are counted from 1, the day that the scenario begins with.")
    return int(text)


def _day(drive: Drive) -> int:
    """The day that was asked for. Raises OutOfBounds and Problem (400)."""
    by, to = request.form.get("by", ""), request.form.get("to", "")
    if to == "start":
        return 1
    if by.removeprefix("-").isascii() and by.removeprefix("-").isdecimal() and len(by) < 6:
        return day_of(drive) + int(by)
    if by:
        raise Problem(400)
    try:
        return day_on(drive, date.fromisoformat(to))
    except ValueError as fault:
        raise OutOfBounds("Type a date, such as 2026-04-02.") from fault
