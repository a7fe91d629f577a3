"""The only place that writes the private scenario of a shape: in short transactions, and the drive in the last."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.sandbox.scenarios.models import (
    Scenario,
    ScenarioCompany,
    ScenarioDeal,
    ScenarioLead,
    ScenarioStory,
    ScenarioTask,
)
from portal.sandbox.shapes.invent import Business, Lot
from portal.sandbox.shapes.shape import Shape, refuse_what_is_spotted
from portal.shared import ids

AT_A_TIME = 500  # leads of one transaction: a visitor's act waits for one of them at the most


def add_scenario(db: Session, shape: Shape, business: Business, *, sent: str, seed: str, now: datetime) -> int:
    """Write what stands around the leads, and what was sent: these bytes and the seed are the recipe. Its id."""
    facts = {
        "owners": business.owners,
        "sources": business.sources,
        "columns": [column.name for column in shape.own],
        "shape": json.loads(sent),
        "seed": seed,
    }
    scenario = Scenario(
        slug=f"shape-{ids.new_id()}",
        version=hashlib.sha256(f"{seed} {sent}".encode()).hexdigest(),
        name=shape.name,
        trade="Own list",
        about="Invented leads in the columns of a list that stayed where it was.",
        teaches="Your own columns",
        stages=json.dumps(business.stages, ensure_ascii=False),
        tags=json.dumps(business.tags, ensure_ascii=False),
        facts=json.dumps(facts, ensure_ascii=False),
        currency="USD",
        lead_count=shape.leads,
        loaded_leads=shape.leads,
        company_count=len(business.companies),
        loaded_at=now,
        is_private=True,
    )
    for text in (scenario.stages, scenario.tags, scenario.facts):
        refuse_what_is_spotted(text, what="the columns and values together")
    db.add(scenario)
    db.flush()
    _insert(db, ScenarioCompany, scenario.id, business.companies)
    return scenario.id


def add_lot(db: Session, scenario_id: int, lot: Lot) -> None:
    """Write a part of its leads."""
    _insert(db, ScenarioLead, scenario_id, lot.leads)
    _insert(db, ScenarioDeal, scenario_id, lot.deals)
    _insert(db, ScenarioTask, scenario_id, lot.tasks)
    _insert(db, ScenarioStory, scenario_id, lot.stories)


def _insert(db: Session, table: Any, scenario_id: int, rows: list[Mapping[str, Any]] | list[dict[str, Any]]) -> None:
    if rows:
        db.execute(insert(table), [{**row, "scenario_id": scenario_id} for row in rows])
