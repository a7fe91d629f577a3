"""The only place that starts, finds and ends a drive."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, and_, bindparam, delete, false, func, insert, or_, select, update
from sqlalchemy.orm import Session

from portal.sandbox.database import Base, bind, first_row, insert_and_bind, note_binding
from portal.sandbox.drives.kinds import OWN_TABLES
from portal.sandbox.drives.models import Act, Before, OwnRow, StartedDrive
from portal.sandbox.scenarios.hours import NOW_IN_DAY, NOW_WEEKDAY
from portal.sandbox.scenarios.models import Scenario
from portal.shared import ids

KEPT_IDLE = timedelta(days=14)
KEPT_AT_MOST = timedelta(days=60)
KEPT_WHEN_ASKED = timedelta(days=30)
BROUGHT_BACK = timedelta(minutes=10)  # for so long a drive that was ended can be brought back


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
    layer: int
    name: str
    asked_until: datetime | None
    ended_at: datetime | None
    scenario_id: int
    version: str
    business: str
    stages: str
    tags: str
    facts: str
    currency: str

    @property
    def kept_until(self) -> datetime:
        """When it ends if nobody comes: after fourteen days, or when its visitor asked, and after sixty at most."""
        idle = self.seen_at + KEPT_IDLE
        return min(max(idle, self.asked_until or idle), self.started_at + KEPT_AT_MOST)

    @property
    def longest(self) -> datetime:
        """When it ends, whatever is asked."""
        return self.started_at + KEPT_AT_MOST


class Started(NamedTuple):
    """A new drive: its public id, and the token that opens it, which is shown to its visitor and stored as a digest."""

    public_id: str
    token: str


def start_drive(db: Session, *, scenario_id: int, now: datetime) -> Started:
    """Start a drive: one row, whatever the size of the scenario."""
    started = Started(ids.new_id(), ids.new_token())
    row = {"scenario_id": scenario_id, "epoch": _present(now), "started_at": now, "seen_at": now}
    db.execute(_START, [row | _AT_THE_START | _named(started)])
    return started


def copy_drive(db: Session, kept: Mapping[str, Any], *, values: Mapping[str, Any]) -> tuple[int, Started]:
    """Start a drive with what is KEPT of another one's row, but for `values`; `db` is bound to it from here on.

    Its own rows are `copies.py`'s.
    """
    started = Started(ids.new_id(), ids.new_token())
    return insert_and_bind(db, _START, {**kept, **_named(started), **values}), started


def copy_bound_drive(db: Session, drive_id: int, *, layer: int, values: Mapping[str, Any]) -> tuple[int, Started]:
    """The same on PostgreSQL, with the rows of a layer of the bound drive: in one statement, within the database."""
    started = Started(ids.new_id(), ids.new_token())
    named = {"of_drive": drive_id, "of_layer": layer, **_named(started)}
    return note_binding(db, _COPY_BOUND, {**named, **dict.fromkeys(_COPIED_AS), **values}), started


def find_drive(db: Session, token: str, *, now: datetime) -> Drive | None:
    """The drive that this token opens, unless its time is over; `db` is bound to it from here on."""
    drive = _by_token(db, token)
    if drive is None or drive.ended_at is not None or is_over(drive, now=now):
        return None
    bind(db, drive.id, layer=drive.layer)
    return drive


def find_ended(db: Session, token: str, *, now: datetime) -> Drive | None:
    """The drive of this token that was ended, while it can be brought back; `db` is bound to it from here on."""
    drive = _by_token(db, token)
    if drive is None or drive.ended_at is None or now - drive.ended_at > BROUGHT_BACK or is_over(drive, now=now):
        return None
    bind(db, drive.id, layer=drive.layer)
    return drive


def is_over(drive: Drive, *, now: datetime) -> bool:
    """Whether nobody came for fourteen days, or it is sixty days old."""
    return now > drive.kept_until


def note_seen(db: Session, drive: Drive, *, now: datetime) -> None:
    """Remember that the visitor came."""
    _change(db, drive, seen_at=now)


def keep_longer(db: Session, drive: Drive, *, now: datetime) -> datetime:
    """Keep the drive for thirty days though nobody comes, or as long as one can be kept; returns until when."""
    until = min(now + KEPT_WHEN_ASKED, drive.longest)
    _change(db, drive, kept_until=until)
    return until


def name_drive(db: Session, drive: Drive, name: str) -> None:
    """Call it something, to tell it from others of the same business."""
    _change(db, drive, name=name)


def end_drive(db: Session, drive: Drive, *, now: datetime) -> None:
    """End it at once; for ten minutes it can be brought back."""
    _change(db, drive, ended_at=now)


def bring_back(db: Session, drive: Drive) -> None:
    """Let a drive go on that was ended."""
    _change(db, drive, ended_at=None)


def end_drives(db: Session, *, now: datetime, most: int) -> list[int]:
    """Delete drives whose time is over, `most` at a time, with every row of theirs; returns their numbers."""
    over = list_over(db, now=now, most=most)
    for drive_id in over:
        delete_drive(db, drive_id)
    return over


def list_over(db: Session, *, now: datetime, most: int) -> list[int]:
    """The numbers of drives whose time is over, `most` of them."""
    return list(db.scalars(select(StartedDrive.id).where(_is_over(now)).limit(most)))


def end_idle(db: Session, *, since: datetime, most: int) -> int:
    """Delete drives that nobody has come to since then, those idle longest first; says how many."""
    idle = select(StartedDrive.id).where(StartedDrive.frozen_at.is_(None), StartedDrive.seen_at < since)
    found = db.scalars(idle.order_by(StartedDrive.seen_at).limit(most)).all()
    for drive_id in found:
        delete_drive(db, drive_id)
    return len(found)


def delete_drive(db: Session, drive_id: int) -> list[int]:
    """Delete a drive, its frozen copies, and every row of theirs; returns the numbers of all of them."""
    copies = db.scalars(select(StartedDrive.id).where(StartedDrive.came_from == drive_id)).all()
    for one in (*copies, drive_id):
        bind(db, one)
        for table in (Before, Act):
            db.execute(delete(table))
        for own in OWN_TABLES.values():
            delete_rows(db, own, one)
        db.execute(delete(StartedDrive).where(StartedDrive.id == one))
    return [*copies, drive_id]


def delete_rows(db: Session, own: type[OwnRow], drive_id: int, *, since: int = 0, before: int | None = None) -> None:
    """Delete the bound drive's rows of one kind, in every layer `since` one and `before` another."""
    table: Any = own.__table__  # type: ignore[attr-defined]
    whose = delete(table).where(table.c.drive_id == drive_id, table.c.layer >= since)
    db.connection().execute(whose if before is None else whose.where(table.c.layer < before))


