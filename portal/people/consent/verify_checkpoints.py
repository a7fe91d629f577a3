"""The only place that proves the checkpoints: signed, chained, the same outside the database, and nothing missing."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.people.consent import envelope
from portal.people.consent.checkpoints import (
    Checkpoint,
    CheckpointExport,
    CountedRecord,
    NotACheckpoint,
    read_body,
)
from portal.people.consent.places import Place, PlaceAway, name_of, parts_of
from portal.people.consent.restores import Restore
from portal.people.consent.signing import find_unvouched, list_public_keys
from portal.people.consent.tree import root_of
from portal.people.consent.verify_people import Bad, Part
from portal.people.keyring import Seal

HASH = 32  # bytes


@dataclass(frozen=True)
class Count:
    """A checkpoint that was checked: it counts what comes after `before`, up to `size`."""

    number: int
    before: int
    size: int
    root: bytes


def check_checkpoints(db: Session, *, keyring: Seal) -> list[Count]:
    """Every checkpoint, after looking at its signature, its key and the one before it. Raises Bad."""
    if (key_id := find_unvouched(db, keyring=keyring)) is not None:
        raise Bad(f"signing key {key_id}", "no holder of the root key has made it")
    keys, counts, last = list_public_keys(db), list[Count](), envelope.FIRST
    for checkpoint in db.scalars(select(Checkpoint).order_by(Checkpoint.number)):
        name, before = f"checkpoint {checkpoint.number}", counts[-1].size if counts else 0
        try:
            body = read_body(checkpoint.body)
            Ed25519PublicKey.from_public_bytes(keys[body.key]).verify(checkpoint.signature, checkpoint.body)
        except (NotACheckpoint, KeyError, InvalidSignature) as fault:
            raise Bad(name, "it is not what one of our keys has signed") from fault
        if (body.number, body.size) != (checkpoint.number, checkpoint.size) or body.number != len(counts) + 1:
            raise Bad(name, "it is not the one that was signed in its place")
        if (body.previous, body.size) != (last, before + body.new):
            raise Bad(name, "it does not follow the checkpoint before it")
        last = hashlib.sha256(checkpoint.body).digest()
        counts.append(Count(body.number, before, body.size, body.root))
    if (db.scalar(select(func.max(CountedRecord.sequence))) or 0) != (counts[-1].size if counts else 0):
        raise Bad(f"checkpoint {len(counts) + 1}", "it is gone, though records are counted by it")
    return counts


@dataclass(frozen=True)
class Copies:
    """How many checkpoints lie outside the database, and how many more each restore of an older backup gave up."""

    count: int
    given_up: tuple[tuple[datetime, int], ...]


def check_copies(db: Session, *, place: Place) -> Copies:
    """Compare the checkpoints outside the database with those in it. Raises Bad.

    One that the database lacks is a sign that it was set back, unless `restores` says that a backup from before it was
    put in its place after it.
    """
    try:
        kept = dict(place.read_all())
    except PlaceAway as fault:
        raise Bad("the place of checkpoints", f"it cannot be read: {fault}") from fault
    known = {name_of(checkpoint): checkpoint for checkpoint in db.scalars(select(Checkpoint))}
    given_up: Counter[datetime] = Counter()
    for name, content in kept.items():
        checkpoint = known.get(name)
        if checkpoint is None and (restored_at := _find_giving_up(db, content)):
            given_up[restored_at] += 1
            continue
        if checkpoint is None:
            raise Bad(
                f"checkpoint {int(name[:8])}", f"{place.url} has {name}, which the database has lost or never had"
            )
        if parts_of(content) != (checkpoint.body, checkpoint.signature):
            raise Bad(f"checkpoint {checkpoint.number}", f"{name} in {place.url} was changed")
    written = set(db.scalars(select(CheckpointExport.number).where(CheckpointExport.place == place.url)))
    for name, checkpoint in known.items():
        if checkpoint.number in written and name not in kept:
            raise Bad(f"checkpoint {checkpoint.number}", f"{name} was written to {place.url} and is gone from there")
    return Copies(count=len(kept) - given_up.total(), given_up=tuple(sorted(given_up.items())))


def _find_giving_up(db: Session, content: bytes) -> datetime | None:
    """When the restore was that gave up this checkpoint of ours, made between its backup and itself; else None."""
    body, signature = parts_of(content)
    try:
        said = read_body(body)
        Ed25519PublicKey.from_public_bytes(list_public_keys(db)[said.key]).verify(signature, body)
    except (NotACheckpoint, KeyError, InvalidSignature):
        return None
    restores = db.execute(select(Restore.backup_made_at, Restore.restored_at).order_by(Restore.restored_at))
    at = datetime.fromisoformat(said.at)
    return next((restored_at for made_at, restored_at in restores if made_at <= at <= restored_at), None)


class Leaves:
    """The leaves of the counted records, each in its place, as the ranges of people bring them."""

    def __init__(self, size: int) -> None:
        import numpy as np  # slow to load, and only this needs it

        self._np = np
        self._all = np.zeros((size + 1, HASH), np.uint8)
        self._seen = np.zeros(size + 1, np.bool_)
        self._seen[0] = True  # the place of those that no checkpoint counts
        self.newer = 0  # how many there are of them

    def add(self, part: Part) -> None:
        """Put the leaves of a range into their places; what was counted after we began to look is newer."""
        sequences = self._np.frombuffer(part.sequences, self._np.int64)
        leaves = self._np.frombuffer(part.leaves, self._np.uint8).reshape(-1, HASH)
        places = self._np.where(sequences < len(self._seen), sequences, 0)
        self._all[places] = leaves
        self._seen[places] = True
        self.newer += int((places == 0).sum())

    def first_missing(self) -> int | None:
        """The first number in the count whose record was not there; None where all were."""
        place = int(self._seen.argmin())
        return None if self._seen[place] else place

    def of(self, count: Count) -> bytes:
        """The leaves that a checkpoint counts, one after the other."""
        return bytes(self._all[count.before + 1 : count.size + 1].tobytes())


def check_counted(db: Session, *, counts: Iterable[Count], leaves: Leaves) -> None:
    """Every counted record is there, and the roots that were signed are those of their leaves. Raises Bad."""
    counts = list(counts)
    if (missing := leaves.first_missing()) is not None:
        record_id = db.scalar(select(CountedRecord.record_id).where(CountedRecord.sequence == missing))
        number = next(count.number for count in counts if count.size >= missing)
        raise Bad(record_id or f"record {missing}", f"checkpoint {number} counts it, and it is gone")
    for count in counts:
        if root_of(leaves.of(count)) != count.root:
            raise Bad(f"checkpoint {count.number}", "the records that it counts are not those that were signed")
