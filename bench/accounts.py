"""What signing in costs a request: the same page with a session and without one, and a view behind the guard."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask, Response
from werkzeug.test import Client
from werkzeug.wrappers import Response as Answer

from bench.asking import asking
from bench.figure import Figure, side_by_side
from bench.stores import Store, stores
from portal.people.accounts import presence
from portal.people.accounts.links import Purpose, make_link
from portal.people.app import create_app
from portal.people.database import Database
from portal.people.keyring import open_keyring
from portal.people.settings import load_settings
from portal.people.staff import guard, members
from portal.people.staff.roles import Right, Role
from portal.shared import clock, ids

ROUNDS = 600
MOST = 250  # microseconds


def figures() -> Iterator[Figure]:
    """The figures on each engine."""
    for store in stores():
        yield from _figures_of(store)


def _figures_of(store: Store) -> Iterator[Figure]:
    with ExitStack() as stack:
        app = _app(store, Path(stack.enter_context(TemporaryDirectory())))
        stack.callback(app.extensions["database"].close)
        cookie = _signed_in(app)
        for name, path, open_to_all in (
            ("a public page", "/questions", "/questions"),
            ("a guarded view", "/bench-guarded", "/bench-open"),
        ):
            value, peer = side_by_side(asking(app, path, cookie), asking(app, open_to_all, ""), rounds=ROUNDS)
            yield Figure(
                name=f"Being signed in, {name}, {store.name}",
                value=value - peer,
                peer=MOST,
                against="limit",
                unit="µs",
                goal=1,
            )


def _app(store: Store, folder: Path) -> Flask:
    settings = load_settings({"DATA": str(folder)} | store.engine.migrated("people", folder))
    app = create_app(settings)
    with app.extensions["database"].transaction() as db:
        open_keyring(db, secret_keys=settings.secret_keys, now=clock.now())

    def guarded() -> Answer | Response:
        return guard.require_staff() or Response("here")

    app.add_url_rule("/bench-guarded", "bench.guarded", guard.needs(Right.ENTER)(guarded))
    app.add_url_rule("/bench-open", "bench.open", lambda: Response("here"))
    return app


def _signed_in(app: Flask) -> str:
    """The cookie of one of the staff, who came in by a link."""
    database: Database = app.extensions["database"]
    token, now = ids.new_token(), clock.now()
    with database.transaction() as db:
        mara = members.invite(db, email="mara@people.customerhub.net", role=Role.ADMIN, by="the bench", now=now).staff
        account = members.account_of(mara)
        make_link(db, link_id=ids.new_id(), token=token, purpose=Purpose.START, account=account, now=now)
    answer = Client(app).post(f"/sign-in/staff/start/{token}", base_url=app.extensions["settings"].url)
    if answer.location != presence.HOME["staff"]:
        raise RuntimeError("Nobody was signed in, so the time would say nothing.")
    return str(answer.headers["Set-Cookie"]).partition(";")[0]
