"""The only place that knows who owes a second factor, and how long they may take to show it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import session
from sqlalchemy.orm import Session

from portal.people import web
from portal.people.accounts import presence
from portal.people.keyring import Seal
from portal.people.sessions import Account
from portal.people.staff import factors
from portal.shared import clock, ids

WITHIN = timedelta(minutes=10)


class NotBegun(Exception):
    """Nobody has shown a first factor here, or it was too long ago."""


@dataclass(frozen=True, kw_only=True)
class Owing:
    """Who shows a second factor: to be signed in, or once more because what they want to do is dangerous.

    `name` stands for the session in the count of wrong tries.
    """

    account: Account
    name: str
    is_signed_in: bool


def begin(account: Account, *, now: datetime) -> None:
    """The first factor was right: start a session in which the second is owed, and which opens nothing yet."""
    presence.begin_waiting(owing={"account": str(account), "name": ids.new_id(), "since": now.isoformat()})


def who_owes() -> Owing:
    """Who may show a second factor in this session; raises NotBegun."""
    account = web.signed_in()
    if account is not None and account.kind == "staff":
        return Owing(account=account, name=presence.this_session() or "", is_signed_in=True)
    owing = session.get("owing")
    if not owing or clock.now() - datetime.fromisoformat(owing["since"]) > WITHIN:
        raise NotBegun
    return Owing(account=Account.read(owing["account"]), name=owing["name"], is_signed_in=False)


def who_may_add(db: Session) -> Owing:
    """Who may add a factor: whoever has none yet, or has just shown one. Raises NotBegun."""
    owing = who_owes()
    if owing.is_signed_in:
        if not presence.is_freshly_proven(clock.now()):
            raise NotBegun
    elif factors.has_any(db, staff_id=owing.account.id):
        raise NotBegun
    return owing


def use_typed(db: Session, *, owing: Owing, code: str, keyring: Seal, now: datetime) -> bool:
    """Use up what was typed, a code of the app or a recovery code; whether it was the latter. Raises WrongCode."""
    if factors.is_app_code(code):
        factors.use_code(db, staff_id=owing.account.id, code=code, keyring=keyring, now=now)
        return False
    factors.use_recovery_code(db, staff_id=owing.account.id, code=code, keyring=keyring, now=now)
    return True
