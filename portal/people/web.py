"""The only place that says what ground the people side's pages stand on; routes get their transactions here."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
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
from portal.shared import clock, gpc, stores
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
    "Preview",
    "as_of",
    "built",
    "count",
    "database",
    "even_when_full",
    "keyring",
    "limit",
    "look_as",
    "only_in_development",
    "playing_policy",
    "previewing_policy",
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


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What somebody of the staff looks at in place of the present and of themselves.

    `page` is the address it has on the site, `feature` the blueprint that draws it, `name` how its reader is called.
    """

    at: datetime
    account: Account | None
    name: str
    page: str
    feature: str


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
            "preview": None,
        }
    )
    app.context_processor(_names_in_a_preview)


def look_as(preview: Preview) -> None:
    """Let the rest of this request answer as at that moment, to that reader: for the studio's previews alone."""
    g.preview = preview


def as_of() -> datetime:
    """The moment as of which a public page is drawn: this one, or the one that is previewed."""
    preview: Preview | None = g.get("preview")
    return preview.at if preview else clock.now()


def previewing_policy(root: str, *, runs_scripts: bool) -> str:
    """The policy of a page that is previewed below the path `root`: from there it can get media and other previews.

    It can send nothing to the site that is previewed: the browser itself sees to it, whatever a script tries.
    """
    site, sandbox = settings().url, settings().sandbox_url
    own = " ".join(filter(None, (f"{site}{root}", f"{site}/media/", settings().s3_public_url)))
    parts = _policy(sandbox, settings().s3_public_url, is_playing=True).split("; ")
    kept = [part for part in parts if part.split()[0] not in ("connect-src", "form-action")]
    kept += [f"connect-src {own}", f"form-action {site}{root} {sandbox}"]
    if not runs_scripts:
        kept.append("sandbox allow-forms allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-downloads")
    return "; ".join(kept)


def playing_policy() -> str:
    """The policy of a page that plays a film adaptively: what the script has fetched is played as a `blob:` of its own.

    Nothing else may be one, here or on any other page.
    """
    return _policy(settings().sandbox_url, settings().s3_public_url, is_playing=True)


def signed_in() -> Account | None:
    """Who is signed in, as the session says, which is gone as soon as it does not hold; this asks no database.

    In a preview it is the reader.
    """
    if preview := g.get("preview"):
        account: Account | None = preview.account
        return account
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


def _names_in_a_preview() -> dict[str, object]:
    preview: Preview | None = g.get("preview")
    return {"preview": preview, "has_session": preview.account is not None} if preview else {}


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
