"""The closed list of service messages: each answers an act of that person, holds no offer, carries its way out."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.people.messages.mail import Mail, render
from portal.people.messages.models import Message


class Service(StrEnum):
    """Every kind of message that needs no consent. A new kind belongs here and nowhere else."""

    CONFIRM = "confirm-address"
    SIGN_IN = "sign-in"
    PASSKEY_ADDED = "passkey-added"


Cap = tuple[timedelta, int]

# Whoever types the address, and from wherever: a form that sends mail is also a way to pester somebody.
CAPS: tuple[Cap, ...] = ((timedelta(hours=24), 1), (timedelta(days=30), 3))

# Only for an address whose owner has confirmed it, and that said no to nothing since; else the caps above hold.
CAPS_OF_OWNERS: dict[Service, tuple[Cap, ...]] = {
    Service.SIGN_IN: ((timedelta(hours=1), 5), (timedelta(hours=24), 10)),
    Service.PASSKEY_ADDED: ((timedelta(hours=24), 10),),
}


def confirmation(*, to: str, confirm_url: str, opt_out_url: str, asked_at: datetime) -> Mail:
    """The mail that proves an address. It repeats nothing that a visitor typed."""
    text, html = render("confirm", confirm_url=confirm_url, opt_out_url=opt_out_url, asked_at=asked_at)
    return Mail(to=to, subject="Confirm your e-mail address", text=text, html=html, opt_out_url=opt_out_url)


def sign_in_link(*, to: str, link_url: str, opt_out_url: str, asked_at: datetime) -> Mail:
    """The mail that signs someone in. It says neither who asked nor from where, which we do not keep."""
    text, html = render("sign_in", link_url=link_url, opt_out_url=opt_out_url, asked_at=asked_at)
    return Mail(to=to, subject="Your link to sign in", text=text, html=html, opt_out_url=opt_out_url)


def passkey_added(*, to: str, account_url: str, opt_out_url: str, added_at: datetime) -> Mail:
    """The mail that tells of a new way into an account, in case its owner did not add it."""
    text, html = render("passkey_added", account_url=account_url, opt_out_url=opt_out_url, added_at=added_at)
    return Mail(to=to, subject="A passkey was added to your account", text=text, html=html, opt_out_url=opt_out_url)


def may_write(db: Session, *, kind: Service, address_hash: str, now: datetime, caps: tuple[Cap, ...] = CAPS) -> bool:
    """Whether the address may get one more message of this kind: one a day and three a month, or as `caps` say."""
    written = db.connection().scalars(_WRITTEN, {"address_hash": address_hash, "kind": kind.value}).all()
    return all(sum(at > now - period for at in written) < most for period, most in caps)


_WRITTEN = (
    select(Message.created_at)
    .where(Message.address_hash == bindparam("address_hash"), Message.kind == bindparam("kind"))
    .order_by(Message.created_at.desc())
    .limit(max(most for caps in (CAPS, *CAPS_OF_OWNERS.values()) for _period, most in caps))
)
