"""The only place that proves the ledger: every record, hashed from the bytes as they are stored."""

import hashlib
import hmac
import json
from collections.abc import Generator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.people.accounts.models import PersonKey
from portal.people.accounts.persons import open_seal
from portal.people.consent import envelope
from portal.people.consent.ledger import Line
from portal.people.consent.models import ConsentPayload, ConsentRecord, ConsentState, Notice
from portal.people.consent.record import head, head_in
from portal.people.consent.states import STEPS, State
from portal.people.keyring import Seal, SealBroken

CANNOT_SEE = (
    "the newest records of a person, taken away together with their state: nothing outside the ledger counts them yet",
    "a whole person, taken away: nothing outside the ledger knows that there was one",
    "what an erased payload said: only that a payload with this commitment was there",
    "what stands beside the ledger: people's own rows, opt-out links, suppressions, the boxes of a sign-up",
)


@dataclass(frozen=True)
class Finding:
    """The first thing that does not hold: a record (or a notice) by its id, and what is wrong with it."""

    id: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was examined, the first bad thing if there is one, and what no one can see this way."""

    records: int
    people: int
    erased_payloads: int
    notices: int
    first_bad: Finding | None
    cannot_see: tuple[str, ...] = CANNOT_SEE

    @property
    def is_sound(self) -> bool:
        """Whether everything that was examined holds."""
        return self.first_bad is None

    def as_dict(self) -> dict[str, Any]:
        """The report as data."""
        return {
            "is_sound": self.is_sound,
            "records": self.records,
            "people": self.people,
            "erased_payloads": self.erased_payloads,
            "notices": self.notices,
            "first_bad": self.first_bad and asdict(self.first_bad),
            "cannot_see": list(self.cannot_see),
        }

    def as_words(self) -> str:
        """The report to be read."""
        examined = (
            f"{self.records:,} records of {self.people:,} people, {self.notices:,} texts that were shown, "
            f"{self.erased_payloads:,} payloads erased by the rules."
        )
        verdict = "Sound." if self.first_bad is None else f"Broken at {self.first_bad.id}: {self.first_bad.what}."
        return "\n".join([verdict, f"Examined {examined}", "This cannot see:", *(f"- {it}" for it in self.cannot_see)])


class Bad(Exception):
    """A record does not hold."""

    def __init__(self, record_id: str, what: str) -> None:
        super().__init__(f"{record_id}: {what}")
        self.finding = Finding(record_id, what)


def verify(db: Session, *, keyring: Seal) -> Report:
    """Check every notice, record, payload and state row on one reading transaction, in one pass and little memory."""
    tally = _Tally()
    bad: Finding | None = None
    try:
        tally.texts = _check_notices(db)
        with closing(_chains(db)) as chains:
            for chain in chains:
                _check_chain(chain, keyring, tally)
        _check_no_stray_state(db, tally)
    except Bad as fault:
        bad = fault.finding
    except _UNREADABLE:
        bad = _find_unreadable(db)
    return Report(
        records=tally.records,
        people=tally.people,
        erased_payloads=tally.erased,
        notices=len(tally.texts),
        first_bad=bad,
    )


# What the driver raises for a column that holds no text, no moment or no such thing any more.
_UNREADABLE = (DBAPIError, TypeError, ValueError, KeyError)


@dataclass
class _Tally:
    records: int = 0
    people: int = 0
    erased: int = 0
    states: int = 0
    texts: frozenset[str] = frozenset()


@dataclass
class _Walk:
    """What one person's records said so far."""

    position: int = 0
    leaf: bytes = envelope.FIRST
    newest: dict[Line, Row[Any]] = field(default_factory=dict)
    without_payload: dict[Line, str] = field(default_factory=dict)


def _check_notices(db: Session) -> frozenset[str]:
    digests = set()
    for digest, content in db.execute(select(Notice.digest, Notice.content)):
        if hashlib.sha256(content).hexdigest() != digest:
            raise Bad(digest, "the notice is not the text whose hash it is stored under")
        digests.add(digest)
    return frozenset(digests)


def _chains(db: Session) -> Generator[list[Row[Any]]]:
    """Each person's records in order, with what belongs to them."""
    with db.execute(_everything(), execution_options={"yield_per": 1000}) as rows:
        for _person_id, chain in groupby(rows, key=attrgetter("person_id")):
            yield list(chain)


def _everything() -> Select[Any]:
    return (
        select(
            *ConsentRecord.__table__.columns,
            ConsentPayload.sealed.label("payload"),
            PersonKey.sealed.label("person_key"),
            ConsentState.state.label("standing"),
            ConsentState.changed_at.label("standing_since"),
        )
        .outerjoin(ConsentPayload, ConsentPayload.record_id == ConsentRecord.id)
        .outerjoin(PersonKey, PersonKey.person_id == ConsentRecord.person_id)
        .outerjoin(
            ConsentState, and_(*(getattr(ConsentState, one) == getattr(ConsentRecord, two) for one, two in _LINE))
        )
        .order_by(ConsentRecord.person_id, ConsentRecord.position)
    )


# A state row is of its record's own person, purpose and channel, or it is none.
_LINE = (("record_id", "id"), ("person_id", "person_id"), ("purpose", "purpose"), ("channel", "channel"))


