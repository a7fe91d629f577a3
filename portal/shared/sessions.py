"""The only place for sessions: a random id in a cookie, everything else in a row, gone at sign-out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from flask import Flask, Request, Response, request
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import ColumnElement, CursorResult, String, Text, bindparam, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.datastructures import CallbackDict
from werkzeug.wrappers import Response as BaseResponse

from portal.shared import clock, ids
from portal.shared.columns import Moment
from portal.shared.database import Database
from portal.shared.faults import STORE_FAULTS, words_of
from portal.shared.origins import SAFE
from portal.shared.problems import Problem, answer

log = structlog.get_logger()

LIFE = timedelta(days=60)
SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long a session may stay unused (to within SEEN_EVERY), and how long it may last at all."""

    idle: timedelta
    absolute: timedelta = timedelta.max


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
        self, content: dict[str, Any], *, sid: str | None = None, row: Any = None, is_away: bool = False
    ) -> None:
        def note_change(_: Any) -> None:
            self.modified = True

        super().__init__(content, note_change)
        self.id = sid
        self.row = row
        self.created_at: datetime | None = row.created_at if row else None
        self.seen_at: datetime | None = row.seen_at if row else None
        self.stored: str = row.content if row else "{}"  # as text: flask.flash changes its list in place
        self.is_away = is_away
        self.needs_new_id = False
        self.modified = False
        self.accessed = True
        self.new = sid is None

    def begin(self) -> None:
        """Start over under a new id and a new clock; nothing stays of what was in it, whoever put it there."""
        self.clear()
        self.created_at = None
        self.needs_new_id = True

    def renew(self) -> None:
        """Go on under a new id, by the same clock; the old id opens nothing any more."""
        self.needs_new_id = self.modified = True


class ServerSideSessions(SessionInterface):
    """Sessions in the table `row`, read and written on transactions of their own, since a GET's own only reads.

    Flask's default keeps the content in the cookie itself, which therefore outlives a sign-out.
    """

    def __init__(self, row: type[Any], database: Database) -> None:
        self.row = row
        self.database = database
        self._find = select(row.content, row.created_at, row.seen_at).where(row.id_digest == bindparam("digest"))

    def limits(self, content: Mapping[str, Any]) -> Limits:
        """How long a session with this content may last."""
        return Limits(idle=LIFE)

    def columns(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """What a side's own columns say of a session that begins with this content."""
        return {}

    def open_session(self, app: Flask, request: Request) -> StoredSession:
        sid = request.cookies.get(self.get_cookie_name(app))
        if sid:
            try:
                found = self.database.peek(self._find, {"digest": ids.digest(sid)})
            except STORE_FAULTS:
                return StoredSession({}, is_away=True)
            content = json.loads(found.content) if found else {}
            if found and _is_alive(found, self.limits(content), clock.now()):
                return StoredSession(content, sid=sid, row=found)
        return StoredSession({})

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
        elif session.modified and session.id and not session.needs_new_id:
            self._update(session, session.id, now)
        elif session.modified:
            self._write(app, session, response, now)
        elif session.id and session.seen_at and now - session.seen_at > SEEN_EVERY:
            with self.database.transaction() as db:
                db.execute(update(self.row).where(self._is(session.id)).values(seen_at=now))

    def _update(self, session: StoredSession, sid: str, now: datetime) -> None:
        with self.database.transaction() as db:
            stored = json.loads(db.scalar(select(self.row.content).where(self._is(sid))) or "{}")
            content = json.dumps(_merged(stored, session))
            db.execute(update(self.row).where(self._is(sid)).values(content=content, seen_at=now))

    def _write(self, app: Flask, session: StoredSession, response: Response, now: datetime) -> None:
        """A row under a new id. One that goes on from an older session is only written while that one lives."""
        with self.database.transaction() as db:
            was_there = self._delete(db, session.id)
            if session.created_at and not was_there:
                return
            session.id = ids.new_token()
            row = self.row(
                id_digest=ids.digest(session.id),
                content=json.dumps(dict(session)),
                created_at=session.created_at or now,
                seen_at=now,
                **self.columns(session),
            )
            db.add(row)
        life = min(self.limits(session).absolute, LIFE)
        set_private_cookie(app, response, self.get_cookie_name(app), session.id, life=life)

    def _end(self, app: Flask, session: StoredSession, response: Response) -> None:
        if session.id:
            with self.database.transaction() as db:
                self._delete(db, session.id)
            response.delete_cookie(self.get_cookie_name(app), secure=app.config["SESSION_COOKIE_SECURE"])

    def _delete(self, db: Session, sid: str | None) -> bool:
        if sid is None:
            return False
        deleted = db.execute(delete(self.row).where(self._is(sid)))
        return bool(cast("CursorResult[Any]", deleted).rowcount)

    def _is(self, sid: str) -> ColumnElement[bool]:
        mine: ColumnElement[bool] = self.row.id_digest == ids.digest(sid)
        return mine


def _is_alive(found: Any, limits: Limits, now: datetime) -> bool:
    return bool(now - found.seen_at < limits.idle and now - found.created_at < limits.absolute)


def _merged(stored: dict[str, Any], session: StoredSession) -> dict[str, Any]:
    """What is stored, with what this request changed: another tab may have changed something else meanwhile."""
    before = json.loads(session.stored)
    kept = {name: value for name, value in stored.items() if name in session or name not in before}
    return kept | {name: value for name, value in session.items() if before.get(name) != value}


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


def set_private_cookie(
    app: Flask, response: BaseResponse, name: str, value: str, *, life: timedelta = LIFE, path: str = "/"
) -> None:
    """Set a cookie for this host alone, below `path`, out of reach of scripts and of posts from elsewhere."""
    response.set_cookie(
        name,
        value,
        max_age=life,
        secure=app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
        path=path,
    )
