"""The only place that copies drives: forks, which live on by themselves, and checkpoints, which nobody changes.

A copy takes the own rows, the clock and the name. It begins with an empty history: what was done before is still in
the drive it came from, and a copy costs no more than its rows do. Its numbers of acts go on from those of the original.

A checkpoint can be shared: a link opens a copy of it, in whatever browser, until it is withdrawn or its drive ends. The
link's token is made from the process's secret and stored as a digest alone.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from portal.sandbox.database import bind
from portal.sandbox.drives.bulk import COUNTS, Rows, count_own_rows, insert_rows, read_rows, table_of
from portal.sandbox.drives.drive import KEPT, Drive, Started, copy_bound_drive, copy_drive, delete_drive
from portal.sandbox.drives.journal import Journal
from portal.sandbox.drives.kinds import OWN_TABLES
from portal.sandbox.drives.models import StartedDrive
from portal.sandbox.scenarios.models import Scenario
from portal.shared import ids

MOST_CHECKPOINTS = 10


class Checkpoint(NamedTuple):
    """A frozen copy of a drive; `clock` is where its present stood, `shared_at` since when a link copies it."""

    id: int
    public_id: str
    name: str
    clock: int
    frozen_at: datetime
    shared_at: datetime | None
    token_digest: str


class Shared(NamedTuple):
    """What a link opens a copy of; `owner` is the drive it came from."""

    id: int
    owner: int
    name: str
    business: str
    clock: int
    epoch: datetime
    frozen_at: datetime


class TooManyCheckpoints(Exception):
    """The drive has as many checkpoints as one may have."""


class Withdrawn(Exception):
    """The link was good once, and was taken back."""


def fork(db: Session, drive_id: int, *, layer: int = 0, name: str, now: datetime) -> Started:
    """A drive of its own, with the rows of a layer of another one, or of a checkpoint, which has one alone."""
    return _copy(db, drive_id, layer=layer, values={"name": name, "started_at": now, "seen_at": now})[1]


def make_checkpoint(db: Session, drive: Drive, *, name: str, now: datetime) -> Checkpoint:
    """Keep the bound drive as it is now, under a name. Raises TooManyCheckpoints."""
    if len(list_checkpoints(db, drive)) >= MOST_CHECKPOINTS:
        raise TooManyCheckpoints
    made, _ = _copy(db, drive.id, layer=drive.layer, values={"name": name, "frozen_at": now, "came_from": drive.id})
    bind(db, drive.id, layer=drive.layer)
    return next(one for one in list_checkpoints(db, drive) if one.id == made)


def list_checkpoints(db: Session, drive: Drive) -> Sequence[Checkpoint]:
    """The checkpoints of a drive, newest first."""
    found = select(*_CHECKPOINT).where(StartedDrive.came_from == drive.id)
    return [Checkpoint._make(row) for row in db.execute(found.order_by(StartedDrive.id.desc()))]


def find_checkpoint(db: Session, drive: Drive, public_id: str) -> Checkpoint | None:
    """A checkpoint of this drive."""
    wanted = StartedDrive.came_from == drive.id, StartedDrive.public_id == public_id
    row = db.execute(select(*_CHECKPOINT).where(*wanted)).first()
    return None if row is None else Checkpoint._make(row)


def go_back(db: Session, drive: Drive, checkpoint: Checkpoint, *, now: datetime) -> None:
    """Let the bound drive be as the checkpoint has it, in one act that can be undone."""
    _, rows = _all_of(db, checkpoint.id)
    bind(db, drive.id, layer=drive.layer)
    journal = Journal(db, drive, words=f"Went back to “{checkpoint.name}”", now=now, begins_layer=True)
    journal.take_over(rows)
    if checkpoint.clock != drive.clock:
        journal.move_clock(checkpoint.clock)


def drop_checkpoint(db: Session, drive: Drive, checkpoint: Checkpoint) -> None:
    """Let go of a checkpoint; a link to it opens nothing from now on."""
    delete_drive(db, checkpoint.id)
    bind(db, drive.id, layer=drive.layer)


def share(db: Session, drive: Drive, checkpoint: Checkpoint, *, secret: str, now: datetime) -> str:
    """Let a link open copies of this checkpoint; returns its token. An earlier link of it stays closed."""
    token = _token(checkpoint.public_id, now, secret=secret)
    _change(db, drive, checkpoint, shared_at=now, token_digest=ids.digest(token))
    return token


def withdraw(db: Session, drive: Drive, checkpoint: Checkpoint) -> None:
    """Close the link; copies that were opened by it live on."""
    _change(db, drive, checkpoint, shared_at=None)


def token_of(checkpoint: Checkpoint, *, secret: str) -> str | None:
    """The token of a shared checkpoint's link; None where it is not shared, or by a secret that is no longer there."""
    if checkpoint.shared_at is None:
        return None
    token = _token(checkpoint.public_id, checkpoint.shared_at, secret=secret)
    return token if ids.digest(token) == checkpoint.token_digest else None


