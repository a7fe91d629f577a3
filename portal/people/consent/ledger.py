"""The only place that writes to the consent ledger: a chain per person, each record together with its state row."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select, true, update
from sqlalchemy.orm import Session

from portal.people.consent import envelope
from portal.people.consent.models import ConsentPayload, ConsentRecord, ConsentState
from portal.people.consent.record import Act, Content, head, payload
from portal.people.consent.states import State
from portal.people.keyring import Seal
from portal.shared import ids
from portal.shared.database import in_one_go, put_all

Line = tuple[str, str]  # purpose, channel


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
        self._person_id = person_id
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

    def append(self, steps: Iterable[Step], *, act: Act) -> None:
        """Add a record for each step and bring the state rows to it.

        What is not an allowed step is refused by the database (IntegrityError).
        """
        at = envelope.rfc3339(act.at)
        records, payloads = [], []
        for step in steps:
            record, sealed = self._next(step, act, at)
            records.append(record)
            payloads.append({"record_id": record["id"], "sealed": sealed})
        if records:
            with in_one_go(self._db):
                put_all(self._db, _ADD_RECORDS, records)
                put_all(self._db, _ADD_PAYLOADS, payloads)
                self._write_states({(record["purpose"], record["channel"]): record for record in records}, act)

    def _next(self, step: Step, act: Act, at: str) -> tuple[dict[str, Any], bytes]:
        self._position += 1
        record_id = ids.new_id()
        said = head(
            person_id=self._person_id,
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
            "person_id": self._person_id,
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

    def _write_states(self, newest: Mapping[Line, dict[str, Any]], act: Act) -> None:
        fresh, known = [], []
        for line, record in newest.items():
            values = {"state": record["state"], "record_id": record["id"], "changed_at": act.at}
            key = {"person_id": self._person_id, "purpose": line[0], "channel": line[1]}
            if line in self._stored:
                known.append({f"of_{name}": value for name, value in key.items()} | values)
            else:
                fresh.append(key | values)
        if known:
            put_all(self._db, _MOVE_STATES, known)
        if fresh:
            put_all(self._db, _ADD_STATES, fresh)
        self._stored.update(newest)


_ADD_RECORDS = insert(ConsentRecord)
_ADD_PAYLOADS = insert(ConsentPayload)
_ADD_STATES = insert(ConsentState)
_MOVE_STATES = (
    update(ConsentState)
    .where(
        ConsentState.person_id == bindparam("of_person_id"),
        ConsentState.purpose == bindparam("of_purpose"),
        ConsentState.channel == bindparam("of_channel"),
    )
    .values(state=bindparam("state"), record_id=bindparam("record_id"), changed_at=bindparam("changed_at"))
)
_LAST = (
    select(ConsentRecord.position, ConsentRecord.leaf)
    .where(ConsentRecord.person_id == bindparam("person_id"))
    .order_by(ConsentRecord.position.desc())
    .limit(1)
    .subquery("last")
)
_STANDINGS = (  # a person with a record has a standing; each row repeats their last record
    select(
        *(ConsentState.purpose, ConsentState.channel, ConsentState.state, ConsentState.record_id),
        *(ConsentPayload.sealed, _LAST.c.position, _LAST.c.leaf),
    )
    .select_from(ConsentState)
    .join(_LAST, true())
    .outerjoin(ConsentPayload, ConsentPayload.record_id == ConsentState.record_id)
    .where(ConsentState.person_id == bindparam("person_id"))
)


def begin_chain(db: Session, *, person_id: str, seal: Seal) -> Chain:
    """The chain of a person who was just made."""
    return Chain(db, person_id=person_id, seal=seal, position=0, leaf=envelope.FIRST, standings={})


def read_chain(db: Session, *, person_id: str, seal: Seal) -> Chain:
    """The chain of a person as it stands; whoever will add to it has locked the person."""
    rows = db.connection().execute(_STANDINGS, {"person_id": person_id}).all()
    position, leaf = (rows[0].position, rows[0].leaf) if rows else (0, envelope.FIRST)
    standings = {(row.purpose, row.channel): Standing(State(row.state), row.record_id, row.sealed) for row in rows}
    return Chain(db, person_id=person_id, seal=seal, position=position, leaf=leaf, standings=standings)
