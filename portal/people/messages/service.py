"""The closed list of service messages: each answers an act of that person, holds no offer, carries its way out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.people.messages.mail import Mail, render
from portal.people.messages.models import Message
from portal.people.messages.way_out import WayOut


class Service(StrEnum):
    """Every kind of message that needs no consent, in the order in which they leave.

    A new kind belongs here and nowhere else.
    """

    SIGN_IN = "sign-in"
    CONFIRM = "confirm-address"
    PASSKEY_ADDED = "passkey-added"
    TEST = "campaign-test"  # to the one of the staff who asked for it


Period = tuple[timedelta, int]


@dataclass(frozen=True, kw_only=True)
class Cap:
    """The most of one kind: to one address in each period, and `a_minute` to all; what is above that waits.

    `to_owner` holds instead of `to_one` for an address whose owner has confirmed it and said no to nothing since.
    """

    to_one: tuple[Period, ...] = ((timedelta(hours=24), 1), (timedelta(days=30), 3))
    to_owner: tuple[Period, ...] = ()
    a_minute: int = 120


# Whoever types the address, and from wherever: a form that sends mail is also a way to pester somebody. The number a
# minute is a fuse: a flood for ever new addresses then fills an outbox that can be looked at, not the world's inboxes.
CAPS = {
    Service.CONFIRM: Cap(),
    Service.SIGN_IN: Cap(to_owner=((timedelta(hours=1), 5), (timedelta(hours=24), 10))),
    Service.PASSKEY_ADDED: Cap(to_owner=((timedelta(hours=24), 10),)),
    Service.TEST: Cap(to_one=((timedelta(hours=1), 20),)),
}


def confirmation(*, to: str, confirm_url: str, way_out: WayOut, asked_at: datetime) -> Mail:
    """The mail that proves an address. It repeats nothing that a visitor typed."""
    subject = "Confirm your e-mail address"
    text, html = render("confirm", subject=subject, confirm_url=confirm_url, way_out=way_out, asked_at=asked_at)
    return Mail(to=to, subject=subject, text=text, html=html, way_out=way_out)


def confirmation_of_import(*, to: str, confirm_url: str, way_out: WayOut, agreed_at: datetime) -> Mail:
    """The mail that asks somebody once, who agreed elsewhere; it repeats nothing of what stands in the list."""
    subject = "Is it still a yes?"
    text, html = render(
        "confirm_import", subject=subject, confirm_url=confirm_url, way_out=way_out, agreed_at=agreed_at
    )
    return Mail(to=to, subject=subject, text=text, html=html, way_out=way_out)


def sign_in_link(*, to: str, link_url: str, way_out: WayOut, asked_at: datetime) -> Mail:
    """The mail that signs someone in. It says neither who asked nor from where, which we do not keep."""
    subject = "Your link to sign in"
    text, html = render("sign_in", subject=subject, link_url=link_url, way_out=way_out, asked_at=asked_at)
    return Mail(to=to, subject=subject, text=text, html=html, way_out=way_out)


def passkey_added(*, to: str, account_url: str, way_out: WayOut, added_at: datetime) -> Mail:
    """The mail that tells of a new way into an account, in case its owner did not add it."""
    subject = "A passkey was added to your account"
    text, html = render("passkey_added", subject=subject, account_url=account_url, way_out=way_out, added_at=added_at)
    return Mail(to=to, subject=subject, text=text, html=html, way_out=way_out)


def may_write(db: Session, *, kind: Service, address_hash: str, now: datetime, is_owner: bool = False) -> bool:
    """Whether the address may get one more message of this kind, as far as its cap goes."""
    written = db.connection().scalars(_WRITTEN, {"address_hash": address_hash, "kind": kind.value}).all()
    caps = CAPS[kind].to_owner if is_owner else CAPS[kind].to_one
    return all(sum(at > now - period for at in written) < most for period, most in caps)


_WRITTEN = (
    select(Message.created_at)
    .where(Message.address_hash == bindparam("address_hash"), Message.kind == bindparam("kind"))
    .order_by(Message.created_at.desc())
    .limit(max(most for cap in CAPS.values() for _period, most in (*cap.to_one, *cap.to_owner)))
)