def _check_chain(chain: list[Row[Any]], keyring: Seal, tally: _Tally) -> None:
    tally.people += 1
    seal = _seal_of(chain[0], keyring)
    walk = _Walk()
    for row in chain:
        tally.records += 1
        _check_place(row, walk)
        _check_step(row, walk)
        if row.payload is None:
            walk.without_payload[(row.purpose, row.channel)] = row.id
            tally.erased += 1
        else:
            _check_payload(row, seal, tally.texts)
        if row.state in (State.EXPIRED, State.ERASED):
            walk.without_payload.pop((row.purpose, row.channel), None)
    for record_id in walk.without_payload.values():
        raise Bad(record_id, "its payload is gone, and no later record says that it expired or was erased")
    _check_standings(chain, walk, tally)


def _seal_of(row: Row[Any], keyring: Seal) -> Seal | None:
    if row.person_key is None:
        return None
    try:
        return open_seal(row.person_key, person_id=row.person_id, keyring=keyring)
    except SealBroken as fault:
        raise Bad(row.id, "the person's key was changed") from fault


def _check_place(row: Row[Any], walk: _Walk) -> None:
    """The record follows the one before it, and its leaf hashes the bytes that are stored."""
    if row.position != walk.position + 1:
        raise Bad(row.id, f"it is number {row.position}, after number {walk.position}: a record is missing")
    if row.previous_leaf != walk.leaf:
        raise Bad(row.id, "it does not follow the leaf of the record before it")
    if row.version not in envelope.VERSIONS or not hmac.compare_digest(_leaf_of(row), row.leaf):
        raise Bad(row.id, "its leaf is not the hash of its stored bytes")
    said = json.loads(row.head)
    columns = head(
        person_id=row.person_id,
        position=row.position,
        record_id=row.id,
        line=(row.purpose, row.channel),
        was=row.was,
        state=row.state,
        at=said["at"],
    )
    if said != columns:
        raise Bad(row.id, "its columns say otherwise than its stored head")
    walk.position, walk.leaf = row.position, row.leaf


def _leaf_of(row: Row[Any]) -> bytes:
    return envelope.leaf_of(previous=row.previous_leaf, commitment=row.commitment, head=row.head, version=row.version)


def _check_step(row: Row[Any], walk: _Walk) -> None:
    """The record goes on from where its line stood, by a step that is allowed."""
    line = (row.purpose, row.channel)
    before = walk.newest[line].state if line in walk.newest else State.NONE
    if row.was != before or (row.was, row.state) not in STEPS:
        raise Bad(row.id, f"it goes from {row.was} to {row.state}, where the line stood at {before}")
    walk.newest[line] = row


def _check_payload(row: Row[Any], seal: Seal | None, texts: frozenset[str]) -> None:
    """The payload is the one that was committed to, says what the record says, and what it quotes is kept."""
    if seal is None:
        raise Bad(row.id, "the person's key is missing, though the payload is there")
    try:
        stored = seal.open(row.payload, label=envelope.payload_label(row.id))
    except SealBroken as fault:
        raise Bad(row.id, "its payload was changed") from fault
    opening = envelope.opening_of(row.id, seal=seal, version=row.version)
    commitment = envelope.commitment_to(stored, head=row.head, opening=opening, version=row.version)
    if not hmac.compare_digest(commitment, row.commitment):
        raise Bad(row.id, "its payload is not the one that was committed to")
    said = json.loads(stored)
    if head_in(said) != json.loads(row.head):
        raise Bad(row.id, "its payload says otherwise than its head")
    shown = said.get("shown", {})
    if not {shown[name] for name in ("notice_sha256", "form_sha256") if name in shown} <= texts:
        raise Bad(row.id, "a text that it quotes is not kept")


def _check_standings(chain: list[Row[Any]], walk: _Walk, tally: _Tally) -> None:
    """There is a state row for the newest record of each line, it says the same, and no other record has one."""
    newest = {row.id for row in walk.newest.values()}
    for row in chain:
        expected = row.state if row.id in newest else None
        since = row.standing_since and envelope.rfc3339(row.standing_since)
        if row.standing != expected or (expected and since != json.loads(row.head)["at"]):
            raise Bad(
                row.id, f"its state row says {row.standing or 'nothing'} where the ledger says {expected or 'nothing'}"
            )
    tally.states += len(newest)


def _check_no_stray_state(db: Session, tally: _Tally) -> None:
    if db.scalar(select(func.count()).select_from(ConsentState)) == tally.states:
        return
    stray = select(ConsentState.record_id).where(ConsentState.record_id.not_in(select(ConsentRecord.id))).limit(1)
    raise Bad(str(db.scalar(stray)), "a state row refers to a record that is not there")


def _find_unreadable(db: Session) -> Finding:
    """The first record that cannot even be read, found one by one."""
    for record_id in db.scalars(select(ConsentRecord.id)).all():
        try:
            row = db.execute(_everything().where(ConsentRecord.id == record_id)).one()
            json.loads(row.head)["at"]
        except _UNREADABLE:
            return Finding(record_id, "it cannot be read as a record")
    return Finding("unknown", "something beside the records cannot be read")
