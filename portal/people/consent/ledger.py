"""The only place that writes to the consent ledger: a chain per person, each record together with its state row."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, select, true
from sqlalchemy.orm import Session

from portal.people.accounts.models import PersonKey
from portal.people.accounts.persons import open_seal
from portal.people.consent import envelope
from portal.people.consent.models import ConsentPayload, ConsentRecord, ConsentState
from portal.people.consent.record import Act, Content, head, payload
from portal.people.consent.states import State
from portal.people.keyring import Seal
from portal.shared import ids
from portal.shared.batches import MEANT, NOT_MEANT, Batch, inserting, moving, put
from portal.shared.database import in_one_go

Line = tuple[str, str]  # purpose, channel
Row = dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """Where a person stands on one line, the record that says so, and what it holds, sealed; None where forgotten."""

    state: State
    record_id: str
    sealed: bytes | None = None


@dataclass(frozen=True)
class Step:
    """One change on one line; `content` is what the record repeats of the agreement, empty where nothing may remain."""

    line: Line
    state: State
    content: Content


class Chain:
    """One person's records, ready to be added to within one transaction."""

    def __init__(
        self, db: Session, *, person_id: str, seal: Seal, position: int, leaf: bytes, standings: dict[Line, Standing]
    ) -> None:
        self._db = db
        self.person_id = person_id
        self._seal = seal
        self._position = position
        self._leaf = leaf
        self._standings = standings
        self._stored = set(standings)

    def lines_in(self, *states: State) -> list[Line]:
        """The lines that stand at one of these states."""
        return [line for line, standing in self._standings.items() if standing.state in states]

    def standing(self, line: Line) -> Standing:
        """Where the person stands on a line; `none` where never asked."""
        return self._standings.get(line, Standing(State.NONE, ""))

    def content(self, line: Line) -> Content:
        """What was agreed on a line, as the newest record holds it."""
        standing = self._standings[line]
        if standing.sealed is None:
            return {}
        opened: Content = json.loads(self._seal.open(standing.sealed, label=envelope.payload_label(standing.record_id)))
        return {name: value for name, value in opened.items() if name not in ("header", "event")}

    def append(self, steps: Iterable[Step], *, act: Act, lines: int = 0) -> None:
        """Add a record for each step and bring the state rows to it.

        What is not an allowed step is refused by the database (IntegrityError). With `lines`, as much is sent as
        any steps on so many lines could need, two on each, whatever the steps are: nobody learns from the work where a
        person stands.
        """
        at = envelope.rfc3339(act.at)
        records, payloads = [], []
        for step in steps:
            record, sealed = self._next(step, act, at)
            records.append(record)
            payloads.append({"record_id": record["id"], "sealed": sealed})
        newest = {(record["purpose"], record["channel"]): record for record in records}
        with in_one_go(self._db):
            self._put(_ADD_RECORDS, records, _NO_RECORD, at_least=2 * lines)
            self._put(_ADD_PAYLOADS, payloads, _NO_PAYLOAD, at_least=2 * lines)
            self._write_states(newest, act, at_least=lines)

    def _next(self, step: Step, act: Act, at: str) -> tuple[dict[str, Any], bytes]:
        self._position += 1
        record_id = ids.new_id()
        said = head(
            person_id=self.person_id,
            position=self._position,
            record_id=record_id,
            line=step.line,
            was=self.standing(step.line).state.value,
            state=step.state.value,
            at=at,
        )
        in_clear = envelope.canonical(said)
        whole = envelope.canonical(payload(step.content, said=said, act=act))
        opening = envelope.opening_of(record_id, seal=self._seal)
        commitment = envelope.commitment_to(whole, head=in_clear, opening=opening)
        leaf = envelope.leaf_of(previous=self._leaf, commitment=commitment, head=in_clear)
        record = {
            "person_id": self.person_id,
            "position": self._position,
            "id": record_id,
            "version": envelope.VERSION,
            "purpose": said["purpose"],
            "channel": said["channel"],
            "was": said["was"],
            "state": said["state"],
            "head": in_clear,
            "commitment": commitment,
            "previous_leaf": self._leaf,
            "leaf": leaf,
        }
        self._leaf = leaf
        sealed = self._seal.close(whole, label=envelope.payload_label(record_id))
        self._standings[step.line] = Standing(step.state, record_id, sealed)
        return record, sealed

    def _write_states(self, newest: Mapping[Line, dict[str, Any]], act: Act, *, at_least: int) -> None:
        fresh, known = [], []
        for line, record in newest.items():
            values = {"state": record["state"], "record_id": record["id"], "changed_at": act.at}
            key = {"person_id": self.person_id, "purpose": line[0], "channel": line[1]}
            if line in self._stored:
                known.append({f"of_{name}": value for name, value in key.items()} | values)
            else:
                fresh.append(key | values)
        self._put(_MOVE_STATES, known, _NO_MOVE, at_least=at_least)
        self._put(_ADD_STATES, fresh, _NO_STATE, at_least=at_least)
        self._stored.update(newest)

    def _put(self, batch: Batch, rows: list[Row], nothing: Row, *, at_least: int) -> None:
        put(self._db, batch, [row | MEANT for row in rows] + [nothing] * (at_least - len(rows)))


