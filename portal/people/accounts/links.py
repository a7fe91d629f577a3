"""The only place for links that act once: 256 random bits, kept as a digest, for one purpose, until a moment."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CursorResult, and_, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from portal.people.accounts.models import OneTimeLink
from portal.people.sessions import Account
from portal.shared import ids
from portal.shared.columns import Moment

LIFE_OF_SIGN_IN = timedelta(minutes=10)
LIFE_OF_INVITATION = timedelta(hours=24)
CLEAR_AFTER = timedelta(days=1)  # so long a link that ended says so, instead of being unknown


class Purpose(StrEnum):
    """What a link does; it does nothing else."""

    SIGN_IN = "sign-in"  # signs a person in
    PASSWORD = "password"  # lets one of our staff set a password  # noqa: S105
    START = "start"  # signs staff in on the machine that printed it, in development


LIFE = {
    Purpose.SIGN_IN: LIFE_OF_SIGN_IN,
    Purpose.PASSWORD: LIFE_OF_INVITATION,
    Purpose.START: LIFE_OF_INVITATION,
}


class NoSuchLink(LookupError):
    """No link has this token and purpose, or what it was is cleared by now."""


class LinkEnded(Exception):
    """The link acts no more: `is_used`, or its time is over."""

    def __init__(self, *, is_used: bool) -> None:
        super().__init__("used" if is_used else "over")
        self.is_used = is_used


def make_link(
    db: Session, *, link_id: str, token: str, purpose: Purpose, account: Account | None, now: datetime
) -> None:
    """Let `token` act once for `account`; for nobody, it is written down and acts never."""
    link = {
        "token_digest": ids.digest(token),
        "id": link_id,
        "purpose": purpose.value,
        "account": str(account) if account else None,
        "made_at": now,
        "ends_at": now + LIFE[purpose],
    }
    db.connection().execute(_ADD, link)


def show_link(db: Session, *, token: str, purpose: Purpose, now: datetime) -> Account:
    """For whom the link would act; it changes nothing. Raises NoSuchLink or LinkEnded."""
    link = db.get(OneTimeLink, ids.digest(token))
    if link is None or link.account is None or link.purpose != purpose:
        raise NoSuchLink
    if link.used_at is not None or link.ends_at <= now:
        raise LinkEnded(is_used=link.used_at is not None)
    return Account.read(link.account)


def use_link(db: Session, *, token: str, purpose: Purpose, now: datetime) -> Account:
    """Use the link up, and with it every other of its kind for the same account. Raises NoSuchLink or LinkEnded."""
    account = show_link(db, token=token, purpose=purpose, now=now)
    unused = and_(OneTimeLink.token_digest == ids.digest(token), OneTimeLink.used_at.is_(None))
    taken = db.execute(update(OneTimeLink).where(unused).values(used_at=now), execution_options=_IN_SQL)
    if cast("CursorResult[Any]", taken).rowcount != 1:  # by another press a moment ago
        raise LinkEnded(is_used=True)
    end_links(db, account=account, purpose=purpose, now=now)
    return account


def end_links(db: Session, *, account: Account, purpose: Purpose, now: datetime) -> None:
    """Let no link of this purpose act for this account any more."""
    db.connection().execute(_END, {"of": str(account), "which": purpose.value, "now": now})


def is_open(db: Session, *, link_id: str, now: datetime) -> bool:
    """Whether the link of this id still acts."""
    still_open = and_(OneTimeLink.id == link_id, OneTimeLink.used_at.is_(None), OneTimeLink.ends_at > now)
    return db.scalar(select(OneTimeLink.id).where(still_open)) is not None


def clear_old_links(db: Session, *, now: datetime) -> int:
    """Delete the links that ended a day ago; how many those were."""
    old = delete(OneTimeLink).where(OneTimeLink.ends_at < now - CLEAR_AFTER)
    return cast("CursorResult[Any]", db.execute(old, execution_options=_IN_SQL)).rowcount


_IN_SQL = {"synchronize_session": False}
_ADD = insert(OneTimeLink)
_END = (
    update(OneTimeLink)
    .where(
        OneTimeLink.account == bindparam("of"),
        OneTimeLink.purpose == bindparam("which"),
        OneTimeLink.ends_at > bindparam("now", type_=Moment()),
    )
    .values(ends_at=bindparam("now", type_=Moment()))
)
