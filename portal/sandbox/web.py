"""The only place that says what ground the sandbox's pages stand on; routes get their transactions here."""

from contextlib import AbstractContextManager

from flask import Flask, Response, current_app, request
from sqlalchemy.orm import Session

from portal.sandbox import limits
from portal.sandbox.database import Base, Database
from portal.sandbox.settings import Settings
from portal.shared.canaries import CanaryRow
from portal.shared.counters import CounterRow
from portal.shared.ground import lay_ground
from portal.shared.headers import content_policy
from portal.shared.limits import limit_routes
from portal.shared.metrics import count, measure
from portal.shared.origins import origin_of
from portal.shared.sessions import ServerSideSessions, SessionRow, cookie_name, set_private_cookie
from portal.shared.stores import database, only_in_development, reading, transaction, use_stores

__all__ = [
    "aside",
    "cookies_named",
    "count",
    "limit",
    "only_in_development",
    "reading",
    "set_cookie",
    "set_up",
    "settings",
    "transaction",
]

# The one form on the learning center's home page may open a drive, without cookie or token.
START = "drives.create"
# Filters of a list, and the values of one, of which there may be several.
OFTEN = frozenset({"f", "value"})
ACTS = ("drive-started", "drive-ended")


class SandboxSession(SessionRow, Base):
    """A session of the sandbox: which drive this browser has open."""

    __tablename__ = "sessions"


class SandboxCounter(CounterRow, Base):
    """A counter of the sandbox's limits."""

    __tablename__ = "limit_counters"


class SandboxCanary(CanaryRow, Base):
    """The canary of the sandbox."""

    __tablename__ = "canaries"


def set_up(app: Flask, settings: Settings, database: Database) -> None:
    """Lay the ground under the sandbox app."""
    use_stores(app, settings=settings, database=database)
    app.session_interface = ServerSideSessions(SandboxSession, database)
    lay_ground(
        app,
        side="sandbox",
        url=settings.url,
        proxies=settings.proxies,
        secret_keys=settings.secret_keys,
        policy=content_policy(),
        is_private=True,
        other_origins={START: origin_of(settings.learning_url)},
        often=OFTEN,
    )
    measure(app, database=database, token=settings.metrics_token, is_open=settings.is_development, acts=ACTS)
    app.context_processor(lambda: {"learning_url": settings.learning_url})


def limit(app: Flask, settings: Settings) -> None:
    """Hold every route to its limits, once all are there."""
    limit_routes(
        app, side="sandbox", table=limits.TABLE, otherwise=limits.CHANGES, row=SandboxCounter, settings=settings
    )


def settings() -> Settings:
    """The settings of the sandbox."""
    found: Settings = current_app.extensions["settings"]
    return found


def aside() -> AbstractContextManager[Session]:
    """A transaction of its own for the one thing that a GET may write down: that somebody came."""
    return database().transaction()


def cookies_named(beginning: str) -> dict[str, str]:
    """The cookies of this browser whose names begin so: the rest of each name, and its value."""
    full = cookie_name(beginning, is_https=_is_https())
    return {name.removeprefix(full): value for name, value in request.cookies.items() if name.startswith(full)}


def set_cookie(response: Response, name: str, value: str) -> None:
    """Set a private cookie of this host."""
    set_private_cookie(current_app, response, cookie_name(name, is_https=_is_https()), value)


def _is_https() -> bool:
    return settings().url.startswith("https://")