_ADD_RECORDS = inserting(ConsentRecord)
_ADD_PAYLOADS = inserting(ConsentPayload)
_ADD_STATES = inserting(ConsentState)
# The same statements without an effect.
_NO_RECORD: Row = {
    **dict.fromkeys(("person_id", "id", "purpose", "channel", "was", "state"), ""),
    **dict.fromkeys(("head", "commitment", "previous_leaf", "leaf"), b""),
    **dict.fromkeys(("position", "version"), 0),
    **NOT_MEANT,
}
_NO_PAYLOAD: Row = {"record_id": "", "sealed": b""} | NOT_MEANT
_NOTHING_NEW: Row = {"state": "", "record_id": "", "changed_at": datetime(1970, 1, 1, tzinfo=UTC)} | NOT_MEANT
_NO_STATE: Row = dict.fromkeys(("person_id", "purpose", "channel"), "") | _NOTHING_NEW
_NO_MOVE: Row = dict.fromkeys(("of_person_id", "of_purpose", "of_channel"), "") | _NOTHING_NEW
_MOVE_STATES = moving(
    ConsentState, key=("person_id", "purpose", "channel"), values=("state", "record_id", "changed_at")
)
_LAST = (
    select(ConsentRecord.position, ConsentRecord.leaf)
    .where(ConsentRecord.person_id == bindparam("person_id"))
    .order_by(ConsentRecord.position.desc())
    .limit(1)
    .subquery("last")
)
_SAID = (
    *(ConsentState.purpose, ConsentState.channel, ConsentState.state, ConsentState.record_id),
    *(ConsentPayload.sealed, _LAST.c.position, _LAST.c.leaf),
)
_STANDINGS = (  # a person with a record has a standing; each row repeats their last record
    select(*_SAID)
    .select_from(ConsentState)
    .join(_LAST, true())
    .outerjoin(ConsentPayload, ConsentPayload.record_id == ConsentState.record_id)
    .where(ConsentState.person_id == bindparam("person_id"))
)
_KEY_AND_STANDINGS = (  # the same beside the person's key, which is there without a standing, too
    select(PersonKey.sealed.label("key"), *_SAID)
    .select_from(PersonKey)
    .outerjoin(ConsentState, ConsentState.person_id == PersonKey.person_id)
    .outerjoin(_LAST, true())
    .outerjoin(ConsentPayload, ConsentPayload.record_id == ConsentState.record_id)
    .where(PersonKey.person_id == bindparam("person_id"))
)


def begin_chain(db: Session, *, person_id: str, seal: Seal) -> Chain:
    """The chain of a person who was just made."""
    return Chain(db, person_id=person_id, seal=seal, position=0, leaf=envelope.FIRST, standings={})


def read_chain(db: Session, *, person_id: str, seal: Seal) -> Chain:
    """The chain of a person as it stands; whoever will add to it has locked the person."""
    return _chain(db, person_id, seal, db.connection().execute(_STANDINGS, {"person_id": person_id}).all())


def find_chain(db: Session, *, person_id: str, keyring: Seal) -> Chain | None:
    """The same of somebody whose Seal is read along, in one question; None where there is nobody, or no more."""
    rows = db.connection().execute(_KEY_AND_STANDINGS, {"person_id": person_id}).all()
    if not rows:
        return None
    seal = open_seal(rows[0].key, person_id=person_id, keyring=keyring)
    return _chain(db, person_id, seal, [row for row in rows if row.purpose is not None])


def _chain(db: Session, person_id: str, seal: Seal, rows: Sequence[Any]) -> Chain:
    position, leaf = (rows[0].position, rows[0].leaf) if rows else (0, envelope.FIRST)
    standings = {(row.purpose, row.channel): Standing(State(row.state), row.record_id, row.sealed) for row in rows}
    return Chain(db, person_id=person_id, seal=seal, position=position, leaf=leaf, standings=standings)
