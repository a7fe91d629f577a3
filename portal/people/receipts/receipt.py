"""The only place that reads one consent back for its receipt: what was agreed to, and what became of it since."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people.accounts.persons import NoSuchPerson, get_seal
from portal.people.consent.models import ConsentRecord
from portal.people.consent.proof import gather, records_up_to
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
    """One consent. `content` is the record's payload as it was sealed, `ledger` its place there.

    That is what a stranger needs to see that it is the one committed to, and the way to the checkpoint that counts it.

    `changes` begins with this record and ends where this consent did: what was asked for anew later is another one.
    """

    id: str
    record_id: str
    content: dict[str, Any]
    ledger: dict[str, Any]
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


def read_receipt(db: Session, *, record_id: str, keyring: Seal, now: datetime) -> Receipt:
    """The receipt of this record. Raises NoSuchReceipt, or Erased where its payload and its person's key are gone."""
    record = db.scalars(select(ConsentRecord).where(ConsentRecord.id == record_id)).one_or_none()
    if record is None:
        raise NoSuchReceipt(record_id)
    try:
        seal = get_seal(db, person_id=record.person_id, keyring=keyring)
    except NoSuchPerson as fault:
        raise Erased(record_id) from fault
    rows = records_up_to(db, person_id=record.person_id, position=record.position)
    proof = gather(db, rows=rows[-1:], seal=seal, now=now)
    (proved,) = proof["records"]
    content = json.loads(proved.pop("payload") or "{}")
    if "processing" not in content:  # of a record that ended a line, and so repeats nothing of it
        raise Erased(record_id)
    return Receipt(
        id=receipt_id(record_id, keyring=keyring),
        record_id=record_id,
        content=content,
        ledger=_place(proved, proof["checkpoints"]),
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


def _place(proved: dict[str, Any], checkpoints: list[dict[str, Any]]) -> dict[str, Any]:
    """A record's place in the ledger. In format 1 its opening would open the others, too, and is not given away."""
    counted = proved.pop("counted")
    inclusion = None
    if counted and checkpoints:
        inclusion = {"checkpoint": checkpoints[-1]["body"], "signature": checkpoints[-1]["signature"]}
        inclusion["path"] = counted["path"]
    opening = proved["opening"] if proved["version"] > 1 else None
    return proved | {"opening": opening, "inclusion": inclusion}
