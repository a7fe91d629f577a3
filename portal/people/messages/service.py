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


# Whoever types the address, and from wherever: a form that sends mail is also a way to pester somebody.
CAPS = ((timedelta(hours=24), 1), (timedelta(days=30), 3))


def confirmation(*, to: str, confirm_url: str, opt_out_url: str, asked_at: datetime) -> Mail:
    """The mail that proves an address. It repeats nothing that a visitor typed."""
    text, html = render("confirm", confirm_url=confirm_url, opt_out_url=opt_out_url, asked_at=asked_at)
    return Mail(to=to, subject="Confirm your e-mail address", text=text, html=html, opt_out_url=opt_out_url)


def may_write(db: Session, *, kind: Service, address_hash: str, now: datetime) -> bool:
    """Whether the address may get one more message of this kind: one a day, three a month."""
    written = db.connection().scalars(_WRITTEN, {"address_hash": address_hash, "kind": kind.value}).all()
    return all(sum(at > now - period for at in written) < most for period, most in CAPS)


_WRITTEN = (
    select(Message.created_at)
    .where(Message.address_hash == bindparam("address_hash"), Message.kind == bindparam("kind"))
    .order_by(Message.created_at.desc())
    .limit(max(most for _period, most in CAPS))
)
