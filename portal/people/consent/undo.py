"""The only place that takes an accidental no back: for ten minutes, in the browser that said it, by records of its own.

The page that follows a no carries a signed value; a mail's link never leads to one, so no scanner and nobody to whom a
mail was passed on has it. What stood before stands again: nothing is agreed to that was not agreed to then.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from portal.people.accounts.persons import get_seal, lock_person
from portal.people.consent.ledger import Chain, Line, Step, read_chain
from portal.people.consent.models import ConsentRecord
from portal.people.consent.record import Act
from portal.people.consent.states import State
from portal.people.keyring import Seal

LIFE = timedelta(minutes=10)


class CannotUndo(Exception):
    """It is too late, it was undone before, or something was said since."""


def offer_undo(record_ids: Sequence[str], *, person_id: str, secret_keys: tuple[str, ...], now: datetime) -> str:
    """The signed value that takes these withdrawals back; empty where there are none."""
    if not record_ids:
        return ""
    return _signer(secret_keys).dumps([person_id, list(record_ids), now.isoformat()])


def may_undo(offer: str, *, person_id: str, secret_keys: tuple[str, ...], now: datetime) -> bool:
    """Whether the value is one of ours for this person, and its ten minutes are not over."""
    return _read(offer, person_id, secret_keys, now) is not None


def undo(
    db: Session, *, offer: str, person_id: str, keyring: Seal, secret_keys: tuple[str, ...], act: Act
) -> list[Line]:
    """Let what was confirmed before be confirmed again; which lines. Raises CannotUndo."""
    record_ids = _read(offer, person_id, secret_keys, act.at)
    if record_ids is None or lock_person(db, person_id=person_id) is None:
        raise CannotUndo
    chain = read_chain(db, person_id=person_id, seal=get_seal(db, person_id=person_id, keyring=keyring))
    lines = _still_withdrawn(db, chain, record_ids)
    if not lines:
        raise CannotUndo
    for state in (State.REQUESTED, State.CONFIRMED):
        chain.append([Step(line, state, chain.content(line)) for line in lines], act=act)
    return lines


def _still_withdrawn(db: Session, chain: Chain, record_ids: Sequence[str]) -> list[Line]:
    """The lines of these records on which nothing was said since, and which were confirmed before."""
    lines = []
    for record in (db.query(ConsentRecord).filter_by(id=record_id).one_or_none() for record_id in record_ids):
        if record is None or (record.was, record.state) != (State.CONFIRMED, State.WITHDRAWN):
            continue
        if chain.standing((record.purpose, record.channel)).record_id == record.id:
            lines.append((record.purpose, record.channel))
    return lines


def _signer(secret_keys: tuple[str, ...]) -> URLSafeSerializer:
    """Signs with the newest key, which itsdangerous wants last."""
    return URLSafeSerializer(list(reversed(secret_keys)), salt="undo of a no")


def _read(offer: str, person_id: str, secret_keys: tuple[str, ...], now: datetime) -> list[str] | None:
    try:
        owner, record_ids, at = _signer(secret_keys).loads(offer)
    except (BadSignature, ValueError, TypeError):
        return None
    age = now - datetime.fromisoformat(at)
    return record_ids if owner == person_id and timedelta() <= age <= LIFE else None
