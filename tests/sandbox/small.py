"""A small scenario for tests: 120 leads with equal names, missing addresses and ties, and a few timelines."""

import json
from datetime import UTC, datetime
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
from portal.sandbox.scenarios.order import derived, fold
from portal.sandbox.scenarios.stories import pack

LEADS = 120
STAGES = ("New", "Contacted", "Proposal", "Won", "Lost")
MARKS = ("new", "contacted", "proposal", "won", "lost")
TAGS = ("Fleet", "Net 30", "Öffentlich", 'Says "hi"')
NAMES = ("Marisol Vance", "Osric Halloran", "élodie Quon", "Zelda O'Neil", "Straße Lind")
COMPANIES = ("", "Thistledown & Daughters", "thistledown", "Copperline 100%", "Under_score")
OWNERS = ("Ines", "Tobias")
SOURCES = ("Phone", "Web form", "Referred")
PRODUCTS = ("Wheels", "Service")
RULES: dict[str, dict[str, object]] = {
    "new": {"chance": 10, "wait": 14, "needs": []},
    "contacted": {"chance": 20, "wait": 21, "needs": []},
    "proposal": {"chance": 60, "wait": 30, "needs": ["amount"]},
    "won": {"chance": 100, "wait": None, "needs": ["amount", "close_on"]},
    "lost": {"chance": 0, "wait": None, "needs": ["reason"]},
}
LOADED = datetime(2026, 3, 3, 9, tzinfo=UTC)


def load_small_scenario(db: Session, *, slug: str = "small") -> Scenario:
    """Put it in."""
    scenario = Scenario(
        slug=slug,
        version=f"{slug}-1",
        name="Small Shop",
        trade="Shop",
        about="A shop that is small.",
        teaches="Tests",
        stages=json.dumps(
            [{"name": name, "mark": mark} | RULES[mark] for name, mark in zip(STAGES, MARKS, strict=True)]
        ),
        facts=json.dumps({"owners": OWNERS, "sources": SOURCES, "products": PRODUCTS}),
        tags=json.dumps(TAGS),
        currency="USD",
        lead_count=LEADS,
        loaded_at=LOADED,
        loaded_leads=LEADS,
        company_count=len(COMPANIES) - 1,
        activity_count=LEADS * 3,
    )
    db.add(scenario)
    db.flush()
    db.execute(insert(ScenarioLead), [_lead(scenario.id, number) for number in range(LEADS)])
    db.execute(insert(ScenarioCompany), [_company(scenario.id, number) for number in range(1, len(COMPANIES))])
    db.execute(insert(ScenarioDeal), [_deal(scenario.id, number) for number in range(LEADS // 2)])
    db.execute(insert(ScenarioTask), [_task(scenario.id, number) for number in range(LEADS // 4)])
    db.execute(insert(ScenarioStory), [_story(scenario.id, number) for number in range(LEADS)])
    return scenario


def _lead(scenario_id: int, number: int) -> dict[str, object]:
    columns: dict[str, Any] = {
        "name": NAMES[number % len(NAMES)],
        "company": COMPANIES[number * 7 % len(COMPANIES)],
        "email": None if number % 6 == 0 else f"lead{number % 40}@shop{number % 3}.example",
        "phone": None if number % 4 == 0 else f"+1503555{100 + number % 90:04}",
    }
    stage = STAGES[number * 3 % len(STAGES)]
    return {
        **columns,
        **derived(**columns, stage=stage, stages=STAGES),
        "scenario_id": scenario_id,
        "id": f"L{number:03}",
        "stage": stage,
        "tags": json.dumps(sorted(TAGS[: number % 5]), ensure_ascii=False),
        "owner": OWNERS[number % 2],
        "source": SOURCES[number % 3],
        "role": "Buyer" if number % 7 == 0 else "",
        "company_id": f"C{number * 7 % len(COMPANIES)}" if number * 7 % len(COMPANIES) else None,
        "contact_since": -3600 if number % 10 == 9 else None,
        "address": f"{number} Example Street",
        "deal": "Two wheels" if number % 5 == 2 else "",
        "value": number % 9 * 10_050 if number % 5 == 2 else None,
        "came_at": -86_400 * (number % 30 + 2),
        "last_at": -3600 * (number % 50 + 1),
        "last_kind": "call",
        "last_words": "Call, 3 min",
    }


def _company(scenario_id: int, number: int) -> dict[str, object]:
    name = COMPANIES[number]
    return {
        "scenario_id": scenario_id,
        "id": f"C{number}",
        "name": name,
        "trade": "Shop",
        "town": "Exampleham",
        "name_key": fold(name),
    }


def _deal(scenario_id: int, number: int) -> dict[str, object]:
    """Every second lead has a deal, which stands where its lead stands."""
    stage = STAGES[number * 2 * 3 % len(STAGES)]
    is_closed = stage in ("Won", "Lost")
    return {
        "scenario_id": scenario_id,
        "id": f"D{number:03}",
        "lead_id": f"L{number * 2:03}",
        "title": f"Two wheels, number {number}",
        "product": PRODUCTS[number % 2],
        "amount": None if number % 8 == 7 else number % 9 * 10_050 + 500,
        "stage": stage,
        "stage_rank": STAGES.index(stage),
        "owner": OWNERS[number % 2],
        "opened_at": -86_400 * (number % 60 + 1),
        "moved_at": -86_400 * (number % 45),
        "close_on": 86_400 * (number % 40) if number % 3 else None,
        "closed_at": -86_400 * (number % 45) if is_closed else None,
        "reason": "Price" if is_closed else "",
    }


def _task(scenario_id: int, number: int) -> dict[str, object]:
    """Of all tasks a third are late, a third are to come, a third are done."""
    return {
        "scenario_id": scenario_id,
        "id": f"T{number:03}",
        "lead_id": f"L{number * 3:03}" if number % 6 else None,
        "words": f"Ring back, number {number}",
        "kind": ("call", "write", "meet", "other")[number % 4],
        "owner": OWNERS[number % 2],
        "due_at": 86_400 * (number % 21 - 10),
        "done_at": -3600 if number % 3 == 2 else None,
    }


def _story(scenario_id: int, number: int) -> dict[str, object]:
    """Three entries a lead, the oldest first."""
    told = (number + turn * LEADS for turn in range(3))
    entries = sorted(
        (
            -7200 * (entry % 77 + 1),
            ("call", "note", "sent")[entry % 3],
            f"Entry {entry}",
            "More to read" * (entry % 2),
            "Ines",
        )
        for entry in told
    )
    return {"scenario_id": scenario_id, "lead_id": f"L{number:03}", "entries": pack(entries)}
