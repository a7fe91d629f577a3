"""The only place that writes scenarios into the database: whole, once for each version of what a recipe makes."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.sandbox.scenarios.generate import Activity, Company, Deal, Invented, generate
from portal.sandbox.scenarios.models import Scenario, ScenarioActivity, ScenarioCompany, ScenarioDeal, ScenarioLead
from portal.sandbox.scenarios.order import derived, fold
from portal.sandbox.scenarios.reading import read_recipe
from portal.sandbox.scenarios.recipe import Recipe

# What a stage asks for: how likely a deal on it is won in percent, after how many days it has waited too long, and the
# columns that a deal must have filled in before it comes here.
RULES: dict[str, dict[str, Any]] = {
    "new": {"chance": 10, "wait": 14, "needs": []},
    "contacted": {"chance": 20, "wait": 21, "needs": []},
    "qualified": {"chance": 40, "wait": 30, "needs": []},
    "proposal": {"chance": 60, "wait": 30, "needs": ["amount"]},
    "won": {"chance": 100, "wait": None, "needs": ["amount", "close_on"]},
    "lost": {"chance": 0, "wait": None, "needs": ["reason"]},
}

_MOST_LAST_WORDS = 120
_UNTOLD = frozenset({"note", "visit", "complained"})  # kinds whose words alone say nothing


def load_scenario(db: Session, path: Path, *, now: datetime) -> Scenario:
    """The scenario that the recipe at `path` makes, written unless this version of it is there. Raises BadRecipe.

    Where neither recipe nor generator changed since, nothing is generated to find that out.
    """
    made_from = _digest(path)
    newest = db.scalar(select(Scenario).where(Scenario.slug == path.stem).order_by(Scenario.id.desc()).limit(1))
    if newest is not None and newest.made_from == made_from:
        return newest
    recipe = read_recipe(path)
    invented = generate(recipe)
    version = invented.version
    found = db.scalar(select(Scenario).where(Scenario.slug == recipe.slug, Scenario.version == version))
    if found is not None:
        found.made_from = made_from
        return found
    scenario = _scenario(recipe, version, now=now)
    scenario.made_from = made_from
    db.add(scenario)
    db.flush()
    db.execute(insert(ScenarioLead), [row | {"scenario_id": scenario.id} for row in _lead_rows(recipe, invented)])
    db.execute(
        insert(ScenarioCompany), [_company_row(one) | {"scenario_id": scenario.id} for one in invented.companies]
    )
    db.execute(insert(ScenarioDeal), [row | {"scenario_id": scenario.id} for row in _deal_rows(recipe, invented)])
    db.execute(
        insert(ScenarioActivity), [_activity_row(one) | {"scenario_id": scenario.id} for one in invented.activities]
    )
    return scenario


def _digest(recipe: Path) -> str:
    """The SHA-256 of the recipe and of the generator's own code."""
    seen = hashlib.sha256(recipe.read_bytes())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        seen.update(path.read_bytes())
    return seen.hexdigest()


def _scenario(recipe: Recipe, version: str, *, now: datetime) -> Scenario:
    return Scenario(
        slug=recipe.slug,
        version=version,
        name=recipe.name,
        trade=recipe.trade,
        about=recipe.about,
        teaches=recipe.teaches,
        stages=json.dumps([vars(stage) | RULES[stage.mark] for stage in recipe.stages]),
        facts=json.dumps(
            {"owners": [one.name for one in recipe.owners], "sources": [one.name for one in recipe.sources]}
        ),
        tags=json.dumps(sorted(recipe.tags)),
        currency=recipe.currency,
        lead_count=recipe.leads,
        loaded_at=now,
    )


def _lead_rows(recipe: Recipe, invented: Invented) -> Iterator[dict[str, Any]]:
    stages = [stage.name for stage in recipe.stages]
    last = {activity.lead_id: activity for activity in invented.activities}  # they are in order, so the last one stays
    deals = _by_lead(deal for deal in invented.deals if deal.state == "open")
    for lead in invented.leads:
        open_deals = deals[lead.id]
        columns = {"name": lead.name, "company": lead.company, "email": lead.email, "phone": lead.phone}
        yield {
            **columns,
            **derived(**columns, stage=lead.stage, stages=stages),
            "id": lead.id,
            "stage": lead.stage,
            "tags": json.dumps(lead.tags, ensure_ascii=False),
            "owner": lead.owner,
            "source": lead.source,
            "role": lead.role,
            "company_id": lead.company_id,
            "contact_since": None,
            "address": lead.address,
            "deal": open_deals[0].title if open_deals else "",
            "value": sum(deal.amount for deal in open_deals) or None,
            "came_at": lead.came_at,
            "last_at": last[lead.id].at,
            "last_kind": last[lead.id].kind,
            "last_words": _last_words(last[lead.id]),
        }


def _company_row(company: Company) -> dict[str, Any]:
    return {
        "id": company.id,
        "name": company.name,
        "trade": company.thread,
        "town": company.town,
        "name_key": fold(company.name),
    }


def _deal_rows(recipe: Recipe, invented: Invented) -> Iterator[dict[str, Any]]:
    stages = {stage.mark: stage.name for stage in recipe.stages}
    ranks = {stage.name: rank for rank, stage in enumerate(recipe.stages)}
    leads = {lead.id: lead for lead in invented.leads}
    for deal in invented.deals:
        lead = leads[deal.lead_id]
        stage = lead.stage if deal.state == "open" else stages[deal.state]
        yield {
            "id": deal.id,
            "lead_id": deal.lead_id,
            "title": deal.title,
            "product": "",
            "amount": deal.amount,
            "stage": stage,
            "stage_rank": ranks[stage],
            "owner": lead.owner,
            "opened_at": deal.opened_at,
            "moved_at": deal.opened_at if deal.closed_at is None else deal.closed_at,
            "close_on": None,
            "closed_at": deal.closed_at,
            "reason": "",
        }


def _activity_row(activity: Activity) -> dict[str, Any]:
    return {name: getattr(activity, name) for name in ("id", "lead_id", "at", "kind", "words", "body", "who")}


def _last_words(activity: Activity) -> str:
    words = f"{activity.words}: {activity.body}" if activity.kind in _UNTOLD else activity.words
    words = " ".join(words.split())
    return words if len(words) <= _MOST_LAST_WORDS else f"{words[: _MOST_LAST_WORDS - 2].rsplit(' ', 1)[0]} …"


def _by_lead(deals: Iterable[Deal]) -> defaultdict[str, list[Deal]]:
    found: defaultdict[str, list[Deal]] = defaultdict(list)
    for deal in deals:
        found[deal.lead_id].append(deal)
    return found
