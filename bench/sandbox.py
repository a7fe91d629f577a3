"""What a test drive costs: to start one, to ask it for its leads, to show the list of them."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, redirect_stderr
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask, Response
from sqlalchemy import Column, Integer, MetaData, String, Table, Text, func, insert, select
from sqlalchemy.orm import Session

from bench.asking import asking
from bench.figure import Figure, side_by_side
from bench.stores import Store, owned, stores
from portal.sandbox.app import create_app
from portal.sandbox.database import Database
from portal.sandbox.drives.drive import Drive, find_drive, start_drive
from portal.sandbox.drives.journal import Journal
from portal.sandbox.drives.lead import FIELDS
from portal.sandbox.drives.overlay import PAGE, find_lead, list_leads
from portal.sandbox.drives.question import Question, conditions, ordering, plain_question
from portal.sandbox.scenarios.loading import load_scenario
from portal.sandbox.scenarios.models import ScenarioLead
from portal.sandbox.settings import load_settings
from portal.sandbox.setup import RECIPES
from portal.shared.logs import set_up_logs

RECIPE = RECIPES / "fernhollow-cycles.toml"
NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
OWN_ROWS = 20  # what a visitor has changed after a quarter of an hour

_NOWHERE = open(os.devnull, "w")  # noqa: SIM115  # as long as the process: loggers keep the stream they began with

# The peers: tables as an ordinary application of one tenant would have them.
_plain = MetaData()
_NOTES = Table(
    "plain_rows", _plain, Column("id", Integer, primary_key=True), *(Column(f"c{n}", Text) for n in range(7))
)


def figures() -> Iterator[Figure]:
    """The sandbox's figures on each engine."""
    for store in stores():
        with ExitStack() as stack:
            app = workshop(store, Path(stack.enter_context(TemporaryDirectory())), stack)
            database: Database = app.extensions["database"]
            stack.callback(database.close)
            for figure in (_start(database), *_list(app), _page(app)):
                yield replace(figure, name=f"{figure.name}, {store.name}")


def _start(database: Database) -> Figure:
    with database.reading() as db:
        scenario_id = db.execute(select(ScenarioLead.scenario_id).limit(1)).scalar_one()
    row = {f"c{n}": "a text of forty characters or thereabouts" for n in range(7)}

    def start() -> None:
        with database.transaction() as db:
            start_drive(db, scenario_id=scenario_id, now=NOW)

    def insert_one() -> None:
        with database.transaction() as db:
            db.execute(insert(_NOTES), [row])

    value, peer = side_by_side(start, insert_one, rounds=300)
    return Figure(
        name="Start a drive", value=value, peer=peer, against="one inserted row, committed", unit="µs", goal=2
    )


def _list(app: Flask) -> Iterator[Figure]:
    """The list's reads, on an open transaction, beside the same page and count from a table of one tenant."""
    database: Database = app.extensions["database"]
    plain = _plain_leads(database, app.extensions["settings"].owner_url)
    token = _changed_drive(database)
    asked = {
        "all, the latest first": (Question(), 1),
        "one stage by name, page 2": (plain_question(stage="Contacted", sort="name"), 2),
        "one tag and a word": (plain_question(tag="Fleet", q="mar"), 1),
    }
    for words, (question, page) in asked.items():
        with database.reading() as db:
            drive = find_drive(db, token, now=NOW)
            if drive is None:
                raise RuntimeError("The drive of this measurement is gone.")
            value, peer = side_by_side(
                lambda: list_leads(db, drive, question, page=page),  # noqa: B023  # called within this turn
                _plain_list(db, plain, question, page),
                rounds=300,
            )
        yield Figure(
            name=f"Query of the leads list: {words}",
            value=value,
            peer=peer,
            against="a plain table",
            unit="µs",
            goal=0.5,
        )


def _plain_list(db: Session, plain: Table, question: Question, page: int) -> Callable[[], object]:
    columns: Any = plain.c
    found = select(*plain.c).where(*conditions(question, columns))
    rows = found.order_by(*ordering(question, columns)).limit(PAGE).offset((page - 1) * PAGE)
    total = select(func.count()).select_from(found.subquery())

    def ask() -> tuple[object, object]:
        return db.execute(rows).all(), db.scalar(total)

    return ask


def _page(app: Flask) -> Figure:
    """The whole page through WSGI, uncompressed, beside a view that returns the same text from memory."""
    client = app.test_client()
    origin = {"Origin": app.extensions["settings"].url}
    client.post("/drives", data={"scenario": RECIPE.stem}, headers=origin)
    cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in (client._cookies or {}).values())
    text = client.get("/leads").text
    app.view_functions["bench.constant"] = lambda: Response(text)
    value, peer = side_by_side(asking(app, "/leads", cookies), asking(app, "/bench-constant", cookies), rounds=400)
    return Figure(
        name="Page of the leads list",
        value=1e6 / value,
        peer=1e6 / peer,
        against="a constant view of the same app",
        unit="a second",
        goal=0.35,
        bound="at least",
    )


def workshop(store: Store, data: Path, stack: ExitStack) -> Flask:
    """The sandbox's app on a fresh store with the workshop in it; its logs are written, to nowhere."""
    settings = load_settings({"DATA": str(data)} | store.engine.migrated("sandbox", data))
    stack.enter_context(owned(settings.owner_url, _plain))
    with redirect_stderr(_NOWHERE):
        set_up_logs("bench")
    app = create_app(settings)
    app.add_url_rule("/bench-constant", "bench.constant")
    with app.extensions["database"].transaction() as db:
        load_scenario(db, RECIPE, now=NOW)
    return app


def _plain_leads(database: Database, owner_url: str) -> Table:
    """The same leads in a table of one tenant, indexed by what lists are sorted and filtered by."""
    kinds = {"value": Integer, "came_at": Integer, "last_at": Integer, "stage_rank": Integer}
    metadata = MetaData()
    table = Table(
        "plain_leads",
        metadata,
        Column("id", String(16), primary_key=True),
        *(Column(name, kinds.get(name, Text), index=name in ("last_at", "name_key", "stage")) for name in FIELDS[1:]),
    )
    with owned(owner_url, metadata), database.transaction() as db:
        rows = db.execute(select(*(getattr(ScenarioLead, name) for name in FIELDS)))
        db.execute(insert(table), [dict(zip(FIELDS, row, strict=True)) for row in rows])
    return table


def _changed_drive(database: Database) -> str:
    """The token of a drive in which a visitor has changed some leads."""
    with database.transaction() as db:
        scenario_id = db.execute(select(ScenarioLead.scenario_id).limit(1)).scalar_one()
        token = start_drive(db, scenario_id=scenario_id, now=NOW).token
        drive: Drive | None = find_drive(db, token, now=NOW)
        if drive is None:
            raise RuntimeError("The drive of this measurement is gone.")
        for number in range(1, OWN_ROWS + 1):
            lead = find_lead(db, drive, f"L{number * 37:06}")
            if lead is not None:
                journal = Journal(db, drive, words="Changed the owner", now=NOW)
                journal.write("lead", lead.id, lead._replace(owner="You")._asdict())
    return token
