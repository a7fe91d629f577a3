"""The only place that starts, finds and ends a drive."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from portal.sandbox.database import Base, bind, first_row
from portal.sandbox.drives.kinds import OWN_TABLES
from portal.sandbox.drives.models import Act, Before, StartedDrive
from portal.sandbox.scenarios.hours import NOW_IN_DAY, NOW_WEEKDAY
from portal.sandbox.scenarios.models import Scenario
from portal.shared import ids

KEPT_IDLE = timedelta(days=14)
KEPT_AT_MOST = timedelta(days=60)


class Drive(NamedTuple):
    """A drive as features see it: its own row, and what its scenario says. Lists of words are JSON arrays.

    `clock` is its present, in seconds from `epoch`, the scenario's own present.
    """

    id: int
    public_id: str
    epoch: datetime
    clock: int
    started_at: datetime
    seen_at: datetime
    revision: int
    name: str
    scenario_id: int
    version: str
    business: str
    stages: str
    tags: str
    facts: str
    currency: str


class Started(NamedTuple):
    """A new drive: its public id, and the token that opens it, which is shown to its visitor and stored as a digest."""

    public_id: str
    token: str


def start_drive(db: Session, *, scenario_id: int, now: datetime) -> Started:
    """Start a drive: one row, whatever the size of the scenario."""
    started = Started(ids.new_id(), ids.new_token())
    db.execute(
        _START,
        [
            {
                "public_id": started.public_id,
                "token_digest": ids.digest(started.token),
                "scenario_id": scenario_id,
                "epoch": _present(now),
                "clock": 0,
                "revision": 0,
                "name": "",
                "started_at": now,
                "seen_at": now,
            }
        ],
    )
    return started


def find_drive(db: Session, token: str, *, now: datetime) -> Drive | None:
    """The drive that this token opens, unless its time is over; `db` is bound to it from here on."""
    row = first_row(db, _BY_TOKEN, {"digest": ids.digest(token)})
    if row is None or is_over(drive := Drive._make(row), now=now):
        return None
    bind(db, drive.id)
    return drive


def is_over(drive: Drive, *, now: datetime) -> bool:
    """Whether nobody came for fourteen days, or it is sixty days old."""
    return now - drive.seen_at > KEPT_IDLE or now - drive.started_at > KEPT_AT_MOST


def note_seen(db: Session, drive: Drive, *, now: datetime) -> None:
    """Remember that the visitor came."""
    bind(db, drive.id)
    db.execute(update(StartedDrive).where(StartedDrive.id == drive.id).values(seen_at=now))


def end_drives(db: Session, *, now: datetime, most: int) -> int:
    """Delete drives whose time is over, `most` at a time, with every row of theirs; say how many those were."""
    is_past = or_(StartedDrive.seen_at < now - KEPT_IDLE, StartedDrive.started_at < now - KEPT_AT_MOST)
    over = db.scalars(select(StartedDrive.id).where(is_past).limit(most)).all()
    for drive_id in over:
        bind(db, drive_id)
        for table in (Before, Act, *OWN_TABLES.values()):
            db.execute(delete(table))
        db.execute(delete(StartedDrive).where(StartedDrive.id == drive_id))
    return len(over)


def _present(now: datetime) -> datetime:
    """The last such weekday and hour before `now` as the scenario's own present has, so that its calls fall by day."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    present = midnight - timedelta(days=(now.weekday() - NOW_WEEKDAY) % 7) + timedelta(seconds=NOW_IN_DAY)
    return present if present <= now else present - timedelta(days=7)


# Built once, and of tables, not classes: every page asks this, and SQLAlchemy builds it more slowly than it runs.
_drives, _scenarios = StartedDrive.__table__.c, Scenario.__table__.c
_START = insert(Base.metadata.tables[StartedDrive.__tablename__])
_BY_TOKEN = (
    select(
        *(_drives.id, _drives.public_id, _drives.epoch, _drives.clock, _drives.started_at, _drives.seen_at),
        *(_drives.revision, _drives.name),
        *(_scenarios.id.label("scenario_id"), _scenarios.version, _scenarios.name.label("business")),
        *(_scenarios.stages, _scenarios.tags, _scenarios.facts, _scenarios.currency),
    )
    .join_from(StartedDrive.__table__, Scenario.__table__, _scenarios.id == _drives.scenario_id)
    .where(_drives.token_digest == bindparam("digest"))
)
