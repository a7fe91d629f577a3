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

from portal.sandbox.drives.drive import Drive, find_drive, note_seen
from portal.sandbox.drives.journal import count_acts
from portal.sandbox.web import aside, cookies_named, set_cookie
from portal.shared import clock
from portal.shared.faults import STORE_FAULTS, words_of
from portal.shared.origins import SAFE
from portal.shared.problems import Problem

log = structlog.get_logger()

SEEN_EVERY = timedelta(minutes=5)
MOST_LISTED = 20
_COOKIE = "drive-"
_OPEN = "drive"


class Held(NamedTuple):
    """A drive that this browser holds: the token is its private code, `changes` how many acts can be undone."""

    drive: Drive
    token: str
    changes: int
    is_open: bool


def open_drive(db: Session) -> Drive:
    """The open drive; `db` is bound to it from here on.

    Raises Problem: 404 where none is open, 409 where the form was shown for another drive than the one now open.
    """
    now = clock.now()
    public_id = session.get(_OPEN, "")
    drive = find_drive(db, cookies_named(_COOKIE).get(public_id, ""), now=now)
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


def open_held(db: Session, public_id: str) -> None:
    """Open another drive that this browser holds. Raises Problem (404) where it holds no such one, or no longer."""
    drive = find_drive(db, cookies_named(_COOKIE).get(public_id, ""), now=clock.now())
    if drive is None or drive.public_id != public_id:
        raise Problem(
            404, "This browser does not hold that test drive", "Open it by its private link, or start another."
        )
    session[_OPEN] = public_id


def list_held(db: Session) -> list[Held]:
    """The drives that this browser holds, the last seen first; `db` ends up bound to one of them."""
    now = clock.now()
    held = []
    for public_id, token in list(cookies_named(_COOKIE).items())[-MOST_LISTED:]:  # the newest come last
        drive = find_drive(db, token, now=now)
        if drive is not None and drive.public_id == public_id:
            held.append(Held(drive, token, count_acts(db), public_id == session.get(_OPEN)))
    return sorted(held, key=lambda one: one.drive.seen_at, reverse=True)


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
