"""The only place that deletes a scenario: one that a visitor's shape made, once no drive stands on it any more."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from portal.sandbox.database import Base
from portal.sandbox.drives.models import StartedDrive
from portal.sandbox.scenarios.models import Scenario

BEING_MADE = timedelta(minutes=10)  # in which a scenario has no drive yet


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
    has_drive = exists().where(StartedDrive.scenario_id == Scenario.id)
    over = db.scalars(
        select(Scenario.id).where(Scenario.is_private, Scenario.loaded_at < since, ~has_drive).limit(most)
    )
    ids = over.all()
    for table in Base.metadata.tables.values():
        if ids and table.name.startswith("scenario_"):
            db.execute(delete(table).where(table.c.scenario_id.in_(ids)))
    if ids:
        db.execute(delete(Scenario).where(Scenario.id.in_(ids)))
    return len(ids)
