"""A scenario is loaded whole and once, by whom is stopped and goes on; nothing of it could reach somebody."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.sandbox.database import Database
from portal.sandbox.drives.choice import find_scenario, list_scenarios
from portal.sandbox.drives.drive import delete_drive, find_drive, start_drive
from portal.sandbox.drives.private import forget_old_versions
from portal.sandbox.scenarios.generate import version_of
from portal.sandbox.scenarios.loading import AT_A_TIME, load_gently, load_scenario
from portal.sandbox.scenarios.models import (
    Scenario,
    ScenarioCompany,
    ScenarioDeal,
    ScenarioLead,
    ScenarioStory,
    ScenarioTask,
)
from portal.sandbox.scenarios.reading import BadRecipe, read_recipe
from portal.sandbox.scenarios.stories import find_story, iterate_stories
from portal.shared.environment import ROOT
from tests.support.engines import Engine
from tests.support.sides import sandbox_app

RECIPE = ROOT / "content" / "scenarios" / "fernhollow-cycles.toml"
NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
FEW = 2 * AT_A_TIME + 40
TABLES = (ScenarioLead, ScenarioCompany, ScenarioDeal, ScenarioTask, ScenarioStory)


@pytest.fixture(scope="module")
def database(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    found: Database = sandbox_app(tmp_path_factory.mktemp("data")).extensions["database"]
    with found.transaction() as db:
        load_scenario(db, RECIPE, now=NOW)
    yield found
    found.close()


@pytest.fixture
def empty(engine: Engine, tmp_path: Path) -> Iterator[Database]:
    found: Database = sandbox_app(tmp_path / "data").extensions["database"]
    yield found
    found.close()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The workshop with a few hundred leads."""
    path = tmp_path / "shop.toml"
    path.write_text(RECIPE.read_text("utf-8").replace("leads = 1000", f"leads = {FEW}"), "utf-8")
    return path


class Killed(Exception):
    """The process was killed."""


def load(database: Database, path: Path, *, largest: int = FEW, most: int = FEW) -> None:
    load_gently(database, path, now=NOW, most=most, largest=largest)


