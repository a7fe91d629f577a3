"""The only place that proves people's chains: many at once by comparing columns, one by one where something differs.

The quick way says yes or no for a range of people. Where it says no, or cannot read what is stored, the careful way
goes over the same records and names the first that does not hold.
"""

import gc
import hmac
import json
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.people.accounts.persons import open_seal
from portal.people.consent import envelope
from portal.people.consent.ledger import Line
from portal.people.consent.record import head, head_in
from portal.people.consent.states import STEPS, State
from portal.people.keyring import Seal, SealBroken

# What the driver raises for a column that holds no text, no moment or no such thing any more.
UNREADABLE = (DBAPIError, TypeError, ValueError, KeyError)

Range = tuple[str, str]  # person ids from the first (included) to the second (left out); "" is the end on its side


@dataclass(frozen=True)
class Finding:
    """The first thing that does not hold: a record (or a notice, a checkpoint) by its id, and what is wrong with it."""

    id: str
    what: str


class Bad(Exception):
    """A record does not hold."""

    def __init__(self, record_id: str, what: str) -> None:
        super().__init__(f"{record_id}: {what}")
        self.finding = Finding(record_id, what)


class Stored(NamedTuple):
    """A record as the driver reads it, in the order of the question's columns."""

    person_id: str
    position: int
    id: str
    version: int
    purpose: str
    channel: str
    was: str
    state: str
    head: bytes
    commitment: bytes
    previous_leaf: bytes
    leaf: bytes
    sequence: int | None
    payload: bytes | None


@dataclass
class Part:
    """What a range of people came to; `leaves` are 32 bytes each, as their `sequences` in the count go: 0 for none."""

    records: int = 0
    people: int = 0
    erased: int = 0
    sequences: "array[int]" = field(default_factory=lambda: array("q"))
    leaves: bytes = b""
    bad: Finding | None = None


