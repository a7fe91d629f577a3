"""The only place that takes an accidental no back: for ten minutes, in the browser that said it, by records of its own.

The page that follows a no carries a signed value; a mail's link never leads to one, so no scanner and nobody to whom a
mail was passed on has it. What stood before stands again: nothing is agreed to that was not agreed to then.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from itsdangerous import BadSignature
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people.accounts.models import Person
from portal.people.accounts.persons import get_seal, lock_person
from portal.people.consent.choices import read_choices
from portal.people.consent.ledger import Chain, Line, Step, read_chain
from portal.people.consent.models import ConsentRecord, ConsentState
from portal.people.consent.record import Act
from portal.people.consent.states import State
from portal.people.consent.suppression import is_suppressed
from portal.people.keyring import Seal
from portal.people.messages.addresses import address_hash
from portal.shared.keys import signer

LIFE = timedelta(minutes=10)
_SALT = "undo of a no"


class CannotUndo(Exception):
    """It is too late, it was undone before, or something was said since."""


def offer_undo(record_ids: Sequence[str], *, person_id: str, secret_keys: tuple[str, ...], now: datetime) -> str:
    """The signed value that takes these withdrawals back; empty where there are none."""
    if not record_ids:
        return ""
    return signer(secret_keys, salt=_SALT).dumps([person_id, list(record_ids), now.isoformat()])


def may_undo(offer: str, *, person_id: str, secret_keys: tuple[str, ...], now: datetime) -> bool:
    """Whether the value is one of ours for this person, and its ten minutes are not over."""
    return _read(offer, person_id, secret_keys, now) is not None


def undo(
    db: Session, *, offer: str, person_id: str, keyring: Seal, secret_keys: tuple[str, ...], act: Act
) -> list[Line]:
    """Let what was confirmed before be confirmed again; which lines. Raises CannotUndo."""
    record_ids = _read(offer, person_id, secret_keys, act.at)
    person = lock_person(db, person_id=person_id)
    if record_ids is None or person is None:
        raise CannotUndo
    chain = read_chain(db, person_id=person_id, seal=get_seal(db, person_id=person_id, keyring=keyring))
    lines = [line for line in _still_withdrawn(db, chain, record_ids) if not _said_no_since(db, person, line, keyring)]
    if not lines:
        raise CannotUndo
    for state in (State.REQUESTED, State.CONFIRMED):
        chain.append([Step(line, state, chain.content(line)) for line in lines], act=act)
    return lines


def has_stood_since(db: Session, *, person_id: str, line: Line, since: datetime) -> bool:
    """Whether a yes of this moment was never taken back after it, but for a no that was undone."""
    purpose, channel = line
    of_line = select(ConsentRecord.state, ConsentRecord.head).where(
        *(ConsentRecord.person_id == person_id, ConsentRecord.purpose == purpose, ConsentRecord.channel == channel)
    )
    records = [
        (row.state, datetime.fromisoformat(json.loads(row.head)["at"]))
        for row in db.execute(of_line.order_by(ConsentRecord.position))
    ]
    return not any(
        state == State.WITHDRAWN and at > since and not _is_undo(records[place : place + 2], no_at=at)
        for place, (state, at) in enumerate(records, 1)
    )


def _is_undo(records: Sequence[tuple[str, datetime]], *, no_at: datetime) -> bool:
    """Whether these are the two that an undo writes in one act, soon; a mail's link is opened after it is asked for."""
    if [state for state, _at in records] != [State.REQUESTED, State.CONFIRMED]:
        return False
    (_, asked_at), (_, agreed_at) = records
    return asked_at == agreed_at <= no_at + LIFE


def _still_withdrawn(db: Session, chain: Chain, record_ids: Sequence[str]) -> list[Line]:
    """The lines of these records on which nothing was said since, and which were confirmed before."""
    lines = []
    for record in (db.query(ConsentRecord).filter_by(id=record_id).one_or_none() for record_id in record_ids):
        if record is None or (record.was, record.state) != (State.CONFIRMED, State.WITHDRAWN):
            continue
        if chain.standing((record.purpose, record.channel)).record_id == record.id:
            lines.append((record.purpose, record.channel))
    return lines


def _said_no_since(db: Session, person: Person, line: Line, keyring: Seal) -> bool:
    """Whether more was said after the no of this line, by whomever and in whatever way: that holds."""
    purpose, channel = line
    stands = db.get_one(ConsentState, (person.id, purpose, channel))
    hashed = address_hash(keyring, channel=channel, address=person.email)
    if is_suppressed(db, address_hash=hashed, purpose=purpose, after=stands.changed_at):
        return True
    objected_at = read_choices(db, person_id=person.id).objected_at
    return objected_at is not None and objected_at > stands.changed_at


def _read(offer: str, person_id: str, secret_keys: tuple[str, ...], now: datetime) -> list[str] | None:
    try:
        owner, record_ids, at = signer(secret_keys, salt=_SALT).loads(offer)
    except (BadSignature, ValueError, TypeError):
        return None
    age = now - datetime.fromisoformat(at)
    return record_ids if owner == person_id and timedelta() <= age <= LIFE else None
