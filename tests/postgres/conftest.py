"""Two drives in one database, met as the server meets them: by its role, without any of our Python."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from portal.sandbox.database import Database, bind
from portal.sandbox.drives.drive import start_drive
from portal.sandbox.drives.models import Act
from portal.sandbox.settings import Settings
from portal.shared import clock
from tests.sandbox.small import load_small_scenario
from tests.support.engines import Engine
from tests.support.sides import sandbox_app

ADA, BEN = 1, 2

Shell = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def sandbox(engine: Engine, tmp_path: Path) -> Settings:
    """The sandbox's database with Ada's drive and Ben's, each with an act of its own."""
    app = sandbox_app(tmp_path)
    database: Database = app.extensions["database"]
    with database.transaction() as db:
        scenario = load_small_scenario(db)
        for drive_id in (ADA, BEN):
            start_drive(db, scenario_id=scenario.id, now=clock.now())
            bind(db, drive_id)
            db.add(Act(drive_id=drive_id, number=1, words=f"act of {drive_id}", done_at=clock.now()))
            db.flush()
            assert db.scalars(select(Act.words)).all() == [f"act of {drive_id}"]
    settings: Settings = app.extensions["settings"]
    return settings


@pytest.fixture
def server(sandbox: Settings) -> Iterator[Shell]:
    """A shell with the server's own address and role."""
    with shell(sandbox.database_url) as connection:
        yield connection


@pytest.fixture
def owner(sandbox: Settings) -> Iterator[Shell]:
    """A shell with the owner's."""
    with shell(sandbox.owner_url) as connection:
        yield connection


def shell(url: str) -> Shell:
    """A connection of the driver alone."""
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
