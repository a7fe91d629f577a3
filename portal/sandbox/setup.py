"""The only place that prepares the sandbox database: its schema and its scenarios."""

from pathlib import Path

import click

from portal.sandbox.database import Database
from portal.sandbox.drives.private import forget_old_versions
from portal.sandbox.scenarios.loading import load_gently, prove_all
from portal.sandbox.settings import load_settings
from portal.sandbox.web import SandboxCanary
from portal.shared import clock, database, migrations
from portal.shared.canaries import plant_canary
from portal.shared.environment import ROOT

REVISIONS = Path(__file__).parent / "migrations"
RECIPES = ROOT / "content" / "scenarios"
AT_START = 2000  # scenarios of so many leads are loaded before anything is served, larger ones beside it


def migrate() -> None:
    """Bring the database to the newest revision, as its owner, who is bound to no drive."""
    settings = load_settings()
    owner = database.Database(settings.owner_url, synchronous="NORMAL")
    migrations.upgrade(owner.writer, REVISIONS)
    if settings.owner_url != settings.database_url:
        from portal.sandbox.app import Base  # with every table, which loads the whole side

        owner.let_serve(Base.metadata, url=settings.database_url)
    owner.close()


def seed(*, largest: int | None = None) -> None:
    """Plant the canary of the separation check, load every scenario that is not there yet, and read what was loaded.

    One with more leads than `largest` is only announced, and what is loaded is read another time; one with more than
    the settings allow is left alone. Versions that no drive stands on go once a newer one is whole.
    """
    settings = load_settings()
    sandbox = Database(settings.database_url)
    with sandbox.transaction() as db:
        plant_canary(db, SandboxCanary, now=clock.now())
    for recipe in sorted(RECIPES.glob("*.toml")):
        most = settings.largest
        load_gently(sandbox, recipe, now=clock.now(), most=most, largest=largest or most, tell=click.echo)
    if largest is None:
        forget_old_versions(sandbox, now=clock.now())
        prove_all(sandbox)
    sandbox.close()
