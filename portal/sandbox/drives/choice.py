"""The only place that says which businesses a drive can start from."""

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.sandbox.drives.lately import Lately
from portal.sandbox.scenarios.models import Scenario, ScenarioActivity, ScenarioLead


class Size(NamedTuple):
    """How much of an invented business there is."""

    companies: int
    activities: int


def list_scenarios(db: Session) -> list[tuple[Scenario, Size]]:
    """The newest version of every scenario, the smallest first."""
    newest = select(func.max(Scenario.id)).group_by(Scenario.slug)
    found = db.scalars(select(Scenario).where(Scenario.id.in_(newest)).order_by(Scenario.lead_count, Scenario.slug))
    return [(scenario, _size_of(db, scenario)) for scenario in found]


def find_scenario(db: Session, slug: str) -> Scenario | None:
    """The newest version of a scenario."""
    return db.scalar(select(Scenario).where(Scenario.slug == slug).order_by(Scenario.id.desc()).limit(1))


_sizes: Lately[str, Size] = Lately(100)


def _size_of(db: Session, scenario: Scenario) -> Size:
    if (size := _sizes.find(scenario.version)) is not None:
        return size
    companies = select(func.count(ScenarioLead.company.distinct())).where(
        ScenarioLead.scenario_id == scenario.id, ScenarioLead.company != ""
    )
    activities = select(func.count()).where(ScenarioActivity.scenario_id == scenario.id)
    return _sizes.keep(scenario.version, Size(db.scalar(companies) or 0, db.scalar(activities) or 0))