def kill_after(times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process die when it rests for the so many-th time."""
    left = iter([None] * (times - 1))

    def rest(_seconds: float) -> None:
        try:
            next(left)
        except StopIteration:
            raise Killed from None

    monkeypatch.setattr("portal.sandbox.scenarios.loading.time.sleep", rest)


def rows(db: Session, scenario_id: int) -> dict[str, list[tuple[str, ...]]]:
    """Every row of a scenario, but for its number."""
    return {
        table.__tablename__: sorted(
            tuple(repr(value) for name, value in row._mapping.items() if name != "scenario_id")
            for row in db.execute(select(table.__table__).where(table.__table__.c.scenario_id == scenario_id))
        )
        for table in TABLES
    }


def test_a_scenario_is_loaded_with_all_that_happened(database: Database) -> None:
    with database.reading() as db:
        scenario = db.scalars(select(Scenario)).one()
        assert (scenario.slug, scenario.name, scenario.lead_count) == ("fernhollow-cycles", "Fernhollow Cycles", 1000)
        assert scenario.is_ready
        assert scenario.version == version_of(read_recipe(RECIPE))
        assert db.scalar(select(func.count()).select_from(ScenarioLead)) == 1000
        assert db.scalar(select(func.count()).select_from(ScenarioStory)) == 1000
        assert db.scalar(select(func.count()).select_from(ScenarioCompany)) == scenario.company_count > 200
        assert scenario.activity_count >= 12_000
        stages = json.loads(scenario.stages)
        assert [stage["name"] for stage in stages][-2:] == ["Won", "Lost"]
        assert stages[3] == {"name": "Proposal", "mark": "proposal", "chance": 60, "wait": 30, "needs": ["amount"]}
        facts = json.loads(scenario.facts)
        assert len(facts["owners"]) == 4
        assert facts["goal"] % 100 == 0
        assert facts["products"]
        assert facts["reasons"]["lost"]


def test_a_lead_says_what_was_last_heard_of_it(database: Database) -> None:
    with database.reading() as db:
        for lead in db.scalars(select(ScenarioLead).limit(50)):
            last = find_story(db, scenario_id=lead.scenario_id, lead_id=lead.id)[-1]
            assert (lead.last_at, lead.last_kind) == (last.at, last.kind)
            assert lead.last_words.startswith(last.words[:60])


def test_all_that_timelines_say_is_read_lead_by_lead(database: Database) -> None:
    with database.reading() as db:
        scenario = db.scalars(select(Scenario)).one()
        read = dict(iterate_stories(db, scenario_id=scenario.id))
        story = find_story(db, scenario_id=scenario.id, lead_id="L000077")
    assert len(read) == 1000
    assert read["L000077"] == story


def test_rows_point_at_leads_and_companies_that_are_there(database: Database) -> None:
    with database.reading() as db:
        leads = set(db.scalars(select(ScenarioLead.id)))
        companies = set(db.scalars(select(ScenarioCompany.id)))
        for table in (ScenarioDeal, ScenarioTask, ScenarioStory):
            assert set(db.scalars(select(table.lead_id))) <= leads
        assert set(db.scalars(select(ScenarioLead.company_id))) - {None} == companies


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


def test_a_comment_in_the_recipe_makes_no_new_version(empty: Database, shop: Path) -> None:
    load(empty, shop)
    shop.write_text(f"# Looked through again.\n{shop.read_text('utf-8')}", "utf-8")
    load(empty, shop)
    load(empty, shop)
    with empty.reading() as db:
        assert db.scalar(select(func.count()).select_from(Scenario)) == 1
        assert db.scalar(select(func.count()).select_from(ScenarioLead)) == FEW


def test_a_recipe_with_a_fault_loads_nothing(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(RECIPE.read_text("utf-8").replace("inkwell-mail.example", "gmail.com"), "utf-8")
    with pytest.raises(BadRecipe, match=r"gmail\.com could exist"), database.transaction() as db:
        load_scenario(db, path, now=NOW)
    with pytest.raises(BadRecipe, match=r"gmail\.com could exist"):
        load(database, path, most=1000)
    with database.reading() as db:
        assert db.scalar(select(func.count()).where(Scenario.slug == "shop")) == 0


def test_loading_step_by_step_writes_what_loading_at_once_does(empty: Database, shop: Path) -> None:
    load(empty, shop)
    other = shop.with_name("other.toml")
    other.write_text(shop.read_text("utf-8"), "utf-8")
    with empty.transaction() as db:
        at_once = load_scenario(db, other, now=NOW)
    with empty.reading() as db:
        step_by_step = db.scalars(select(Scenario).where(Scenario.slug == "shop")).one()
        assert at_once.version == step_by_step.version
        assert rows(db, at_once.id) == rows(db, step_by_step.id)


def test_a_loader_that_was_killed_goes_on_where_it_was(
    empty: Database, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_after(1, monkeypatch)
    with pytest.raises(Killed):
        load(empty, shop)
    with empty.reading() as db:
        begun = db.scalars(select(Scenario)).one()
        assert (begun.is_ready, begun.loaded_leads) == (False, AT_A_TIME)
        assert find_scenario(db, "shop") is None
    kill_after(1, monkeypatch)
    with pytest.raises(Killed):
        load(empty, shop)
    monkeypatch.undo()
    load(empty, shop)
    with empty.reading() as db:
        scenario = db.scalars(select(Scenario)).one()
        assert (scenario.id, scenario.is_ready, scenario.loaded_leads) == (begun.id, True, FEW)
        assert scenario.version == version_of(read_recipe(shop))
        for table in (ScenarioLead, ScenarioStory):
            assert db.scalar(select(func.count()).select_from(table)) == FEW
        assert db.scalar(select(func.count()).select_from(ScenarioCompany)) == scenario.company_count


def test_two_loaders_at_once_write_nothing_twice(empty: Database, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the first rests, the second begins and brings it to its end; the first sees that, and leaves it."""

    def let_another_load(_seconds: float) -> None:
        monkeypatch.undo()
        load(empty, shop)

    monkeypatch.setattr("portal.sandbox.scenarios.loading.time.sleep", let_another_load)
    load(empty, shop)
    with empty.reading() as db:
        assert db.scalars(select(Scenario)).one().is_ready
        assert db.scalar(select(func.count()).select_from(ScenarioLead)) == FEW


def test_a_large_one_is_announced_and_says_how_far_it_is(
    empty: Database, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(empty, shop, largest=100)
    with empty.reading() as db:
        announced = list_scenarios(db)
        assert [(one.slug, one.is_ready, one.loaded_leads) for one in announced] == [("shop", False, 0)]
        assert find_scenario(db, "shop") is None
    kill_after(2, monkeypatch)
    with pytest.raises(Killed):
        load(empty, shop)
    with empty.reading() as db:
        assert [one.loaded_leads for one in list_scenarios(db)] == [2 * AT_A_TIME]


def test_one_that_is_too_large_for_the_settings_is_left_alone(empty: Database, shop: Path) -> None:
    load(empty, shop, most=FEW - 1)
    with empty.reading() as db:
        assert list_scenarios(db) == []


def test_the_version_before_is_offered_until_the_next_is_whole(
    empty: Database, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(empty, shop)
    shop.write_text(shop.read_text("utf-8").replace('seed = "fernhollow-cycles 1"', 'seed = "2"'), "utf-8")
    kill_after(1, monkeypatch)
    with pytest.raises(Killed):
        load(empty, shop)
    with empty.reading() as db:
        before = find_scenario(db, "shop")
        assert before is not None
        assert [one.id for one in list_scenarios(db)] == [before.id]
    monkeypatch.undo()
    load(empty, shop)
    with empty.reading() as db:
        after = find_scenario(db, "shop")
        assert after is not None
        assert after.id > before.id
        assert [one.id for one in list_scenarios(db)] == [after.id]


def test_a_version_that_no_drive_stands_on_goes_once_a_newer_one_is_whole(
    empty: Database, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = ['seed = "fernhollow-cycles 1"', 'seed = "2"', 'seed = "3"']
    load(empty, shop)
    for before, after in pairwise(seeds):
        shop.write_text(shop.read_text("utf-8").replace(before, after), "utf-8")
        load(empty, shop)
    with empty.transaction() as db:
        first, second, third = db.scalars(select(Scenario.id).order_by(Scenario.id))
        whole = rows(db, first), rows(db, third)
        token = start_drive(db, scenario_id=first, now=NOW).token
    assert forget_old_versions(empty, now=NOW) == 0  # it may still be loaded somewhere
    later = NOW + timedelta(days=1)
    monkeypatch.setattr("portal.sandbox.drives.private.time.sleep", _die)
    with pytest.raises(Killed):
        forget_old_versions(empty, now=later, most=100)
    with empty.reading() as db:
        assert not db.get_one(Scenario, second).is_ready
        assert [one.id for one in list_scenarios(db)] == [third]
    monkeypatch.undo()
    assert forget_old_versions(empty, now=later, most=100) > FEW
    with empty.transaction() as db:
        assert list(db.scalars(select(Scenario.id).order_by(Scenario.id))) == [first, third]
        assert not any(rows(db, second).values())
        assert (rows(db, first), rows(db, third)) == whole
        drive = find_drive(db, token, now=NOW)
        assert drive
        delete_drive(db, drive.id)
    assert forget_old_versions(empty, now=later) > FEW
    with empty.reading() as db:
        assert list(db.scalars(select(Scenario.id))) == [third]
        assert rows(db, third) == whole[1]


def _die(_seconds: float) -> None:
    raise Killed