def ranges(count: int) -> list[Range]:
    """`count` ranges, up to 1,024, that hold all people between them, and about as many each."""
    letters = "0123456789abcdefghjkmnpqrstvwxyz"
    starts = [one + other for one in letters for other in letters]
    bounds = ["", *(starts[number * len(starts) // count] for number in range(1, count)), ""]
    return list(pairwise(bounds))


def check_people(db: Session, *, keyring: Seal, within: Range, texts: frozenset[str], is_deep: bool = True) -> Part:
    """Check the chains and states of a range of people, and their payloads where it is to go deep."""
    return check_rows(read_rows(db, within, is_deep=is_deep), keyring=keyring, texts=texts, is_deep=is_deep)


@dataclass
class Rows:
    """What was read of a range of people; `fault` names the record that cannot be read."""

    records: list[tuple[Any, ...]] = field(default_factory=list)
    states: dict[tuple[str, str, str], tuple[str, str, str]] = field(default_factory=dict)
    keys: dict[str, bytes] = field(default_factory=dict)
    fault: Finding | None = None


def read_rows(db: Session, within: Range, *, is_deep: bool) -> Rows:
    """Read a range of people straight from the driver: making anything of the rows would take longer than to check."""
    moment = _MOMENT[db.get_bind().dialect.name]
    try:
        with db.begin_nested():
            records = _ask(db, _RECORDS.format(*(_WITH if is_deep else _WITHOUT)), "r.", within)
            states = _ask(db, _STATES.format(moment), "", within)
            keys = _ask(db, _KEYS, "", within) if is_deep else []
    except UNREADABLE:
        return Rows(fault=_find_unreadable(db))
    return Rows(records, {row[:3]: row[3:] for row in states}, dict(keys))


def check_rows(rows: Rows, *, keyring: Seal, texts: frozenset[str], is_deep: bool) -> Part:
    """Check what was read."""
    if rows.fault is not None:
        return Part(bad=rows.fault)
    part = Part(records=len(rows.records))
    gc.disable()  # it would look at every row again and again, for a third of the time, and find no garbage
    try:
        columns = list(zip(*rows.records, strict=True))
        if not _hold(rows, columns, keyring, texts, is_deep):
            _check(rows, keyring, texts, is_deep)
    except Bad as fault:
        part.bad = fault.finding
        return part
    finally:
        gc.enable()
    if rows.records:
        leaves, sequences, payloads = columns[11:14]
        part.people = columns[1].count(1)
        part.erased = payloads.count(None) if is_deep else 0
        part.sequences = array("q", [sequence or 0 for sequence in sequences])
        part.leaves = b"".join(leaves)
    return part


_RECORDS = (
    "SELECT r.person_id, r.position, r.id, r.version, r.purpose, r.channel, r.was, r.state, r.head, r.commitment, "
    "r.previous_leaf, r.leaf, c.sequence, {} FROM consent_records r "
    "LEFT JOIN counted_records c ON c.record_id = r.id {}WHERE {{}} ORDER BY r.person_id, r.position"
)
_WITH = ("p.sealed", "LEFT JOIN consent_payloads p ON p.record_id = r.id ")
_WITHOUT = ("NULL", "")
_STATES = "SELECT person_id, purpose, channel, state, record_id, {} FROM consent_states WHERE {{}}"
_KEYS = "SELECT person_id, sealed FROM person_keys WHERE {}"
_MOMENT = {
    "sqlite": "replace(changed_at, ' ', 'T') || 'Z'",
    "postgresql": "to_char(changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
}


def _ask(db: Session, question: str, prefix: str, within: Range) -> list[Any]:
    ends = [(f"{prefix}person_id {sign} ?", end) for sign, end in zip((">=", "<"), within, strict=True) if end]
    sql = question.format(" AND ".join(condition for condition, _end in ends) or "1 = 1")
    if db.get_bind().dialect.name == "postgresql":
        sql = sql.replace("?", "%s")
    return _fetch(db, sql, tuple(end for _condition, end in ends))


def _fetch(db: Session, sql: str, values: tuple[str, ...]) -> list[Any]:
    cursor: Any = db.connection().exec_driver_sql(sql, values).cursor
    try:
        found: list[Any] = cursor.fetchall()
    except db.get_bind().dialect.loaded_dbapi.Error as fault:
        raise ValueError("the driver cannot read it") from fault
    return found


# The quick way.

_STEPS = frozenset((was.value, state.value) for was, state in STEPS)
_QUOTED = re.compile(rb'"(?:notice|form)_sha256":"([0-9a-f]{64})"')


def _hold(rows: Rows, columns: list[Any], keyring: Seal, texts: frozenset[str], is_deep: bool) -> bool:
    """Whether everything certainly holds; False where it does not, or where only a closer look can tell."""
    if not rows.records:
        return not rows.states
    try:
        if not _chains_hold(rows, columns):
            return False
        return not is_deep or _payloads_hold(rows, keyring, texts)
    except (*UNREADABLE, SealBroken, AttributeError):
        return False


def _chains_hold(rows: Rows, columns: list[Any]) -> bool:
    people, positions, record_ids, versions, purposes, channels, befores, states, heads = columns[:9]
    commitments, previous, leaves = columns[9:12]
    labels = map(envelope.LEAF_LABELS.__getitem__, versions)
    joined = map(b"".join, zip(labels, previous, commitments, heads, strict=True))
    if leaves != tuple([hashed.digest() for hashed in map(sha256, joined)]):
        return False
    lines = list(zip(people, purposes, channels, strict=True))
    said = [head.decode() for head in heads]
    moments = [one[7:34] for one in said]
    if said != [
        f'{{"at":"{at}","channel":"{channel}","person":"{person}","position":{position},"purpose":"{purpose}",'
        f'"record":"{record_id}","state":"{state}","was":"{was}"}}'
        for at, (person, purpose, channel), position, record_id, state, was in zip(
            moments, lines, positions, record_ids, states, befores, strict=True
        )
    ]:
        return False
    if not _follow(people, positions, previous, leaves) or not _STEPS.issuperset(zip(befores, states, strict=True)):
        return False
    return _go_on(lines, befores, states) and rows.states == dict(
        zip(lines, zip(states, record_ids, moments, strict=True), strict=True)
    )


def _follow(people: Any, positions: Any, previous: Any, leaves: Any) -> bool:
    """Each record follows the one before it, or begins its person's chain."""
    earlier = zip((None, *people), (0, *positions), (b"", *leaves), strict=False)
    return all(
        place == last_place + 1 and follows == last_leaf
        if person == last_person
        else place == 1 and follows == envelope.FIRST
        for person, place, follows, (last_person, last_place, last_leaf) in zip(
            people, positions, previous, earlier, strict=False
        )
    )


def _go_on(lines: Any, befores: Any, states: Any) -> bool:
    """Each record goes on from where its line stood."""
    standing: dict[Any, str] = {}
    for line, was, state in zip(lines, befores, states, strict=True):
        if standing.get(line, "none") != was:
            return False
        standing[line] = state
    return True


def _payloads_hold(rows: Rows, keyring: Seal, texts: frozenset[str]) -> bool:
    closed: set[Line] = set()
    last, seal = "", None
    for record in map(Stored._make, reversed(rows.records)):
        if record.person_id != last:
            last, closed = record.person_id, set()
            sealed = rows.keys.get(last)
            seal = open_seal(sealed, person_id=last, keyring=keyring) if sealed else None
        line = (record.purpose, record.channel)
        if record.state in ("expired", "erased"):
            closed.add(line)
        if record.payload is None:
            if line not in closed:
                return False
        elif seal is None or not _is_committed(record, seal, texts):
            return False
    return True


def _is_committed(record: Stored, seal: Seal, texts: frozenset[str]) -> bool:
    """The head is part of the commitment since format 2, so that nothing has to be read out of the payload."""
    payload = seal.open(record.payload or b"", label=envelope.payload_label(record.id))
    return (
        record.version > 1
        and _commitment(record, payload, seal) == record.commitment
        and all(digest.decode() in texts for digest in _quoted(payload))
    )


def _quoted(payload: bytes) -> list[bytes]:
    """The digests of the texts that a payload quotes: they stand in `shown`, which canonical order puts last."""
    return _QUOTED.findall(payload, max(0, payload.rfind(b'"shown":{')))


# The careful way.


@dataclass
class _Walk:
    """What one person's records said so far."""

    position: int = 0
    leaf: bytes = envelope.FIRST
    newest: dict[Line, Stored] = field(default_factory=dict)
    without_payload: dict[Line, str] = field(default_factory=dict)


def _check(rows: Rows, keyring: Seal, texts: frozenset[str], is_deep: bool) -> None:
    """Raise Bad for the first record that does not hold, then for a state row without one."""
    states = dict(rows.states)
    for person_id, chain in groupby(map(Stored._make, rows.records), key=itemgetter(0)):
        walk = _Walk()
        seal = None
        records = list(chain)
        if is_deep:
            seal = _seal_of(records[0], rows.keys.get(person_id), keyring)
        for record in records:
            _check_one(record, walk, seal, texts, is_deep)
        for record_id in walk.without_payload.values():
            raise Bad(record_id, "its payload is gone, and no later record says that it expired or was erased")
        _check_standings(records, walk, states)
    for _state, record_id, _since in states.values():
        raise Bad(record_id, "a state row refers to a record that is not there")


def _check_one(record: Stored, walk: _Walk, seal: Seal | None, texts: frozenset[str], is_deep: bool) -> None:
    line = (record.purpose, record.channel)
    try:
        _check_place(record, walk)
        _check_step(record, walk)
        if not is_deep:
            return
        if record.payload is None:
            walk.without_payload[line] = record.id
        else:
            _check_payload(record, seal, texts)
        if record.state in (State.EXPIRED, State.ERASED):
            walk.without_payload.pop(line, None)
    except (*UNREADABLE, AttributeError) as fault:
        raise Bad(record.id, "it cannot be read as a record") from fault


def _seal_of(record: Stored, sealed: bytes | None, keyring: Seal) -> Seal | None:
    if sealed is None:
        return None
    try:
        return open_seal(sealed, person_id=record.person_id, keyring=keyring)
    except SealBroken as fault:
        raise Bad(record.id, "the person's key was changed") from fault


def _check_place(record: Stored, walk: _Walk) -> None:
    """The record follows the one before it, and its leaf hashes the bytes that are stored."""
    if record.position != walk.position + 1:
        raise Bad(record.id, f"it is number {record.position}, after number {walk.position}: a record is missing")
    if record.previous_leaf != walk.leaf:
        raise Bad(record.id, "it does not follow the leaf of the record before it")
    if record.version not in envelope.VERSIONS or not hmac.compare_digest(_leaf(record), record.leaf):
        raise Bad(record.id, "its leaf is not the hash of its stored bytes")
    said = json.loads(record.head)
    columns = head(
        person_id=record.person_id,
        position=record.position,
        record_id=record.id,
        line=(record.purpose, record.channel),
        was=record.was,
        state=record.state,
        at=said["at"],
    )
    if said != columns:
        raise Bad(record.id, "its columns say otherwise than its stored head")
    walk.position, walk.leaf = record.position, record.leaf


def _check_step(record: Stored, walk: _Walk) -> None:
    """The record goes on from where its line stood, by a step that is allowed."""
    line = (record.purpose, record.channel)
    before = walk.newest[line].state if line in walk.newest else State.NONE
    if record.was != before or (record.was, record.state) not in STEPS:
        raise Bad(record.id, f"it goes from {record.was} to {record.state}, where the line stood at {before}")
    walk.newest[line] = record


def _check_payload(record: Stored, seal: Seal | None, texts: frozenset[str]) -> None:
    """The payload is the one that was committed to, says what the record says, and what it quotes is kept."""
    if seal is None:
        raise Bad(record.id, "the person's key is missing, though the payload is there")
    try:
        stored = seal.open(record.payload or b"", label=envelope.payload_label(record.id))
    except SealBroken as fault:
        raise Bad(record.id, "its payload was changed") from fault
    if not hmac.compare_digest(_commitment(record, stored, seal), record.commitment):
        raise Bad(record.id, "its payload is not the one that was committed to")
    said = json.loads(stored)
    if head_in(said) != json.loads(record.head):
        raise Bad(record.id, "its payload says otherwise than its head")
    if not {digest.decode() for digest in _quoted(stored)} <= texts:
        raise Bad(record.id, "a text that it quotes is not kept")


def _check_standings(records: list[Stored], walk: _Walk, states: dict[Any, Any]) -> None:
    """There is a state row for the newest record of each line, it says the same, and no other record has one."""
    for record in records:
        line = (record.person_id, record.purpose, record.channel)
        if walk.newest[line[1:]] is not record:
            continue
        state, record_id, since = states.pop(line, ("nothing", record.id, ""))
        expected = (record.state, record.id, json.loads(record.head)["at"])
        if (state, record_id, since) != expected:
            shown = state if record_id == record.id else "nothing"
            raise Bad(record.id, f"its state row says {shown} where the ledger says {record.state}")


def _leaf(record: Stored) -> bytes:
    return envelope.leaf_of(
        previous=record.previous_leaf, commitment=record.commitment, head=record.head, version=record.version
    )


def _commitment(record: Stored, payload: bytes, seal: Seal) -> bytes:
    opening = envelope.opening_of(record.id, seal=seal, version=record.version)
    return envelope.commitment_to(payload, head=record.head, opening=opening, version=record.version)


def _find_unreadable(db: Session) -> Finding:
    """The first record that cannot even be read, found one by one."""
    for record_id in _ids(db):
        mark = "?" if db.get_bind().dialect.name == "sqlite" else "%s"
        question = _RECORDS.format(*_WITH).format(f"r.id = {mark}")
        try:
            with db.begin_nested():
                (row,) = _fetch(db, question, (record_id,))
            json.loads(row[8])["at"]
        except UNREADABLE:
            return Finding(record_id, "it cannot be read as a record")
    return Finding("unknown", "something beside the records cannot be read")


def _ids(db: Session) -> Iterator[str]:
    yield from [row[0] for row in _ask(db, "SELECT id FROM consent_records WHERE {} ORDER BY id", "", ("", ""))]
