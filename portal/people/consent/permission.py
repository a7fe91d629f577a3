"""The only place that answers whether we may write to someone; asked again at the moment of sending."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from portal.people.accounts import links
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
    """Whether a message may leave now: an answer to an act that still stands, or backed by a living consent."""
    if message.kind == Service.CONFIRM:
        return opt_in.is_open(db, opt_in_id=message.cause_id, now=now)
    if message.kind == Service.SIGN_IN:
        return links.is_open(db, link_id=message.cause_id, now=now)
    if message.kind == Service.PASSKEY_ADDED:
        return True  # it tells the owner what has happened; there is nothing left to be taken back by waiting
    return _holds(db, ConsentState.record_id == message.cause_id, message.address_hash)


def is_suppressed(db: Session, *, address_hash: str, since: datetime | None = None) -> bool:
    """Whether somebody said no at this address: ever, or `since` a moment at which they confirmed something."""
    noes = select(Suppression.since).where(Suppression.address_hash == address_hash)
    return db.scalar((noes if since is None else noes.where(Suppression.since >= since)).limit(1)) is not None


def _holds(db: Session, which: ColumnElement[bool], address_hash: str) -> bool:
    said_no_since = exists().where(
        Suppression.address_hash == address_hash, Suppression.since >= ConsentState.changed_at
    )
    confirmed = select(ConsentState.record_id).where(which, ConsentState.state == State.CONFIRMED, ~said_no_since)
    return db.scalar(confirmed) is not None
