"""The only place for sessions: a random id in a cookie, everything else in a row, gone at sign-out."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from flask import Flask, Request, Response, request
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import CursorResult, Row, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.datastructures import CallbackDict

from portal.shared import clock, ids
from portal.shared.columns import Moment
from portal.shared.faults import STORE_FAULTS, words_of
from portal.shared.origins import SAFE
from portal.shared.problems import Problem, answer

log = structlog.get_logger()

LIFE = timedelta(days=60)
SEEN_EVERY = timedelta(minutes=5)


class SessionRow:
    """The columns of a side's session table: the id's digest, what it holds, and when it was last seen."""

    id_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment, index=True)


class StoredSession(CallbackDict[str, Any], SessionMixin):
    """What a request sees as `flask.session`; `id` is None until something is put into it.

    `is_away` says that the store did not answer: nobody knows whether this visitor has a session.
    """

    def __init__(
        self, content: dict[str, Any], *, sid: str | None, seen_at: datetime | None, is_away: bool = False
    ) -> None:
        def note_change(_: Any) -> None:
            self.modified = True

        super().__init__(content, note_change)
        self.id = sid
        self.seen_at = seen_at
        self.before = deepcopy(content)  # flask.flash changes its list in place
        self.is_away = is_away
        self.modified = False
        self.accessed = True
        self.new = sid is None


Store = Callable[[], AbstractContextManager[Session]]


class ServerSideSessions(SessionInterface):
    """Sessions in the table `row`, read and written on transactions of their own, since a GET's own only reads.

    Flask's default keeps the content in the cookie itself, which therefore outlives a sign-out.
    """

    def __init__(self, row: type[Any], *, reading: Store, transaction: Store) -> None:
        self.row = row
        self.reading = reading
        self.transaction = transaction

    def open_session(self, app: Flask, request: Request) -> StoredSession:
        sid = request.cookies.get(self.get_cookie_name(app))
        if sid:
            try:
                found = self._find(sid)
            except STORE_FAULTS:
                return StoredSession({}, sid=None, seen_at=None, is_away=True)
            if found:
                return StoredSession(json.loads(found.content), sid=sid, seen_at=found.seen_at)
        return StoredSession({}, sid=None, seen_at=None)

    def _find(self, sid: str) -> Row[Any] | None:
        with self.reading() as db:
            return db.execute(
                select(self.row.content, self.row.seen_at).where(
                    self.row.id_digest == ids.digest(sid), self.row.seen_at > clock.now() - LIFE
                )
            ).first()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, StoredSession):
            raise TypeError("Only sessions made here are saved here.")
        try:
            self._save(app, session, response)
        except STORE_FAULTS as fault:
            log.warning("session.not_saved", error=words_of(fault))
            if request.method not in SAFE and session.modified:
                _become(response, answer(Problem(503)))

    def _save(self, app: Flask, session: StoredSession, response: Response) -> None:
        now = clock.now()
        if session.modified and not session:
            self._end(app, session, response)
        elif session.modified:
            self._write(app, session, response, now)
        elif session.id and session.seen_at and now - session.seen_at > SEEN_EVERY:
            with self.transaction() as db:
                db.execute(update(self.row).where(self.row.id_digest == ids.digest(session.id)).values(seen_at=now))

    def _write(self, app: Flask, session: StoredSession, response: Response, now: datetime) -> None:
        with self.transaction() as db:
            if session.id:
                mine = self.row.id_digest == ids.digest(session.id)
                stored = json.loads(db.scalar(select(self.row.content).where(mine)) or "{}")
                content = json.dumps(_merged(stored, session))
                db.execute(update(self.row).where(mine).values(content=content, seen_at=now))
                return
            session.id = ids.new_token()
            content = json.dumps(dict(session))
            db.add(self.row(id_digest=ids.digest(session.id), content=content, created_at=now, seen_at=now))
        set_private_cookie(app, response, self.get_cookie_name(app), session.id)

    def _end(self, app: Flask, session: StoredSession, response: Response) -> None:
        if session.id:
            with self.transaction() as db:
                db.execute(delete(self.row).where(self.row.id_digest == ids.digest(session.id)))
            response.delete_cookie(self.get_cookie_name(app), secure=app.config["SESSION_COOKIE_SECURE"])


def _merged(stored: dict[str, Any], session: StoredSession) -> dict[str, Any]:
    """What is stored, with what this request changed: another tab may have changed something else meanwhile."""
    kept = {name: value for name, value in stored.items() if name in session or name not in session.before}
    return kept | {name: value for name, value in session.items() if session.before.get(name) != value}


def _become(response: Response, other: Response) -> None:
    """Answer as `other` does: by now the view has answered, and Flask sends what it was given."""
    response.status_code = other.status_code
    response.data = other.data
    response.headers.remove("Location")
    for name in ("Content-Type", "Cache-Control", "Retry-After"):
        response.headers[name] = other.headers[name]


def end_old_sessions(db: Session, row: type[Any], *, now: datetime) -> int:
    """Delete the sessions that nobody has used for their whole life, and say how many those were."""
    return cast("CursorResult[Any]", db.execute(delete(row).where(row.seen_at < now - LIFE))).rowcount


def use_cookies(app: Flask, *, name: str, is_https: bool) -> None:
    """Name the session's cookie: `__Host-` and Secure under HTTPS, plain on loopback http, where browsers refuse it."""
    app.config["SESSION_COOKIE_NAME"] = cookie_name(name, is_https=is_https)
    app.config["SESSION_COOKIE_SECURE"] = is_https


def cookie_name(name: str, *, is_https: bool) -> str:
    """The name as set: `__Host-` binds a cookie to exactly this host, so that no sibling can plant one."""
    return f"__Host-{name}" if is_https else name


def set_private_cookie(app: Flask, response: Response, name: str, value: str) -> None:
    """Set a cookie for this host alone, out of reach of scripts and of posts from elsewhere, for 60 days."""
    response.set_cookie(
        name,
        value,
        max_age=LIFE,
        secure=app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
        path="/",
    )
