"""The only place that says what a webhook tells: consents that stand at this moment, the address they are for, no more.

A yes that was taken back before it was told is not told. A no and an erasure name the person by the id that the yes
carried, and nothing else.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people.accounts.models import Person
from portal.people.consent.models import ConsentRecord, ConsentState, OptInBox
from portal.people.consent.states import State
from portal.people.consent.suppression import said_no_since
from portal.people.keyring import Seal
from portal.people.messages.addresses import address_hash
from portal.people.webhooks.models import Event, WebhookDelivery

Told = Mapping[str, Any]


def find_body(db: Session, delivery: WebhookDelivery, *, keyring: Seal) -> bytes | None:
    """The JSON of a delivery, or None where what it would tell holds no more; equal at every try while that stands."""
    data = _TELL[Event(delivery.event)](db, delivery, keyring)
    if data is None:
        return None
    moment = delivery.happened_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    whole = {"type": delivery.event, "timestamp": moment, "data": {"person": delivery.person_id, **data}}
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def lines_that_hold(db: Session, *, person_id: str, keyring: Seal) -> list[ConsentState]:
    """What a person agreed to and has not taken back, nor said no to at the address."""
    person = db.get(Person, person_id)
    if person is None:
        return []
    confirmed = select(ConsentState).where(ConsentState.person_id == person_id, ConsentState.state == State.CONFIRMED)
    found = []
    for line in db.scalars(confirmed.order_by(ConsentState.purpose, ConsentState.channel)):
        hashed = address_hash(keyring, channel=line.channel, address=person.email)
        holds = select(ConsentState.record_id).where(ConsentState.record_id == line.record_id, ~said_no_since(hashed))
        if db.scalar(holds) is not None:
            found.append(line)
    return found


def _tell_confirmed(db: Session, delivery: WebhookDelivery, keyring: Seal) -> Told | None:
    for line in lines_that_hold(db, person_id=delivery.person_id, keyring=keyring):
        if line.record_id == delivery.subject_id:
            return _line(line) | {"address": _address(db, delivery.person_id)}
    return None


def _tell_withdrawn(db: Session, delivery: WebhookDelivery, keyring: Seal) -> Told | None:
    record = db.scalars(select(ConsentRecord).where(ConsentRecord.id == delivery.subject_id)).one_or_none()
    return None if record is None else {"purpose": record.purpose, "channel": record.channel, "record": record.id}


def _tell_signed_up(db: Session, delivery: WebhookDelivery, keyring: Seal) -> Told | None:
    bound = select(ConsentRecord.purpose, ConsentRecord.channel).join(OptInBox, OptInBox.record_id == ConsentRecord.id)
    asked = {(row.purpose, row.channel) for row in db.execute(bound.where(OptInBox.opt_in_id == delivery.subject_id))}
    lines = [
        line
        for line in lines_that_hold(db, person_id=delivery.person_id, keyring=keyring)
        if (line.purpose, line.channel) in asked
    ]
    if not lines:
        return None
    return {"address": _address(db, delivery.person_id), "consents": [_line(line) for line in lines]}


def _tell_erased(db: Session, delivery: WebhookDelivery, keyring: Seal) -> Told:
    return {}


_TELL = {
    Event.CONFIRMED: _tell_confirmed,
    Event.WITHDRAWN: _tell_withdrawn,
    Event.SIGNED_UP: _tell_signed_up,
    Event.ERASED: _tell_erased,
}


def _line(line: ConsentState) -> dict[str, str]:
    return {"purpose": line.purpose, "channel": line.channel, "record": line.record_id}


def _address(db: Session, person_id: str) -> str:
    return db.get_one(Person, person_id).email


def moment_of(record: ConsentRecord) -> datetime:
    """When a record was written, as its head says."""
    return datetime.fromisoformat(json.loads(record.head)["at"])
