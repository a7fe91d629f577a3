"""The only place that makes checkpoints: signed counts of the ledger, each chained to the one before.

A checkpoint puts the records that none has counted yet into an order (`counted_records`), builds a tree over their
leaves and signs its root. Its body is text, a line each, ending in a line break; what is signed, hashed and kept is
these bytes:

    customerhub consent checkpoint 1
    number 17
    previous <SHA-256 of the body before, 64 zeros before the first>
    size <records counted by this and all before>
    new <records counted by this one>
    root <root of the tree over them, see tree.py>
    at <moment, RFC 3339>
    key <id of the public key>
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.people.consent import envelope
from portal.people.consent.models import ConsentRecord
from portal.people.consent.signing import open_signer
from portal.people.consent.tree import root_of
from portal.people.database import Base
from portal.people.keyring import Seal
from portal.shared.columns import Moment
from portal.shared.database import MAY

AT_MOST = 10_000  # records in one checkpoint
FORMAT = "customerhub consent checkpoint 1"
FIELDS = ("number", "previous", "size", "new", "root", "at", "key")


class CountedRecord(Base):
    """The place of a record in the order of all, given by the checkpoint that counts it first."""

    __tablename__ = "counted_records"
    __table_args__ = ({"sqlite_with_rowid": False, "info": {MAY: "SELECT, INSERT"}},)

    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    record_id: Mapped[str] = mapped_column(String(16), unique=True)


class UncountedRecord(Base):
    """A record that no checkpoint counts yet; a trigger on the ledger adds it, in the record's own transaction."""

    __tablename__ = "uncounted_records"

    record_id: Mapped[str] = mapped_column(String(16), primary_key=True)


class Checkpoint(Base):
    """A signed count; `size` and `digest` repeat the body, for the guards."""

    __tablename__ = "checkpoints"
    __table_args__ = ({"sqlite_with_rowid": False, "info": {MAY: "SELECT, INSERT"}},)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class CheckpointExport(Base):
    """That a checkpoint was written to a place outside the database."""

    __tablename__ = "checkpoint_exports"

    number: Mapped[int] = mapped_column(ForeignKey("checkpoints.number"), primary_key=True)
    place: Mapped[str] = mapped_column(String(500), primary_key=True)
    exported_at: Mapped[datetime] = mapped_column(Moment)


class NotACheckpoint(ValueError):
    """The bytes are no checkpoint's body."""


@dataclass(frozen=True, kw_only=True)
class Body:
    """What a checkpoint says."""

    number: int
    previous: bytes
    size: int
    new: int
    root: bytes
    at: str
    key: str

    def as_bytes(self) -> bytes:
        """The bytes that are signed."""
        values = {**vars(self), "previous": self.previous.hex(), "root": self.root.hex()}
        return "".join([f"{FORMAT}\n", *(f"{name} {values[name]}\n" for name in FIELDS)]).encode()


def read_body(content: bytes) -> Body:
    """What a body says; raises NotACheckpoint where it says it in any other bytes than ours."""
    try:
        values = dict(line.split(" ", 1) for line in content.decode("ascii").splitlines()[1:])
        body = Body(
            number=int(values["number"]),
            previous=bytes.fromhex(values["previous"]),
            size=int(values["size"]),
            new=int(values["new"]),
            root=bytes.fromhex(values["root"]),
            at=values["at"],
            key=values["key"],
        )
    except (KeyError, ValueError) as fault:
        raise NotACheckpoint(content[:80]) from fault
    if body.as_bytes() != content:
        raise NotACheckpoint(content[:80])
    return body


def count_waiting(db: Session, *, most: int) -> int:
    """How many records no checkpoint counts yet, as far as `most`."""
    some = select(UncountedRecord.record_id).limit(most).subquery()
    return db.scalar(select(func.count()).select_from(some)) or 0


def make_checkpoint(db: Session, *, keyring: Seal, now: datetime) -> Checkpoint | None:
    """Count what was not counted yet, up to 10,000 records; None where there is nothing."""
    _alone(db)
    waiting = select(UncountedRecord.record_id).order_by(UncountedRecord.record_id).limit(AT_MOST)
    record_ids = list(db.scalars(waiting))
    if not record_ids:
        return None
    found = db.execute(select(ConsentRecord.id, ConsentRecord.leaf).where(ConsentRecord.id.in_(record_ids)))
    leaves = {row.id: row.leaf for row in found}
    counted = [record_id for record_id in record_ids if record_id in leaves]
    db.execute(delete(UncountedRecord).where(UncountedRecord.record_id.in_(record_ids)))
    return _sign(db, {record_id: leaves[record_id] for record_id in counted}, keyring, now) if counted else None


def queue_what_was_passed_over(db: Session) -> int:
    """Queue each record that neither is counted nor waits to be, though the trigger should have; how many there were.

    It looks at every record, so it is for a start and not for a beat.
    """
    counted, waiting = select(CountedRecord.record_id), select(UncountedRecord.record_id)
    lost = select(ConsentRecord.id).where(ConsentRecord.id.not_in(counted), ConsentRecord.id.not_in(waiting))
    rows = [{"record_id": record_id} for record_id in db.scalars(lost)]
    if rows:
        db.execute(insert(UncountedRecord), rows)
    return len(rows)


def _alone(db: Session) -> None:
    """One at a time: SQLite has one writer anyway, PostgreSQL is told so."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(_LOCK)))


_LOCK = int.from_bytes(hashlib.sha256(FORMAT.encode()).digest()[:8], signed=True)


def _sign(db: Session, leaves: dict[str, bytes], keyring: Seal, now: datetime) -> Checkpoint:
    last = db.scalars(select(Checkpoint).order_by(Checkpoint.number.desc()).limit(1)).first()
    size = last.size if last else 0
    order = [{"sequence": size + place, "record_id": record_id} for place, record_id in enumerate(leaves, 1)]
    db.execute(insert(CountedRecord), order)
    signer = open_signer(db, keyring=keyring, now=now)
    body = Body(
        number=last.number + 1 if last else 1,
        previous=last.digest if last else envelope.FIRST,
        size=size + len(order),
        new=len(order),
        root=root_of(b"".join(leaves.values())),
        at=envelope.rfc3339(now),
        key=signer.key_id,
    )
    content = body.as_bytes()
    checkpoint = Checkpoint(
        number=body.number,
        size=body.size,
        digest=hashlib.sha256(content).digest(),
        body=content,
        signature=signer.sign(content),
    )
    db.add(checkpoint)
    db.flush()
    return checkpoint
