"""The only place that prepares the sandbox database: its schema and its scenarios."""

from pathlib import Path

from portal.sandbox.database import Database
from portal.sandbox.scenarios.loading import load_scenario
from portal.sandbox.settings import load_settings
from portal.sandbox.web import SandboxCanary
from portal.shared import clock, database, migrations
from portal.shared.canaries import plant_canary
from portal.shared.environment import ROOT

REVISIONS = Path(__file__).parent / "migrations"
RECIPES = ROOT / "content" / "scenarios"


def migrate() -> None:
    """Bring the database to the newest revision, as its owner, who is bound to no drive."""
    settings = load_settings()
    owner = database.Database(settings.owner_url, synchronous="NORMAL")
    migrations.upgrade(owner.writer, REVISIONS)
    if settings.owner_url != settings.database_url:
        from portal.sandbox.app import Base  # with every table, which loads the whole side

        owner.let_serve(Base.metadata, url=settings.database_url)
    owner.close()


def seed() -> None:
    """Load every scenario of the recipes that is not there yet, and plant the canary of the separation check."""
    sandbox = Database(load_settings().database_url)
    with sandbox.transaction() as db:
        plant_canary(db, SandboxCanary, now=clock.now())
    for recipe in sorted(RECIPES.glob("*.toml")):
        with sandbox.transaction() as db:
            load_scenario(db, recipe, now=clock.now())
    sandbox.close()