def find_shared(db: Session, token: str) -> Shared | None:
    """What a link's token opens a copy of, or None where there is no such link. Raises Withdrawn."""
    found = (
        select(
            *(StartedDrive.id, StartedDrive.came_from, StartedDrive.name, Scenario.name, StartedDrive.clock),
            *(StartedDrive.epoch, StartedDrive.frozen_at, StartedDrive.shared_at),
        )
        .join(Scenario, Scenario.id == StartedDrive.scenario_id)
        .where(StartedDrive.token_digest == ids.digest(token), StartedDrive.frozen_at.is_not(None))
    )
    row = db.execute(found).first()
    if row is None:
        return None
    if row.shared_at is None:
        raise Withdrawn
    return Shared._make(row[:-1])


def count_rows_of(db: Session, drive_id: int) -> int:
    """How many rows a copy would take along; `db` ends up bound to the drive that is copied."""
    bind(db, drive_id)
    return count_own_rows(db)


def _copy(db: Session, drive_id: int, *, layer: int, values: Mapping[str, Any]) -> tuple[int, Started]:
    """Copy a drive, but for `values`; `db` is bound to the copy from here on. Its number, and what opens it."""
    if db.get_bind().dialect.name == "postgresql":
        bind(db, drive_id, layer=layer)
        return copy_bound_drive(db, drive_id, layer=layer, values=values)
    kept, rows = _all_of(db, drive_id, layer=layer)
    made, started = copy_drive(db, kept, values=values)
    _fill(db, made, rows)
    return made, started


def _all_of(db: Session, drive_id: int, *, layer: int = 0) -> tuple[dict[str, Any], Rows]:
    """What a copy of a drive takes along: of its own row, and all of its own rows; `db` is bound to it from here on."""
    bind(db, drive_id, layer=layer)
    whose = {"id": drive_id, "drive_id": drive_id, "layer": layer}
    found = db.connection().execute(_ALL_OF, whose).mappings().one()
    return {column.name: found[column.name] for column in KEPT}, read_rows(db, {one: found[one] for one in OWN_TABLES})


def _fill(db: Session, drive_id: int, rows: Rows) -> None:
    """Give the new drive that is bound its rows; a session sees one at a time, so they go by way of this process."""
    for place, of_place in rows.items():
        for row in of_place:
            row.update(drive_id=drive_id, layer=0)
        insert_rows(db, table_of(OWN_TABLES[place]), of_place)


def _change(db: Session, drive: Drive, checkpoint: Checkpoint, **values: object) -> None:
    bind(db, checkpoint.id)
    db.execute(update(StartedDrive).where(StartedDrive.id == checkpoint.id).values(**values))
    bind(db, drive.id, layer=drive.layer)


def _token(public_id: str, shared_at: datetime, *, secret: str) -> str:
    words = f"link to {public_id} since {shared_at.isoformat()}"
    return urlsafe_b64encode(hmac.digest(secret.encode(), words.encode(), "sha256")).decode().rstrip("=")


# Built once: a copy should cost what its rows cost.
_ALL_OF = select(*KEPT, *COUNTS).where(KEPT[0].table.c.id == bindparam("id"))
_CHECKPOINT = (
    *(StartedDrive.id, StartedDrive.public_id, StartedDrive.name, StartedDrive.clock, StartedDrive.frozen_at),
    *(StartedDrive.shared_at, StartedDrive.token_digest),
)
