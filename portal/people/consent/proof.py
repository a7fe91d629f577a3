"""The only place that makes a proof: a person's records with everything that a stranger needs to check them.

The format, and a program that checks it, stand in docs/ledger.md.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from portal.people.consent import envelope
from portal.people.consent.checkpoints import Checkpoint, CountedRecord
from portal.people.consent.models import ConsentPayload, ConsentRecord, Notice
from portal.people.consent.signing import Signer, list_public_keys
from portal.people.consent.tree import path_to
from portal.people.keyring import Seal

FORMAT = "customerhub consent proof 1"
_QUOTED = re.compile(r'"(?:notice|form)_sha256":"([0-9a-f]{64})"')

Data = dict[str, Any]


def make_proof(db: Session, *, person_id: str, seal: Seal, signer: Signer, now: datetime) -> bytes:
    """All records of a person, as the bytes of a file: signed canonical JSON and a line break."""
    rows = _records(db, ConsentRecord.person_id == person_id)
    return signed(gather(db, rows=rows, seal=seal, now=now), signer=signer)


def gather(db: Session, *, rows: Iterable[Row[Any]], seal: Seal, now: datetime) -> Data:
    """Records with their openings, the texts that they quote, the way to the checkpoints that count them, and keys."""
    checkpoints: dict[int, Checkpoint] = {}
    records = [_record(row, _counted(db, row.id, checkpoints), seal) for row in rows]
    return {
        "format": FORMAT,
        "made_at": envelope.rfc3339(now),
        "records": records,
        "texts": _texts(db, records),
        "checkpoints": [
            {"body": found.body.decode(), "signature": found.signature.hex()}
            for _number, found in sorted(checkpoints.items())
        ],
        "keys": {key_id: public_key.hex() for key_id, public_key in list_public_keys(db).items()},
    }


def records_up_to(db: Session, *, person_id: str, position: int) -> list[Row[Any]]:
    """A person's records from the first to the one at `position`: its chain."""
    return _records(db, ConsentRecord.person_id == person_id, ConsentRecord.position <= position)


def signed(data: Data, *, signer: Signer) -> bytes:
    """`data` with a signature of all of it, in the one way of writing it that is valid."""
    signature = signer.sign(FORMAT.encode() + b"\x00" + envelope.canonical(data | {"key": signer.key_id}))
    return envelope.canonical(data | {"key": signer.key_id, "signature": signature.hex()}) + b"\n"


def _records(db: Session, *which: Any) -> list[Row[Any]]:
    columns = (*ConsentRecord.__table__.columns, ConsentPayload.sealed.label("sealed"))
    found = select(*columns).outerjoin(ConsentPayload, ConsentPayload.record_id == ConsentRecord.id)
    return list(db.execute(found.where(*which).order_by(ConsentRecord.position)))


def _record(row: Row[Any], counted: Data | None, seal: Seal) -> Data:
    """A record as it is proved; without payload where that was erased, and not counted where it is too new."""
    record = {
        "version": row.version,
        "head": row.head.decode(),
        "previous_leaf": row.previous_leaf.hex(),
        "commitment": row.commitment.hex(),
        "leaf": row.leaf.hex(),
        "counted": counted,
    }
    if row.sealed is None:
        return record | {"payload": None, "opening": None}
    payload = seal.open(row.sealed, label=envelope.payload_label(row.id)).decode()
    opening = envelope.opening_of(row.id, seal=seal, version=row.version)
    return record | {"payload": payload, "opening": opening.hex()}


def _counted(db: Session, record_id: str, checkpoints: dict[int, Checkpoint]) -> Data | None:
    """The checkpoint that counts a record, and the way from its leaf to the root; notes the checkpoint down."""
    sequence = db.scalar(select(CountedRecord.sequence).where(CountedRecord.record_id == record_id))
    if sequence is None:
        return None
    covering = select(Checkpoint).where(Checkpoint.size >= sequence).order_by(Checkpoint.size).limit(1)
    checkpoint = db.scalars(covering).one()
    before = db.scalar(select(Checkpoint.size).where(Checkpoint.number == checkpoint.number - 1)) or 0
    leaves = (
        select(ConsentRecord.leaf)
        .join(CountedRecord, CountedRecord.record_id == ConsentRecord.id)
        .where(CountedRecord.sequence > before, CountedRecord.sequence <= checkpoint.size)
        .order_by(CountedRecord.sequence)
    )
    path = path_to(b"".join(db.scalars(leaves)), sequence - before - 1)
    checkpoints[checkpoint.number] = checkpoint
    return {"checkpoint": checkpoint.number, "path": [[side, beside.hex()] for side, beside in path]}


def _texts(db: Session, records: list[Data]) -> dict[str, str]:
    """What the records quote, by its SHA-256: notices and parts of forms are text."""
    quoted = {digest for record in records if record["payload"] for digest in _QUOTED.findall(record["payload"])}
    found = db.execute(select(Notice.digest, Notice.content).where(Notice.digest.in_(quoted)))
    return {row.digest: row.content.decode() for row in found}
