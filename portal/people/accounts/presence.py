"""The only place that signs a browser in and out, and that answers who is in front of it (Flask-Login).

The session's row is what counts: whoever's sessions were ended is nobody from then on, whatever cookie they saved. So a
page that only has to know whether somebody is signed in asks no database at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import quote

from flask import Flask, g, redirect, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_wtf.csrf import generate_csrf
from sqlalchemy import Select, select
from werkzeug.wrappers import Response as Answer

from portal.people import web
from portal.people.accounts.models import Person
from portal.people.sessions import Account, Kind, PeopleSessions, owner_in
from portal.shared import ids
from portal.shared.origins import SAFE
from portal.shared.sessions import StoredSession

HOME: dict[Kind, str] = {"person": "/account", "staff": "/studio/"}
FRESH = timedelta(minutes=15)  # how long a proof is good for what is dangerous


class Visitor(UserMixin):  # type: ignore[misc]
    """Whoever a request comes from, as Flask-Login wants to be told; `id` is an account as text."""

    def __init__(self, account: Account) -> None:
        self.id = str(account)
        self.account = account


@dataclass(frozen=True, kw_only=True)
class Known:
    """A person, as far as a page has to know them."""

    id: str
    name: str
    email: str


class SignedInPerson(Visitor):
    """A prospect who is signed in."""

    def __init__(self, **known: Any) -> None:
        self.person = Known(**known)
        super().__init__(Account("person", self.person.id))


@dataclass(frozen=True, kw_only=True)
class Owner:
    """How the accounts of one kind are found, by an `id` among other columns, and what a view is given of one."""

    rows: Select[*tuple[Any, ...]]
    signed_in: Callable[..., Visitor]


def use_presence(app: Flask, owners: Mapping[Kind, Owner]) -> None:
    """Let Flask-Login say who is there, out of the session's own row: no request asks twice.

    Its own session protection is off: it ties a session to an address, which a phone changes on every walk. What
    protects ours is that its id is random, new at each sign-in, and can be taken away.
    """
    manager = LoginManager()
    manager.session_protection = None
    manager.init_app(app, add_context_processor=False)  # its own would load somebody for every template

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(who: str) -> Visitor | None:
        kind, row = Account.read(who).kind, _stored().row
        found = owner_in(row, kind) if row else None
        return owners[kind].signed_in(**found) if found else None

    sessions = cast("PeopleSessions", app.session_interface)
    sessions.read_owners({kind: owner.rows for kind, owner in owners.items()})


def arrive(account: Account, *, handle: str, now: datetime, is_proven: bool = False) -> None:
    """Sign this browser in under a new session id; `is_proven` says that a second factor was shown.

    To be called once everything else is committed: the session is stored after the view.
    """
    _stored().begin()
    login_user(Visitor(account))
    del session["_id"]  # Flask-Login's hash of address and browser, which would be kept as long as the session
    session["handle"] = handle
    if is_proven:
        session["proved_at"] = now.isoformat()
    _make_form_token()


def begin_waiting(**content: Any) -> None:
    """Start a session that is not signed in yet: somebody showed one factor and owes the second."""
    _stored().begin()
    session.update(content)
    _make_form_token()


def prove(now: datetime) -> None:
    """The second factor was shown again: the session goes on under a new id."""
    session["proved_at"] = now.isoformat()
    _stored().renew()


def leave() -> None:
    """Sign this browser out: the session's row is deleted, so a saved cookie opens nothing."""
    session.clear()


def proved_at() -> datetime | None:
    """When the second factor was last shown in this session."""
    moment = session.get("proved_at")
    return datetime.fromisoformat(moment) if moment else None


def is_freshly_proven(now: datetime) -> bool:
    """Whether the second factor was shown a moment ago, as what is dangerous demands."""
    moment = proved_at()
    return moment is not None and now - moment < FRESH


def this_session() -> str | None:
    """The name of this session in lists and in the audit log; None where nobody is signed in."""
    return cast("str | None", session.get("handle"))


def current_person() -> Known:
    """The prospect behind this request; only behind `require_person`."""
    return cast("Known", current_user.person)


def require_person() -> Answer | None:
    """A blueprint's guard: nothing of it is for anyone but a prospect who is signed in."""
    account = web.signed_in()
    if account is None or account.kind != "person" or not current_user.is_authenticated:
        return to_sign_in("/sign-in")
    return None


def to_sign_in(address: str, *, after: str | None = None) -> Answer:
    """Send a visitor to sign in, and afterwards back: here where here is a page, else to `after`."""
    here = request.full_path.rstrip("?") if request.method in SAFE else after
    return redirect(f"{address}?next={quote(here)}" if here else address, 303)


def new_handle() -> str:
    """A name for a session that is about to begin."""
    return ids.new_id()


PERSONS = Owner(rows=select(Person.id, Person.name, Person.email), signed_in=SignedInPerson)


def _stored() -> StoredSession:
    return cast("StoredSession", session._get_current_object())  # type: ignore[attr-defined]


def _make_form_token() -> None:
    """A session is stored with its form token, so that no later GET has to write one down."""
    g.pop("csrf_token", None)
    generate_csrf()
