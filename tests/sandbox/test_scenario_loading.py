"""A scenario is loaded whole and once; its rows, and those of drives, take nothing that could reach somebody."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.sandbox.database import Database
from portal.sandbox.scenarios.loading import load_scenario
from portal.sandbox.scenarios.models import Scenario, ScenarioActivity, ScenarioLead
from portal.sandbox.scenarios.reading import BadRecipe
from portal.shared.environment import ROOT
from tests.support.engines import Engine
from tests.support.sides import sandbox_app

RECIPE = ROOT / "content" / "scenarios" / "fernhollow-cycles.toml"
NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def database(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    found: Database = sandbox_app(tmp_path_factory.mktemp("data")).extensions["database"]
    with found.transaction() as db:
        load_scenario(db, RECIPE, now=NOW)
    yield found
    found.close()


def test_a_scenario_is_loaded_with_all_that_happened(database: Database) -> None:
    with database.reading() as db:
        scenario = db.scalars(select(Scenario)).one()
        assert (scenario.slug, scenario.name, scenario.lead_count) == ("fernhollow-cycles", "Fernhollow Cycles", 1000)
        assert db.scalar(select(func.count()).select_from(ScenarioLead)) == 1000
        assert (db.scalar(select(func.count()).select_from(ScenarioActivity)) or 0) >= 12_000
        assert [stage["name"] for stage in json.loads(scenario.stages)][-2:] == ["Won", "Lost"]


def test_a_lead_says_what_was_last_heard_of_it(database: Database) -> None:
    with database.reading() as db:
        for lead in db.scalars(select(ScenarioLead).limit(50)):
            entries = select(ScenarioActivity).where(ScenarioActivity.lead_id == lead.id)
            last = db.scalars(entries.order_by(ScenarioActivity.at.desc()).limit(1)).one()
            assert (lead.last_at, lead.last_kind) == (last.at, last.kind)
            assert lead.last_words.startswith(last.words[:60])


def test_who_has_an_open_deal_has_its_value_and_nobody_else_has(database: Database) -> None:
    with database.reading() as db:
        leads = db.scalars(select(ScenarioLead)).all()
    assert all((lead.value is not None) == bool(lead.deal) for lead in leads)
    assert {lead.stage for lead in leads if lead.value} == {"Proposal"}


def test_loading_again_changes_nothing(database: Database) -> None:
    with database.transaction() as db:
        first = db.scalars(select(Scenario)).one().id
        assert load_scenario(db, RECIPE, now=NOW).id == first
        assert db.scalar(select(func.count()).select_from(ScenarioLead)) == 1000


def test_another_version_stands_beside_the_first(database: Database, tmp_path: Path) -> None:
    path = tmp_path / RECIPE.name
    path.write_text(RECIPE.read_text("utf-8").replace('seed = "fernhollow-cycles 1"', 'seed = "2"'), "utf-8")
    with database.transaction() as db:
        second = load_scenario(db, path, now=NOW)
        assert db.scalar(select(func.count()).select_from(Scenario)) == 2
        assert db.scalar(select(func.count()).where(ScenarioLead.scenario_id == second.id)) == 1000
        db.rollback()


def test_a_recipe_with_a_fault_loads_nothing(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(RECIPE.read_text("utf-8").replace("inkwell-mail.example", "gmail.com"), "utf-8")
    with pytest.raises(BadRecipe, match=r"gmail\.com could exist"), database.transaction() as db:
        load_scenario(db, path, now=NOW)
    with database.reading() as db:
        assert db.scalar(select(func.count()).where(Scenario.slug == "shop")) == 0
