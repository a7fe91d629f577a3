"""The only place that says what ground the people side's pages stand on; routes get their transactions here."""

from flask import Flask, current_app

from portal.people.database import Base, Database
from portal.people.keyring import Seal, find_keyring
from portal.people.settings import Settings
from portal.shared.ground import lay_ground
from portal.shared.headers import content_policy
from portal.shared.sessions import ServerSideSessions, SessionRow
from portal.shared.stores import database, only_in_development, reading, transaction, use_stores

__all__ = ["keyring", "only_in_development", "reading", "set_up", "settings", "transaction"]

# Mail providers post here without origin, cookie or token (RFC 8058).
ONE_CLICK = frozenset({"consent.opt_out"})


class PeopleSession(SessionRow, Base):
    """A session of the people side."""

    __tablename__ = "sessions"


def set_up(app: Flask, settings: Settings, store: Database) -> None:
    """Lay the ground under the people app."""
    use_stores(app, settings=settings, database=store)
    app.session_interface = ServerSideSessions(PeopleSession, reading=store.reading, transaction=store.transaction)
    lay_ground(
        app,
        side="people",
        url=settings.url,
        proxies=settings.proxies,
        secret_keys=settings.secret_keys,
        policy=content_policy(form_action=f"'self' {settings.sandbox_url}", frame_src="'self'"),
        no_origin_check=ONE_CLICK,
    )
    app.context_processor(lambda: {"sandbox_url": settings.sandbox_url, "is_development": settings.is_development})


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
