"""The only place that says what ground the people side's pages stand on; routes get their transactions here."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from typing import ParamSpec, TypeVar

import structlog
from flask import Flask, current_app, g, session
from sqlalchemy.orm import Session

from portal.people import limits
from portal.people.database import Base, Database
from portal.people.keyring import Seal, find_keyring
from portal.people.sessions import Account, PeopleSession, PeopleSessions, account_in
from portal.people.settings import Settings
from portal.shared import gpc, stores
from portal.shared.assets import Assets
from portal.shared.counters import CounterRow
from portal.shared.faults import STORE_FAULTS, is_full
from portal.shared.ground import lay_ground
from portal.shared.headers import content_policy
from portal.shared.limits import limit_routes
from portal.shared.logs import request_id
from portal.shared.metrics import count, measure
from portal.shared.room import Room, beside
from portal.shared.stores import NoRoom, database, only_in_development, reading, use_stores

__all__ = [
    "built",
    "count",
    "database",
    "even_when_full",
    "keyring",
    "limit",
    "only_in_development",
    "playing_policy",
    "reading",
    "request_id",
    "set_up",
    "settings",
    "signed_in",
    "transaction",
]

Asked = ParamSpec("Asked")
Answered = TypeVar("Answered")

log = structlog.get_logger()

# Mail providers post here without origin, cookie or token (RFC 8058).
ONE_CLICK = frozenset({"consent.opt_out"})
# Posts JSON from the origins of a form, or by its key; it reads no cookie and looks at the origin itself.
API = frozenset({"api.create"})
SIGNED = frozenset({"bounces.create"})  # a machine posts JSON here, and its signature is what is believed
ACTS = ("sign-up", "confirmation", "opt-out")


class PeopleCounter(CounterRow, Base):
    """A counter of the people side's limits."""

    __tablename__ = "limit_counters"


def set_up(app: Flask, settings: Settings, store: Database) -> None:
    """Lay the ground under the people app."""
    use_stores(app, settings=settings, database=store)
    app.extensions["room"] = beside(settings.database_url)
    app.session_interface = PeopleSessions(PeopleSession, store)
    lay_ground(
        app,
        side="people",
        url=settings.url,
        proxies=settings.proxies,
        secret_keys=settings.secret_keys,
        policy=_policy(settings.sandbox_url, settings.s3_public_url),
        no_origin_check=ONE_CLICK | API | SIGNED,
    )
    measure(app, database=store, token=settings.metrics_token, is_open=settings.is_development, acts=ACTS)
    app.context_processor(
        lambda: {
            "site_url": settings.url,
            "sandbox_url": settings.sandbox_url,
            "is_development": settings.is_development,
            "signed_in": signed_in(),
            "gpc_is_asked": gpc.is_asked(),
        }
    )


def playing_policy() -> str:
    """The policy of a page that plays a film adaptively: what the script has fetched is played as a `blob:` of its own.

    Nothing else may be one, here or on any other page.
    """
    return _policy(settings().sandbox_url, settings().s3_public_url, is_playing=True)


def signed_in() -> Account | None:
    """Who is signed in, as the session says, which is gone as soon as it does not hold; this asks no database."""
    return account_in(session) if session else None


@contextmanager
def transaction(*, is_one_go: bool = False) -> Iterator[Session]:
    """A transaction that commits at the end; only an unsafe request may have one. `is_one_go`: see Database.

    Raises NoRoom while the disk has only what is kept for those `even_when_full` lets through.
    """
    if not _room().keep() and not g.get("may_use_reserve"):
        raise NoRoom
    with stores.transaction(is_one_go=is_one_go) as db:
        yield db


def even_when_full(view: Callable[Asked, Answered]) -> Callable[Asked, Answered]:
    """Let `view` write on a full disk too, in the room kept for it: it is called again where it found none.

    For opt-outs alone, which end the same however often they are asked for.
    """

    @wraps(view)
    def answered(*args: Asked.args, **named: Asked.kwargs) -> Answered:
        try:
            return view(*args, **named)
        except (NoRoom, *STORE_FAULTS) as fault:
            if not isinstance(fault, NoRoom) and not is_full(fault):
                raise
        log.error("reserve.used")
        _room().give_up()
        g.may_use_reserve = True
        return view(*args, **named)

    return answered


def limit(app: Flask, settings: Settings) -> None:
    """Hold every route to its limits, once all are there."""
    limit_routes(
        app, side="people", table=limits.TABLE, otherwise=limits.OTHER_POSTS, row=PeopleCounter, settings=settings
    )


def keyring() -> Seal:
    """The key under which people's evidence and mail are sealed, opened once a process."""
    if "keyring" not in current_app.extensions:
        with database().reading() as db:
            opened = find_keyring(db, secret_keys=settings().secret_keys)
        current_app.extensions["keyring"] = opened
    found: Seal = current_app.extensions["keyring"]
    return found


def settings() -> Settings:
    """The settings of the people side."""
    found: Settings = current_app.extensions["settings"]
    return found


def built(name: str) -> bytes:
    """A built file, for who serves it at an address that does not change with it."""
    assets: Assets = current_app.extensions["assets"]
    return assets.read(name)


@cache
def _policy(sandbox_url: str, origin: str, *, is_playing: bool = False) -> str:
    """The policy of a page; media come from the `origin` of the one bucket to which we redirect, where there is one."""
    own = " ".join(filter(None, ("'self'", origin)))
    media = f"{own} blob:" if is_playing else own
    return content_policy(
        form_action=f"'self' {sandbox_url}", frame_src="'self'", media_src=media, connect_src=own, img_src=own
    )


def _room() -> Room:
    found: Room = current_app.extensions["room"]
    return found
