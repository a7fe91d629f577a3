"""The only place that keeps the number of all drives within what the operator allows."""

from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import end_idle
from portal.sandbox.drives.models import StartedDrive

IDLE_ENOUGH = timedelta(days=2)  # a drive that nobody came to for so long may go where others wait for room
AT_A_TIME = 50
_COUNTED_EVERY = timedelta(minutes=1)


class NoRoomForDrives(Exception):
    """There are as many drives as there may be, and all of them are in use."""


class _Count(NamedTuple):
    at: datetime
    number: int


_counts: dict[str, _Count] = {}  # by the database
_lock = Lock()


def make_room(db: Session, *, most: int, now: datetime) -> None:
    """Before a drive starts: where there are `most`, end some that nobody came to for days. Raises NoRoomForDrives.

    Drives are counted once a minute, and each start in between by this process alone, since counting costs more than
    starting does. So with several processes there may be a few more than `most`.
    """
    key = db.get_bind().engine.url.render_as_string(hide_password=True)
    with _lock:
        known = _counts.get(key)
        is_fresh = known is not None and timedelta(0) <= now - known.at < _COUNTED_EVERY and known.number < most
        number = known.number if known and is_fresh else _count(db)
        if number >= most:
            ended = end_idle(db, since=now - IDLE_ENOUGH, most=AT_A_TIME)
            _counts.pop(key, None)
            if not ended:
                raise NoRoomForDrives
            return
        _counts[key] = _Count(known.at if known and is_fresh else now, number + 1)


def _count(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(StartedDrive).where(StartedDrive.frozen_at.is_(None))) or 0
