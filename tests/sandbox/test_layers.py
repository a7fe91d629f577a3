"""Layers: a reset begins another and copies nothing, undo goes back to the one before, and none is kept for nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.sandbox.database import Base, Database, NotBound, bind
from portal.sandbox.drives.drive import Drive, find_drive, start_drive
from portal.sandbox.drives.journal import Journal, redo, reset, undo
from portal.sandbox.drives.overlay import find_lead
from portal.sandbox.drives.past import acts_on
from portal.sandbox.scenarios.models import Scenario
from portal.sandbox.setup import REVISIONS
from portal.shared import database as any_database
from portal.shared import migrations
from tests.sandbox.small import load_small_scenario
from tests.sandbox.visitor import Visitor
from tests.support.engines import Engine
from tests.support.sides import sandbox_app

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
LEADS = Base.metadata.tables["drive_leads"]


@pytest.fixture
def token(database: Database) -> str:
    with database.transaction() as db:
        scenario = db.scalars(select(Scenario.id).where(Scenario.slug == "small")).one()
        return start_drive(db, scenario_id=scenario, now=NOW).token


def test_a_reset_leaves_every_row_where_it_is(database: Database, token: str) -> None:
    rename(database, token, "Before")
    act(database, token, "reset")
    assert (layers(database, token), name(database, token)) == ([0], "Osric Halloran")
    rename(database, token, "After")
    assert (layers(database, token), name(database, token)) == ([0, 2], "After")
    for word, found in (("undo", "Osric Halloran"), ("undo", "Before"), ("undo", "Osric Halloran")):
        act(database, token, word)
        assert name(database, token) == found
    for found in ("Before", "Osric Halloran", "After"):
        act(database, token, "redo")
        assert name(database, token) == found


def test_a_layer_that_nothing_leads_to_any_more_is_let_go(database: Database, token: str) -> None:
    for turn in range(2):
        rename(database, token, f"Name {turn}")
        act(database, token, "reset")
    rename(database, token, "In the third")
    assert layers(database, token) == [0, 2, 4]
    for _ in range(2):
        act(database, token, "undo")
    rename(database, token, "Instead")
    assert layers(database, token) == [0, 2]


def test_with_the_oldest_act_its_layer_goes(database: Database, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.sandbox.drives.journal.MOST_ACTS", 3)
    rename(database, token, "Long ago")
    act(database, token, "reset")
    for turn in range(3):
        assert layers(database, token) == ([0, 2] if turn else [0])
        rename(database, token, f"Name {turn}")
    assert (layers(database, token), name(database, token)) == ([2], "Name 2")


def test_who_was_bound_before_another_tab_reset_goes_on_after_it(database: Database, token: str) -> None:
    rename(database, token, "Before")
    with database.reading() as db:
        stale = opened(db, token)
    act(database, token, "reset")
    with database.transaction() as db:
        bind(db, stale.id, layer=stale.layer)
        lead = find_lead(db, stale, "L002")
        assert lead
        Journal(db, stale, words="By the other tab", now=NOW).write(
            "lead", "L002", lead._replace(name="Other")._asdict()
        )
        bind(db, stale.id, layer=stale.layer)
        assert reset(db, stale, now=NOW)
    act(database, token, "undo")
    with database.reading() as db:
        assert [lead and lead.name for lead in (find_lead(db, opened(db, token), one) for one in ("L001", "L002"))] == [
            "Osric Halloran",
            "Other",
        ]


def test_the_history_of_a_lead_tells_of_a_reset(database: Database, token: str) -> None:
    rename(database, token, "Before")
    act(database, token, "reset")
    rename(database, token, "After")
    with database.reading() as db:
        touches = acts_on(db, opened(db, token), "lead", "L001")
        assert [((one.before or {})["name"], (one.after or {})["name"]) for one in touches] == [
            ("Osric Halloran", "After"),
            ("Before", "Osric Halloran"),
            ("Osric Halloran", "Before"),
        ]
        assert acts_on(db, opened(db, token), "lead", "L002") == []


def test_what_does_not_say_which_layer_is_refused(database: Database, token: str) -> None:
    with database.reading() as db:
        drive = opened(db, token)
        with pytest.raises(NotBound, match="layers"):
            db.connection().execute(select(LEADS.c.name).where(LEADS.c.drive_id == drive.id))


@pytest.mark.parametrize(("undone", "found"), [(0, "After"), (2, "Before")])
def test_the_revision_before_keeps_the_layer_that_a_drive_stands_in(
    engine: Engine, tmp_path: Path, undone: int, found: str
) -> None:
    app = sandbox_app(tmp_path)
    with app.extensions["database"].transaction() as db:
        load_small_scenario(db)
    visitor = Visitor(app).start()
    visitor.edit("L001", name="Before")
    visitor.send("/reset")
    visitor.edit("L001", name="After")
    for _ in range(undone):
        visitor.undo()
    down_and_up(app)
    assert visitor.lead("L001")["name"] == found
    visitor.undo()
    assert visitor.lead("L001")["name"] == "Osric Halloran"


def down_and_up(app: Flask) -> None:
    app.extensions["database"].close()
    owner = any_database.Database(app.extensions["settings"].owner_url, synchronous="NORMAL")
    migrations.downgrade(owner.writer, REVISIONS, "0007")
    migrations.upgrade(owner.writer, REVISIONS)
    owner.let_serve(Base.metadata, url=app.extensions["settings"].database_url)
    owner.close()


def opened(db: object, token: str) -> Drive:
    drive = find_drive(db, token, now=NOW)  # type: ignore[arg-type]
    assert drive
    return drive


def rename(database: Database, token: str, to: str) -> None:
    with database.transaction() as db:
        drive = opened(db, token)
        lead = find_lead(db, drive, "L001")
        assert lead
        Journal(db, drive, words=f"Renamed to {to}", now=NOW).write("lead", "L001", lead._replace(name=to)._asdict())


def act(database: Database, token: str, word: str) -> None:
    with database.transaction() as db:
        drive = opened(db, token)
        assert {"reset": reset, "undo": undo}[word](db, drive, now=NOW) if word != "redo" else redo(db, drive)


def name(database: Database, token: str) -> str:
    with database.reading() as db:
        lead = find_lead(db, opened(db, token), "L001")
        return lead.name if lead else ""


def layers(database: Database, token: str) -> list[int]:
    """The layers that the drive has rows in."""
    with database.reading() as db:
        drive = opened(db, token)
        found = select(LEADS.c.layer).where(LEADS.c.drive_id == drive.id, LEADS.c.layer >= 0).distinct()
        return sorted(db.connection().execute(found).scalars())