def is_alive(db: Session, drive_id: int, *, now: datetime) -> bool:
    """Whether the drive of this number goes on."""
    alive = select(StartedDrive.id).where(StartedDrive.id == drive_id, StartedDrive.ended_at.is_(None), ~_is_over(now))
    return db.scalar(alive) is not None


def _by_token(db: Session, token: str) -> Drive | None:
    row = first_row(db, _BY_TOKEN, {"digest": ids.digest(token)})
    return None if row is None else Drive._make(row)


def _change(db: Session, drive: Drive, **values: Any) -> None:
    bind(db, drive.id, layer=drive.layer)
    db.execute(update(StartedDrive).where(StartedDrive.id == drive.id).values(**values))


def _is_over(now: datetime) -> ColumnElement[bool]:
    """The same as `is_over`, or ended too long ago to be brought back; a frozen copy goes with its drive."""
    is_asked_for = func.coalesce(StartedDrive.kept_until >= now, false())
    return and_(
        StartedDrive.frozen_at.is_(None),
        or_(
            and_(StartedDrive.seen_at < now - KEPT_IDLE, ~is_asked_for),
            StartedDrive.started_at < now - KEPT_AT_MOST,
            func.coalesce(StartedDrive.ended_at < now - BROUGHT_BACK, false()),
        ),
    )


def _named(started: Started) -> dict[str, str]:
    return {"public_id": started.public_id, "token_digest": ids.digest(started.token)}


def _present(now: datetime) -> datetime:
    """The last such weekday and hour before `now` as the scenario's own present has, so that its calls fall by day."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    present = midnight - timedelta(days=(now.weekday() - NOW_WEEKDAY) % 7) + timedelta(seconds=NOW_IN_DAY)
    return present if present <= now else present - timedelta(days=7)


# Built once, and of tables, not classes: every page asks this, and SQLAlchemy builds it more slowly than it runs.
_drives, _scenarios = StartedDrive.__table__.c, Scenario.__table__.c
_AT_THE_START = {"clock": 0, "revision": 0, "layer": 0, "name": ""}
_START = insert(Base.metadata.tables[StartedDrive.__tablename__])
_COPIED_AS = ("name", "started_at", "seen_at", "frozen_at", "came_from")
_COPY_BOUND = select(
    func.copy_bound_drive(
        *(bindparam("of_drive", type_=Integer), bindparam("of_layer", type_=Integer)),
        *(bindparam(name, type_=_drives[name].type) for name in ("public_id", "token_digest", *_COPIED_AS)),
    )
)
_BY_TOKEN = (
    select(
        *(_drives.id, _drives.public_id, _drives.epoch, _drives.clock, _drives.started_at, _drives.seen_at),
        *(_drives.revision, _drives.layer, _drives.name, _drives.kept_until.label("asked_until"), _drives.ended_at),
        *(_scenarios.id.label("scenario_id"), _scenarios.version, _scenarios.name.label("business")),
        *(_scenarios.stages, _scenarios.tags, _scenarios.facts, _scenarios.currency),
    )
    .join_from(StartedDrive.__table__, Scenario.__table__, _scenarios.id == _drives.scenario_id)
    .where(_drives.token_digest == bindparam("digest"), _drives.frozen_at.is_(None))
)
# What a copy takes along of the row of a drive.
KEPT = (
    *(_drives.scenario_id, _drives.epoch, _drives.clock, _drives.revision, _drives.name),
    *(_drives.started_at, _drives.seen_at),
)
