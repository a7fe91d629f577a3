"""The only place that writes scenarios into the database: once for each version of what a recipe makes.

A large one is written in short transactions, each of which says how far it came. Who was stopped goes on there; who
finds another at it leaves it alone; until the last is written, nobody is offered it.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import Session

from portal.sandbox.database import Database
from portal.sandbox.scenarios import generate
from portal.sandbox.scenarios.generate import Told, chained, version_of
from portal.sandbox.scenarios.models import (
    Scenario,
    ScenarioCompany,
    ScenarioDeal,
    ScenarioLead,
    ScenarioRow,
    ScenarioStory,
    ScenarioTask,
)
from portal.sandbox.scenarios.order import derived, fold
from portal.sandbox.scenarios.proof import is_current, prove
from portal.sandbox.scenarios.reading import read_recipe
from portal.sandbox.scenarios.recipe import Recipe
from portal.sandbox.scenarios.stories import pack

AT_A_TIME = 100  # leads of one transaction, some 20 ms: a visitor’s act waits for one of them at the most
_PAUSE_SECONDS = 0.005  # after each, so that who waits to write comes in between
_TELL_EVERY_SECONDS = 10


def load_scenario(db: Session, path: Path, *, now: datetime) -> Scenario:
    """The scenario that the recipe at `path` makes, written whole unless this version is there. Raises BadRecipe.

    Where neither recipe nor generator changed since, nothing is generated to find that out.
    """
    if (known := _known(db, path)) is not None and known.is_ready:
        return known
    recipe = read_recipe(path)
    if known is None:
        if _whole(db, recipe) and (same := _find_version(db, recipe, version_of(recipe))) is not None:
            same.made_from = _digest(path)
            return same
        known = _begin(db, recipe, path, now=now)
    loading = _Loading(db, recipe, known)
    while not loading.is_done:
        loading.write(db, loading.make())
    db.refresh(known)
    return known


def load_gently(
    database: Database,
    path: Path,
    *,
    now: datetime,
    most: int,
    largest: int,
    tell: Callable[[str], None] | None = None,
) -> None:
    """The same in short transactions, beside visitors who write. Raises BadRecipe.

    One with more than `largest` leads is only announced: it stands there, and is not ready. One with more than `most`
    is left alone. `tell` is told how far it came.
    """
    with database.reading() as db:
        known = _known(db, path)
    if known is not None and (known.is_ready or known.lead_count > largest):
        return
    recipe = read_recipe(path)
    if recipe.leads > most:
        return
    if known is None:
        with database.reading() as db:
            is_whole = _whole(db, recipe)
        # Made to the end before any lock is taken. The large ones wait for whoever has the time.
        version = version_of(recipe) if is_whole and recipe.leads <= largest else ""
        with database.transaction() as db:
            if (same := _find_version(db, recipe, version)) is not None:
                same.made_from = _digest(path)
                return
            if is_whole and recipe.leads > largest:
                return
            known = _known(db, path) or _begin(db, recipe, path, now=now)
    if recipe.leads <= largest:
        _load(database, recipe, known.id, tell or _tell_nobody)


def prove_all(database: Database) -> None:
    """Read every scenario that is ready and not proven to be reserved yet, and keep the proof. Raises NotReserved."""
    with database.reading() as db:
        ready = db.execute(select(Scenario.id, Scenario.proof).where(Scenario.is_ready)).all()
    for scenario_id, kept in ready:
        if not is_current(kept):
            with database.reading() as db:
                proof = prove(db.connection(), scenario_id)
            with database.transaction() as db:
                db.execute(update(Scenario).where(Scenario.id == scenario_id).values(proof=proof))


def _load(database: Database, recipe: Recipe, scenario_id: int, tell: Callable[[str], None]) -> None:
    with database.reading() as db:
        loading = _Loading(db, recipe, db.get_one(Scenario, scenario_id))
    told_at = time.monotonic()
    while not loading.is_done:
        some = loading.make()  # before the transaction, which holds the one lock of SQLite
        with database.transaction() as db:
            is_written = loading.write(db, some)
        if not is_written:
            return tell(f"{recipe.name}: another process is at it.")
        if time.monotonic() - told_at > _TELL_EVERY_SECONDS:
            told_at = time.monotonic()
            tell(f"{recipe.name}: {loading.leads:,} of {recipe.leads:,} leads")
        time.sleep(_PAUSE_SECONDS)
    return tell(f"{recipe.name}: all {recipe.leads:,} leads")


class _Some(NamedTuple):
    """The rows of a few leads in a row, ready to be written, and the version up to the last of them."""

    leads: int
    chain: str
    activities: int
    rows: Mapping[type[ScenarioRow], list[dict[str, Any]]]


class _Loading:
    """How far the loading of a scenario came, and what comes next."""

    def __init__(self, db: Session, recipe: Recipe, scenario: Scenario) -> None:
        self.leads = scenario.loaded_leads
        self._recipe = recipe
        self._id = scenario.id
        self._chain = scenario.chain
        self._companies = set(db.scalars(select(ScenarioCompany.id).where(ScenarioCompany.scenario_id == scenario.id)))
        self._activities = scenario.activity_count
        self._ranks = {stage.name: rank for rank, stage in enumerate(recipe.stages)}
        self._made = generate.Scenario(recipe).leads(self.leads + 1)

    @property
    def is_done(self) -> bool:
        return self.leads >= self._recipe.leads

    def make(self) -> _Some:
        """The next leads."""
        some, chain = list(islice(self._made, AT_A_TIME)), self._chain
        for told in some:
            chain = chained(chain, told)
        companies = {told.company.id: told.company for told in some if told.company}
        rows: dict[type[ScenarioRow], list[dict[str, Any]]] = {
            ScenarioLead: [self._lead(told) for told in some],
            ScenarioCompany: [
                company._asdict() | {"name_key": fold(company.name)}
                for company in companies.values()
                if company.id not in self._companies
            ],
            ScenarioDeal: [
                deal._asdict() | {"stage_rank": self._ranks[deal.stage]} for told in some for deal in told.deals
            ],
            ScenarioTask: [task._asdict() for told in some for task in told.tasks],
            ScenarioStory: [
                {"lead_id": told.lead.id, "entries": pack(activity[:5] for activity in told.activities)}
                for told in some
            ],
        }
        return _Some(len(some), chain, sum(len(told.activities) for told in some), rows)

    def write(self, db: Session, some: _Some) -> bool:
        """Write these leads, and how far that came; False where another process wrote them meanwhile."""
        companies = {row["id"] for row in some.rows[ScenarioCompany]}
        is_ready = self.leads + some.leads == self._recipe.leads
        values = {
            "loaded_leads": self.leads + some.leads,
            "chain": some.chain,
            "company_count": len(self._companies) + len(companies),
            "activity_count": self._activities + some.activities,
            "is_ready": is_ready,
        } | ({"version": some.chain} if is_ready else {})
        go_on = update(Scenario).where(
            Scenario.id == self._id, Scenario.loaded_leads == self.leads, Scenario.is_ready.is_(False)
        )
        if db.connection().execute(go_on.values(values)).rowcount == 0:
            return False
        for table, rows in some.rows.items():
            if rows:
                db.execute(insert(table), [{"scenario_id": self._id, **row} for row in rows])
        self.leads += some.leads
        self._chain = some.chain
        self._companies |= companies
        self._activities += some.activities
        return True

    def _lead(self, told: Told) -> dict[str, Any]:
        lead = told.lead
        columns = {"name": lead.name, "company": lead.company, "email": lead.email, "phone": lead.phone}
        return {
            **lead._asdict(),
            **derived(**columns, stage=lead.stage, stages=[*self._ranks]),  # type: ignore[arg-type]
            "tags": json.dumps(lead.tags, ensure_ascii=False),
        }


def _known(db: Session, path: Path) -> Scenario | None:
    """The scenario that was made, or begun, from exactly this recipe by exactly this code."""
    newest = select(Scenario).where(Scenario.slug == path.stem, Scenario.made_from == _digest(path))
    return db.scalar(newest.order_by(Scenario.id.desc()).limit(1))


def _whole(db: Session, recipe: Recipe) -> bool:
    """Whether a version of this scenario is there, whole, which an edited recipe may still make."""
    return db.scalar(select(exists().where(Scenario.slug == recipe.slug, Scenario.is_ready))) or False


def _find_version(db: Session, recipe: Recipe, version: str) -> Scenario | None:
    return db.scalar(
        select(Scenario).where(Scenario.slug == recipe.slug, Scenario.version == version, Scenario.is_ready)
    )


def _begin(db: Session, recipe: Recipe, path: Path, *, now: datetime) -> Scenario:
    made_from = _digest(path)
    scenario = Scenario(
        slug=recipe.slug,
        version=f"begun {made_from[:50]}",  # until the last lead is written
        made_from=made_from,
        name=recipe.name,
        trade=recipe.trade,
        about=recipe.about,
        teaches=recipe.teaches,
        stages=json.dumps([vars(stage) for stage in recipe.stages]),
        facts=json.dumps(_facts(recipe), ensure_ascii=False),
        tags=json.dumps(sorted(recipe.tags)),
        currency=recipe.currency,
        lead_count=recipe.leads,
        loaded_at=now,
        is_ready=False,
        loaded_leads=0,
        chain="",
        company_count=0,
        activity_count=0,
    )
    db.add(scenario)
    db.flush()
    return scenario


def _facts(recipe: Recipe) -> dict[str, Any]:
    return {
        "owners": [one.name for one in recipe.owners],
        "sources": [one.name for one in recipe.sources],
        "products": recipe.products,
        "reasons": recipe.reasons,
        "goal": recipe.goal * 100,
        "views": [vars(one) for one in recipe.views],
        "segments": [vars(one) for one in recipe.segments],
    }


def _digest(recipe: Path) -> str:
    """The SHA-256 of the recipe and of the generator's own code."""
    seen = hashlib.sha256(recipe.read_bytes())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        seen.update(path.read_bytes())
    return seen.hexdigest()


def _tell_nobody(_words: str) -> None:
    return None
