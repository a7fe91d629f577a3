"""The only place that says which businesses a drive can start from, and which are still being made."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.sandbox.scenarios.models import Scenario


def list_scenarios(db: Session) -> Sequence[Scenario]:
    """The newest version of every scenario, the smallest first; one that is not ready stands for itself alone.

    Nothing half-loaded is offered: while a newer version is being loaded, the one before it is.
    """
    whole = select(func.max(Scenario.id)).where(Scenario.is_ready, ~Scenario.is_private).group_by(Scenario.slug)
    offered = select(Scenario.slug).where(Scenario.is_ready)
    coming = select(func.max(Scenario.id)).where(Scenario.slug.not_in(offered), ~Scenario.is_private)
    found = select(Scenario).where(Scenario.id.in_(whole) | Scenario.id.in_(coming.group_by(Scenario.slug)))
    return db.scalars(found.order_by(Scenario.lead_count, Scenario.slug)).all()


def find_scenario(db: Session, slug: str) -> Scenario | None:
    """The newest version of a scenario that is ready."""
    found = select(Scenario).where(Scenario.slug == slug, Scenario.is_ready, ~Scenario.is_private)
    return db.scalar(found.order_by(Scenario.id.desc()).limit(1))
