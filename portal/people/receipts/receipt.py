"""The only place that reads one consent back for its receipt: what was agreed to, and what became of it since."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people.accounts.persons import NoSuchPerson, get_seal
from portal.people.consent import envelope
from portal.people.consent.models import ConsentPayload, ConsentRecord
from portal.people.consent.states import State
from portal.people.keyring import Seal
from portal.people.receipts.address import receipt_id

_ENDED = (State.WITHDRAWN, State.EXPIRED, State.ERASED)


class NoSuchReceipt(LookupError):
    """There is no such record."""


class Erased(Exception):
    """The record is there, and says nothing about anybody any more."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One record of the consent's life, as it stands in the clear: its state, since when, and its id."""

    state: State
    at: datetime
    record_id: str


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """One consent. `content` is the record's payload as it was sealed, `record` its row of the ledger.

    `changes` begins with this record and ends where this consent did: what was asked for anew later is another one.
    """

    id: str
    record: ConsentRecord
    content: dict[str, Any]
    changes: tuple[Change, ...]

    @property
    def now(self) -> Change:
        """Where this consent stands."""
        return self.changes[-1]

    @property
    def is_withdrawn(self) -> bool:
        return self.now.state is State.WITHDRAWN

    @property
    def email(self) -> str:
        """The address as its owner typed it."""
        return str(self.content["processing"]["pii_information"][0]["typed"])


def read_receipt(db: Session, *, record_id: str, keyring: Seal) -> Receipt:
    """The receipt of this record. Raises NoSuchReceipt, or Erased where its payload and its person's key are gone."""
    record = db.scalars(select(ConsentRecord).where(ConsentRecord.id == record_id)).one_or_none()
    if record is None:
        raise NoSuchReceipt(record_id)
    return Receipt(
        id=receipt_id(record_id, keyring=keyring),
        record=record,
        content=_content(db, record, keyring),
        changes=read_changes(db, record=record),
    )


def find_changes(db: Session, *, record_id: str) -> tuple[Change, ...]:
    """What became of this record's consent, erased or not; empty where there is no such record."""
    record = db.scalars(select(ConsentRecord).where(ConsentRecord.id == record_id)).one_or_none()
    return read_changes(db, record=record) if record else ()


def read_changes(db: Session, *, record: ConsentRecord) -> tuple[Change, ...]:
    """This record and the later ones of its line, up to the one that ended it."""
    later = select(ConsentRecord).where(
        ConsentRecord.person_id == record.person_id,
        ConsentRecord.purpose == record.purpose,
        ConsentRecord.channel == record.channel,
        ConsentRecord.position >= record.position,
    )
    changes: list[Change] = []
    for row in db.scalars(later.order_by(ConsentRecord.position)):
        is_anew = changes and changes[-1].state in _ENDED and row.state not in _ENDED
        if is_anew:
            break
        at = datetime.fromisoformat(json.loads(row.head)["at"])
        changes.append(Change(state=State(row.state), at=at, record_id=row.id))
    return tuple(changes)


def _content(db: Session, record: ConsentRecord, keyring: Seal) -> dict[str, Any]:
    sealed = db.scalar(select(ConsentPayload.sealed).where(ConsentPayload.record_id == record.id))
    if sealed is None:
        raise Erased(record.id)
    try:
        seal = get_seal(db, person_id=record.person_id, keyring=keyring)
    except NoSuchPerson as fault:
        raise Erased(record.id) from fault
    content: dict[str, Any] = json.loads(seal.open(sealed, label=envelope.payload_label(record.id)))
    if "processing" not in content:  # of a record that ended a line, and so repeats nothing of it
        raise Erased(record.id)
    return content
