"""The only place that says whose a session of the people side is, how long it lasts, and how its owner ends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Self, cast, get_args

from flask import request
from sqlalchemy import ColumnElement, CursorResult, Select, String, and_, delete, func, literal_column, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.people.database import Base
from portal.shared.sessions import LIFE, Limits, ServerSideSessions, SessionRow

Kind = Literal["person", "staff"]

LIMITS: dict[Kind, Limits] = {
    "person": Limits(idle=timedelta(days=30), absolute=timedelta(days=60)),
    "staff": Limits(idle=timedelta(minutes=30), absolute=timedelta(hours=12)),
}
WHO = "_user_id"  # Flask-Login's name for it


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in: a prospect or one of our staff. As text, `person:` or `staff:` and their id."""

    kind: Kind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The account that `str()` wrote; raises ValueError for anything else."""
        kind, _, account_id = text.partition(":")
        if kind not in get_args(Kind) or not account_id:
            raise ValueError("This is not an account.")
        return cls(cast("Kind", kind), account_id)


class PeopleSession(SessionRow, Base):
    """A session of the people side; the columns here are empty until somebody signs in.

    `handle` names it on pages and in the audit log, where the id itself would open it. `device` is a word or two from
    the browser's own name; no peer address is kept.
    """

    __tablename__ = "sessions"

    account: Mapped[str | None] = mapped_column(String(24), index=True)
    handle: Mapped[str | None] = mapped_column(String(16), unique=True, index=True)
    device: Mapped[str | None] = mapped_column(String(40))


class PeopleSessions(ServerSideSessions):
    """Sessions with an owner, who decides how long they last and is read with them: one question, not two."""

    def read_owners(self, owners: Mapping[Kind, Select[*tuple[Any, ...]]]) -> None:
        """Read each session with its owner's row, which the statement of that kind gives with an `id`."""
        self._find = self._find.select_from(PeopleSession)
        for kind, statement in owners.items():
            owner = statement.subquery(kind)
            after_mark: ColumnElement[int] = literal_column(
                str(len(f"{kind}:") + 1)
            )  # not a value: those cost PostgreSQL a plan
            columns = (column.label(f"{kind}_{column.name}") for column in owner.columns)
            self._find = self._find.outerjoin(
                owner, owner.c.id == func.substr(PeopleSession.account, after_mark)
            ).add_columns(*columns)

    def limits(self, content: Mapping[str, Any]) -> Limits:
        """Those of the owner's kind, or the usual ones where nobody is signed in."""
        account = account_in(content)
        return LIMITS[account.kind] if account else super().limits(content)

    def columns(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """Whose it is, under which name, and from which device."""
        if account_in(content) is None:
            return {}
        agent = request.headers.get("User-Agent", "")
        return {"account": content[WHO], "handle": content["handle"], "device": device(agent)}


def account_in(content: Mapping[str, Any]) -> Account | None:
    """Whom a session says to be signed in; this asks no database."""
    who = content.get(WHO)
    return Account.read(who) if who else None


def owner_in(row: Any, kind: Kind) -> dict[str, Any] | None:
    """The owner's row, as read with the session's; None where there is no such account any more."""
    mark = f"{kind}_"
    found = {name.removeprefix(mark): value for name, value in row._asdict().items() if name.startswith(mark)}
    return found if found["id"] else None


def list_sessions(db: Session, *, account: Account, now: datetime) -> list[PeopleSession]:
    """The sessions in which somebody is signed in, the one seen last first."""
    theirs = select(PeopleSession).where(PeopleSession.account == str(account), ~_is_over(account.kind, now))
    return list(db.scalars(theirs.order_by(PeopleSession.seen_at.desc())))


def end_session(db: Session, *, account: Account, handle: str) -> bool:
    """End one session of this account, at once; False where it has none of that name."""
    return _delete(db, and_(PeopleSession.account == str(account), PeopleSession.handle == handle)) > 0


def end_sessions(db: Session, *, account: Account, but: str | None = None) -> int:
    """End every session of this account but the one named; how many those were."""
    mine = PeopleSession.account == str(account)
    return _delete(db, mine if but is None else and_(mine, PeopleSession.handle != but))


def end_old_sessions(db: Session, *, now: datetime) -> int:
    """Delete the sessions that are past their limits, which open nothing any more; how many those were."""
    nobodys = and_(PeopleSession.account.is_(None), PeopleSession.seen_at < now - LIFE)
    return _delete(db, or_(nobodys, *(_is_over(kind, now) for kind in LIMITS)))


def device(agent: str) -> str:
    """A browser's name and system in a few words (`Firefox on Windows`), from its User-Agent."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return f"{browser} on {system}" if system else browser


# The first that matches counts: each of them names those below it, too.
_BROWSERS = (
    *(("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox/", "Firefox")),
    *(("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl")),
)
_SYSTEMS = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS")),
    *(("Windows", "Windows"), ("Macintosh", "Mac"), ("Linux", "Linux")),
)


def _is_over(kind: Kind, now: datetime) -> ColumnElement[bool]:
    limits = LIMITS[kind]
    is_old = or_(PeopleSession.seen_at <= now - limits.idle, PeopleSession.created_at <= now - limits.absolute)
    return and_(PeopleSession.account.startswith(f"{kind}:"), is_old)


def _delete(db: Session, which: ColumnElement[bool]) -> int:
    deleted = delete(PeopleSession).where(which)
    return cast("CursorResult[Any]", db.execute(deleted, execution_options={"synchronize_session": False})).rowcount
