"""The only place that knows which drives this browser holds, and which of them is open.

Each drive has a cookie of its own, which holds the token that opens it: a new start never takes an earlier drive away.
The session says which one is open.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from flask import Response, request, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import Drive, find_drive, find_ended, note_seen
from portal.sandbox.drives.journal import count_acts
from portal.sandbox.web import aside, cookies_named, set_cookie
from portal.shared import clock
from portal.shared.faults import STORE_FAULTS, words_of
from portal.shared.origins import SAFE
from portal.shared.problems import Problem

log = structlog.get_logger()

SEEN_EVERY = timedelta(minutes=5)
MOST_HELD = 12
MOST_LISTED = 20
_COOKIE = "drive-"
_OPEN = "drive"
_BEFORE = "before an import"
_LEFT = "left an import"


class Held(NamedTuple):
    """A drive that this browser holds: the token is its private code, `changes` how many acts can be undone."""

    drive: Drive
    token: str
    changes: int
    is_open: bool


def open_drive(db: Session) -> Drive:
    """The open drive; `db` is bound to it from here on.

    Raises Problem: 404 where none is open, 410 where a form was sent for one that is over, 409 where the form was shown
    for another drive than the one now open.
    """
    now = clock.now()
    public_id = session.get(_OPEN, "")
    token = cookies_named(_COOKIE).get(public_id, "")
    drive = find_drive(db, token, now=now)
    if drive is None and token and request.method not in SAFE:
        raise Problem(
            410,
            "This test drive is over",
            "It ended because nobody had come for a while, or because you ended it. Nothing was changed. Go on with "
            "another of your test drives, or start one: both on the first page.",
        )
    if drive is None or drive.public_id != public_id:
        raise Problem(
            404, "No test drive is open here", "Start one, or go on with one of yours: both on the first page."
        )
    if request.method not in SAFE and request.form.get("drive", public_id) != public_id:
        raise Problem(
            409,
            "Another test drive is open",
            "This page belongs to another one. Nothing was changed. Open that one from your test drives and try again.",
        )
    if now - drive.seen_at > SEEN_EVERY:
        _note_seen(db, drive, now)
    return drive


def hold(response: Response, *, public_id: str, token: str) -> None:
    """Let this browser hold the drive, and open it."""
    set_cookie(response, f"{_COOKIE}{public_id}", token)
    session[_OPEN] = public_id
    generate_csrf()  # now, or several tabs opened at once would each make the session's token anew


def note_before(public_id: str) -> None:
    """Remember which drive was open when an import opened this one."""
    session[_BEFORE] = [public_id, session.get(_OPEN, "")]


def leave(db: Session, drive: Drive) -> bool:
    """Open the drive that was open before an import opened this one; without one, close it. Whether one is open."""
    opened, before = session.get(_BEFORE) or ("", "")
    try:
        there = open_held(db, before if opened == drive.public_id else "")
    except Problem:  # it never was, or is over
        session.pop(_OPEN, None)
        return False
    session[_LEFT] = [drive.public_id, there.public_id, there.revision]
    return True


def left_for(drive: Drive) -> str:
    """The public id of the drive that was left for this one, as long as nothing was done in this one since."""
    left, *there = session.get(_LEFT) or ("", "", 0)
    return str(left) if there == [drive.public_id, drive.revision] else ""


def open_held(db: Session, public_id: str) -> Drive:
    """Open another drive that this browser holds. Raises Problem (404) where it holds no such one, or no longer."""
    drive = find_held(db, public_id)
    session[_OPEN] = public_id
    return drive


def find_held(db: Session, public_id: str) -> Drive:
    """A drive that this browser holds; `db` is bound to it. Raises Problem (404) where it holds no such one."""
    drive = find_drive(db, cookies_named(_COOKIE).get(public_id, ""), now=clock.now())
    if drive is None or drive.public_id != public_id:
        raise Problem(
            404, "This browser does not hold that test drive", "Open it by its private link, or start another."
        )
    return drive


def find_ended_held(db: Session, public_id: str) -> Drive:
    """A drive of this browser that was ended a moment ago. Raises Problem (410) where it cannot be brought back."""
    drive = find_ended(db, cookies_named(_COOKIE).get(public_id, ""), now=clock.now())
    if drive is None or drive.public_id != public_id:
        raise Problem(
            410,
            "That test drive is gone",
            "One that was ended can be brought back for ten minutes. Start another on the first page.",
        )
    return drive


def list_held(db: Session) -> list[Held]:
    """The drives that this browser holds, the last seen first; `db` ends up bound to one of them."""
    now = clock.now()
    held = []
    for public_id, token in _tokens():
        drive = find_drive(db, token, now=now)
        if drive is not None and drive.public_id == public_id:
            held.append(Held(drive, token, count_acts(db), public_id == session.get(_OPEN)))
    return sorted(held, key=lambda one: one.drive.seen_at, reverse=True)


def list_ended(db: Session) -> list[Drive]:
    """The drives of this browser that were ended and can be brought back, the last ended first."""
    found = ((public_id, find_ended(db, token, now=clock.now())) for public_id, token in _tokens())
    ended = [drive for public_id, drive in found if drive is not None and drive.public_id == public_id]
    return sorted(ended, key=lambda drive: drive.ended_at or drive.seen_at, reverse=True)


def refuse_another(db: Session) -> None:
    """Before a drive starts. Raises Problem (409) where this browser holds as many as one may.

    A start from the learning center's page comes without cookies, so it is held to the limits alone.
    """
    if len(_tokens()) >= MOST_HELD and len(list_held(db)) >= MOST_HELD:
        raise Problem(
            409,
            f"You have {MOST_HELD} test drives, as many as one can",
            "Nothing was started. End one that you no longer need under “Your test drives”, then try again.",
        )


def open_token() -> str:
    """The token of the open drive, which is its private code; it is in no database."""
    return cookies_named(_COOKIE).get(session.get(_OPEN, ""), "")


def _tokens() -> list[tuple[str, str]]:
    """Public id and token of each drive that there is a cookie for; the newest come last."""
    return list(cookies_named(_COOKIE).items())[-MOST_LISTED:]


def keeps_no_cookie() -> bool:
    """Whether this browser sent no cookie at all, right after it was given two."""
    return not request.cookies


def _note_seen(db: Session, drive: Drive, now: datetime) -> None:
    if request.method not in SAFE:
        note_seen(db, drive, now=now)
        return
    try:
        with aside() as other:
            note_seen(other, drive, now=now)
    except STORE_FAULTS as fault:  # a full disk, say: the page can be shown all the same
        log.warning("drive.not_noted", error=words_of(fault))
