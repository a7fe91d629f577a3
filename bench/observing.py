"""What it costs to tell how things are: counting a request, and a scrape beside the rows that it has to look at."""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, redirect_stderr
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from sqlalchemy import insert
from werkzeug.test import create_environ
from werkzeug.wsgi import ClosingIterator

from bench.figure import Figure, side_by_side
from portal.people.app import create_app
from portal.people.consent.models import ConsentRecord
from portal.people.database import Database
from portal.people.messages.models import Message
from portal.people.settings import load_settings
from portal.people.setup import REVISIONS
from portal.shared import migrations
from portal.shared.logs import set_up_logs

ROWS = 100_000
NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)


def figures() -> Iterator[Figure]:
    """The figures of the people side on SQLite, with 100,000 messages and as many records."""
    with TemporaryDirectory() as folder, open(os.devnull, "w") as nowhere:
        with redirect_stderr(nowhere):
            set_up_logs("bench")
        app = _app(Path(folder))
        with closing(app.extensions["database"]) as database:
            yield _request(app)
            _fill(database)
            yield _scrape(app)


def _request(app: Flask) -> Figure:
    """The lightest page there is, so that the share of counting it is the largest."""
    uncounted = create_app(app.extensions["settings"])
    before: list[Any] = uncounted.before_request_funcs[None]
    after: list[Any] = uncounted.after_request_funcs[None]
    for hooks in (before, after):
        hooks[:] = [hook for hook in hooks if hook.__module__ != "portal.shared.metrics"]
    value, peer = side_by_side(_ask(app, "/healthz"), _ask(uncounted, "/healthz"), rounds=3000)
    return Figure(
        name="A request, counted and timed", value=value, peer=peer, against="not counted", unit="µs", goal=1.1
    )


def _scrape(app: Flask) -> Figure:
    value, _nothing = side_by_side(_ask(app, "/metrics"), lambda: None, rounds=30)
    return Figure(
        name=f"A scrape at {ROWS:,} messages and records",
        value=value / 1000,
        peer=100,
        against="limit",
        unit="ms",
        goal=1,
    )


def _app(data: Path) -> Flask:
    settings = load_settings({"DATA": str(data)})
    app = create_app(settings)
    migrations.upgrade(app.extensions["database"].writer, REVISIONS)
    return app


def _fill(database: Database) -> None:
    """A busy month: most messages sent, 1 in 100 still waiting; triggers off, since nobody reads these records."""
    with database.transaction() as db:
        connection = db.connection()
        for name in connection.exec_driver_sql("select name from sqlite_master where type = 'trigger'").scalars().all():
            connection.exec_driver_sql(f"drop trigger {name}")
        connection.execute(insert(Message), [_message(number) for number in range(ROWS)])
        connection.execute(insert(ConsentRecord), [_record(number) for number in range(ROWS)])


def _message(number: int) -> dict[str, Any]:
    at = NOW + timedelta(seconds=number)
    state = "waiting" if number % 100 == 0 else "sent"
    row = {"id": _id(), "kind": "confirm-address", "channel": "email", "address_hash": _id() * 4, "cause_id": _id()}
    return row | {"state": state, "attempts": 1, "not_before": at, "created_at": at, "sealed": b"s" * 2000}


def _record(number: int) -> dict[str, Any]:
    row = {"person_id": _id(), "position": 1, "id": _id(), "version": 1, "purpose": "offers", "channel": "email"}
    row |= {"was": "none", "state": "requested", "head": b"h" * 200, "commitment": b"c" * 32}
    return row | {"previous_leaf": bytes(32), "leaf": number.to_bytes(32)}


def _id() -> str:
    return uuid.uuid4().hex[:16]


def _ask(app: Flask, path: str) -> Callable[[], None]:
    environ = create_environ(path, app.extensions["settings"].url)

    def ask() -> None:
        body = app.wsgi_app(dict(environ), lambda *_: lambda _bytes: None)
        for _part in body:
            pass
        if isinstance(body, ClosingIterator):
            body.close()

    return ask
