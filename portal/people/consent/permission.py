"""The only place that answers whether we may write to someone; asked again at the moment of sending."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from portal.people.consent import opt_in
from portal.people.consent.models import ConsentState, Suppression
from portal.people.consent.states import State
from portal.people.messages.models import Message
from portal.people.messages.service import Service


def may_contact(db: Session, *, person_id: str, purpose: str, channel: str, address_hash: str) -> bool:
    """Whether this person confirmed this purpose on this channel, and nothing said no to the address since."""
    line = and_(ConsentState.person_id == person_id, ConsentState.purpose == purpose, ConsentState.channel == channel)
    return _holds(db, line, address_hash)


def may_send(db: Session, message: Message, now: datetime) -> bool:
    """Whether a message may leave now: an answer to an opt-in that is still open, or backed by a living consent."""
    if message.kind == Service.CONFIRM:
        return opt_in.is_open(db, opt_in_id=message.cause_id, now=now)
    return _holds(db, ConsentState.record_id == message.cause_id, message.address_hash)


def _holds(db: Session, which: ColumnElement[bool], address_hash: str) -> bool:
    said_no_since = exists().where(
        Suppression.address_hash == address_hash, Suppression.since >= ConsentState.changed_at
    )
    confirmed = select(ConsentState.record_id).where(which, ConsentState.state == State.CONFIRMED, ~said_no_since)
    return db.scalar(confirmed) is not None
