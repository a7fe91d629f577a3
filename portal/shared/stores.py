"""The only place where a request gets at its side's settings and database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from flask import Blueprint, Flask, Response, current_app, request
from sqlalchemy.orm import Session

from portal.shared.database import Database
from portal.shared.faults import STORE_FAULTS, is_full, words_of
from portal.shared.origins import SAFE
from portal.shared.problems import Problem, answer

blueprint = Blueprint("web", __name__)
log = structlog.get_logger()


class NoRoom(Problem):
    """Nothing can be written, since the disk is full; the words say what became of what was typed."""

    def __init__(self) -> None:
        super().__init__(
            503,
            "Nothing can be written down right now",
            "This machine’s disk is full, so what you just sent was not kept. Go back: what you typed is still in the "
            "form. Send it again in a few minutes. Reading goes on meanwhile, and so do links that end our messages.",
        )


def use_stores(app: Flask, *, settings: Any, database: Database) -> None:
    """Tell `app` its settings and its database, and answer `/healthz` and `/readyz` from them."""
    app.extensions["settings"] = settings
    app.extensions["database"] = database
    for fault in STORE_FAULTS:
        app.register_error_handler(fault, answer_store_fault)
    app.register_blueprint(blueprint)


def database() -> Database:
    """The database of the app that answers this request."""
    found: Database = current_app.extensions["database"]
    return found


def only_in_development() -> None:
    """For a blueprint's `before_request`: its pages do not exist but on one's own machine."""
    if not current_app.extensions["settings"].is_development:
        raise Problem(404)


@contextmanager
def transaction(*, is_one_go: bool = False) -> Iterator[Session]:
    """A transaction that commits at the end; only an unsafe request may have one. `is_one_go`: see Database."""
    if request.method in SAFE:
        raise RuntimeError("A GET changes nothing that anyone could see: read on reading().")
    with database().transaction(is_one_go=is_one_go) as db:
        yield db


@contextmanager
def reading() -> Iterator[Session]:
    """A transaction that can only read."""
    with database().reading() as db:
        yield db


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    """The process and its database answer."""
    database().ping()
    return Response("ready\n", mimetype="text/plain")


def answer_store_fault(fault: Exception) -> Response:
    """The answer where the store did not do its part: 503, with when to try again."""
    if is_full(fault):
        log.error("store.full", error=words_of(fault))
        return answer(NoRoom())
    log.error("store.away", error=words_of(fault))
    return answer(Problem(503))
