"""The only place where a request gets at its side's settings and database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from flask import Blueprint, Flask, Response, current_app, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.shared.database import Database
from portal.shared.origins import SAFE
from portal.shared.problems import Problem, answer

blueprint = Blueprint("web", __name__)
log = structlog.get_logger()


def use_stores(app: Flask, *, settings: Any, database: Database) -> None:
    """Tell `app` its settings and its database, and answer `/healthz` and `/readyz` from them."""
    app.extensions["settings"] = settings
    app.extensions["database"] = database
    app.register_error_handler(OperationalError, _store_is_away)
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
def transaction() -> Iterator[Session]:
    """A transaction that commits at the end; only an unsafe request may have one."""
    if request.method in SAFE:
        raise RuntimeError("A GET changes nothing that anyone could see: read on reading().")
    with database().transaction() as db:
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


def _store_is_away(fault: OperationalError) -> Response:
    log.error("store.away", error=str(fault.orig))
    return answer(Problem(503))
