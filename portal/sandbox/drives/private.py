"""The only place that deletes scenarios on which no drive stands any more: of a visitor's shape, and old versions."""

import time
from datetime import datetime, timedelta

from sqlalchemy import ColumnClause, Table, delete, exists, func, literal_column, select, update
from sqlalchemy.orm import Session, aliased

from portal.sandbox.database import Base, Database
from portal.sandbox.drives.models import StartedDrive
from portal.sandbox.scenarios.models import Scenario

BEING_MADE = timedelta(minutes=10)  # in which a scenario has no drive yet
BEING_LOADED = timedelta(hours=6)  # by which a version is whole, or nobody loads it any more
AT_A_TIME = 500  # rows of a version in one transaction
_PAUSE_SECONDS = 0.005


def count_private_scenarios(db: Session) -> int:
    """How many there are."""
    return db.scalar(select(func.count()).where(Scenario.is_private)) or 0


def forget_private_scenarios(db: Session, *, now: datetime, most: int) -> int:
    """Delete private scenarios without a drive, `most` at a time, with all their rows; say how many those were.

    On PostgreSQL the serving role may delete no row of a scenario; a function of the owner's does exactly this.
    """
    since = now - BEING_MADE
    if db.get_bind().dialect.name == "postgresql":
        return db.scalar(select(func.forget_private_scenarios(since, most))) or 0
    over = select(Scenario.id).where(Scenario.is_private, Scenario.loaded_at < since, ~_HAS_DRIVE)
    ids = db.scalars(over.limit(most)).all()
    for table in _parts() if ids else ():
        db.execute(delete(table).where(table.c.scenario_id.in_(ids)))
    if ids:
        db.execute(delete(Scenario).where(Scenario.id.in_(ids)))
    return len(ids)


def forget_old_versions(database: Database, *, now: datetime, most: int = AT_A_TIME) -> int:
    """Delete versions of scenarios that have no drive and a newer one that is whole; how many rows those were.

    In short transactions, between which visitors write. Who was stopped goes on where that was: with its first row gone
    a version is neither whole nor that of a recipe, so nobody is offered it and nobody loads it further.
    """
    total = 0
    while True:
        with database.transaction() as db:
            few = _forget_some(db, since=now - BEING_LOADED, most=most)
        if not few:
            return total
        total += few
        time.sleep(_PAUSE_SECONDS)


def _forget_some(db: Session, *, since: datetime, most: int) -> int:
    """On PostgreSQL a function of the owner's does exactly this."""
    if db.get_bind().dialect.name == "postgresql":
        return db.scalar(select(func.forget_old_versions(since, most))) or 0
    newer = aliased(Scenario)
    is_old = exists().where(newer.slug == Scenario.slug, newer.id > Scenario.id, newer.is_ready, ~newer.is_private)
    over = select(Scenario.id).where(~Scenario.is_private, Scenario.loaded_at < since, is_old, ~_HAS_DRIVE)
    one = db.scalar(over.order_by(Scenario.id).limit(1))
    if one is None:
        return 0
    forgotten = {"is_ready": False, "made_from": "", "version": f"forgotten {one}"}
    db.execute(update(Scenario).where(Scenario.id == one).values(forgotten))
    rowid: ColumnClause[int] = literal_column("rowid")
    for table in _parts():
        some = select(rowid).select_from(table).where(table.c.scenario_id == one).limit(most)
        if deleted := db.connection().execute(delete(table).where(rowid.in_(some))).rowcount:
            return deleted
    db.execute(delete(Scenario).where(Scenario.id == one))
    return 1


def _parts() -> list[Table]:
    return [table for table in Base.metadata.tables.values() if table.name.startswith("scenario_")]


_HAS_DRIVE = exists().where(StartedDrive.scenario_id == Scenario.id)
