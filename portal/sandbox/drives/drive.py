"""The only place that starts, finds, resets and ends a drive."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from portal.sandbox.database import bind
from portal.sandbox.drives.journal import Journal, count_own_rows
from portal.sandbox.drives.models import Act, Before, Drive, OwnActivity, OwnLead
from portal.sandbox.scenarios.hours import NOW_IN_DAY, NOW_WEEKDAY
from portal.shared import ids

KEPT_IDLE = timedelta(days=14)
KEPT_AT_MOST = timedelta(days=60)
SEEN_EVERY = timedelta(minutes=5)


class Started(NamedTuple):
    """A new drive: its public id, and the token that opens it, which is shown to its visitor and stored as a digest."""

    public_id: str
    token: str


def start_drive(db: Session, *, scenario_id: int, now: datetime) -> Started:
    """Start a drive: one row, whatever the size of the scenario."""
    started = Started(ids.new_id(), ids.new_token())
    db.execute(
        insert(Drive),
        [
            {
                "public_id": started.public_id,
                "token_digest": ids.digest(started.token),
                "scenario_id": scenario_id,
                "epoch": _present(now),
                "clock": 0,
                "started_at": now,
                "seen_at": now,
            }
        ],
    )
    return started


def find_drive(db: Session, token: str, *, now: datetime) -> Drive | None:
    """The drive that this token opens, unless its time is over; `db` is bound to it from here on."""
    drive = db.scalar(select(Drive).where(Drive.token_digest == ids.digest(token)))
    if drive is None or is_over(drive, now=now):
        return None
    bind(db, drive.id)
    return drive


def is_over(drive: Drive, *, now: datetime) -> bool:
    """Whether nobody came for fourteen days, or it is sixty days old."""
    return now - drive.seen_at > KEPT_IDLE or now - drive.started_at > KEPT_AT_MOST


def note_seen(db: Session, drive: Drive, *, now: datetime) -> None:
    """Remember that the visitor came."""
    db.execute(update(Drive).where(Drive.id == drive.id).values(seen_at=now))


def reset_drive(db: Session, drive: Drive, *, now: datetime) -> bool:
    """Take the bound drive back to its scenario, in one act that can itself be undone; False where it is there."""
    if not count_own_rows(db):
        return False
    Journal(db, drive, words="Reset this drive", now=now).clear()
    return True


def end_drives(db: Session, *, now: datetime, most: int) -> int:
    """Delete drives whose time is over, `most` at a time, with every row of theirs; say how many those were."""
    is_past = or_(Drive.seen_at < now - KEPT_IDLE, Drive.started_at < now - KEPT_AT_MOST)
    over = db.scalars(select(Drive.id).where(is_past).limit(most)).all()
    for drive_id in over:
        bind(db, drive_id)
        for table in (Before, Act, OwnActivity, OwnLead):
            db.execute(delete(table))
        db.execute(delete(Drive).where(Drive.id == drive_id))
    return len(over)


def _present(now: datetime) -> datetime:
    """The last such weekday and hour before `now` as the scenario's own present has, so that its calls fall by day."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    present = midnight - timedelta(days=(now.weekday() - NOW_WEEKDAY) % 7) + timedelta(seconds=NOW_IN_DAY)
    return present if present <= now else present - timedelta(days=7)
