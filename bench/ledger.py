"""How long it takes to prove the ledger: seconds of a core for a million records, reading them not counted.

The limit of the issue is for the records: chains, states, checkpoints. To open their payloads as well, 2.6 kB each,
is what `consent verify` does unless told otherwise; decryption and two HMACs a payload already take several times the
limit, so that is measured beside those calls alone.
"""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert

from bench.consent import make_sign_up
from bench.figure import Figure
from bench.stores import Store, stores
from portal.people.accounts.models import Person, PersonKey
from portal.people.accounts.persons import open_seal
from portal.people.consent import envelope
from portal.people.consent.checkpoints import make_checkpoint
from portal.people.consent.ledger import Chain, Standing, Step
from portal.people.consent.models import ConsentPayload, ConsentRecord, ConsentState
from portal.people.consent.record import Act
from portal.people.consent.states import State
from portal.people.consent.tree import root_of
from portal.people.consent.verify import A_RANGE
from portal.people.consent.verify_checkpoints import Leaves, check_checkpoints
from portal.people.consent.verify_people import Part, Stored, check_rows, ranges, read_rows
from portal.people.database import Database
from portal.people.keyring import Seal, new_secret, open_keyring
from portal.people.settings import load_settings
from portal.shared import ids
from tests.support import engines

PEOPLE = 5_000  # four records each
NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
LIMIT = 2.0  # seconds of a core for a million records
STEPS = (State.REQUESTED, State.CONFIRMED)


def figures() -> Iterator[Figure]:
    """Each engine, with the payloads left sealed and opened."""
    for store in stores():
        with TemporaryDirectory() as folder:
            yield from _proving(store, Path(folder))


def _proving(store: Store, folder: Path) -> Iterator[Figure]:
    settings = load_settings({"DATA": str(folder)} | store.engine.migrated("people", folder))
    with closing(Database(settings.database_url)) as database:
        with database.transaction() as db:
            keyring = open_keyring(db, secret_keys=("k" * 40,), now=NOW)
        _fill(database, keyring)
        for is_deep in (False, True):
            checking, reading = min(_time(database, keyring, is_deep=is_deep) for _ in range(3))
            what = f"{store.name} ({1e6 / (checking + reading):,.0f} a second with {reading:.1f} s to read)"
            if is_deep:
                yield Figure(
                    name=f"Verify a million records and open their payloads, {what}",
                    value=checking,
                    peer=_time_alone(database, keyring),
                    against="decryption and HMACs alone",
                    unit="s",
                    goal=2.0,
                )
            else:
                yield Figure(
                    name=f"Verify a million records, {what}",
                    value=checking,
                    peer=LIMIT,
                    against="the limit, of a core",
                    unit="s",
                    goal=1.0,
                )


def _time_alone(database: Database, keyring: Seal) -> float:
    """Seconds of a core to decrypt the payloads of a million records and to bind each to its record, nothing else."""
    with database.reading() as db:
        rows = [read_rows(db, within, is_deep=True) for within in ranges(PEOPLE * 4 // A_RANGE)]
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        for part in rows:
            last, seal = "", keyring
            for record in map(Stored._make, part.records):
                if record.person_id != last:
                    last = record.person_id
                    seal = open_seal(part.keys[last], person_id=last, keyring=keyring)
                payload = seal.open(record.payload or b"", label=envelope.payload_label(record.id))
                opening = envelope.opening_of(record.id, seal=seal)
                envelope.commitment_to(payload, head=record.head, opening=opening)
        best = min(best, time.process_time() - began)
    return best * 1e6 / (PEOPLE * 4)


def _time(database: Database, keyring: Seal, *, is_deep: bool) -> tuple[float, float]:
    """Seconds of a core for checking and for reading a million records, as the command does both."""
    checking = reading = 0.0
    with database.reading() as db:
        began = time.process_time()
        counts = check_checkpoints(db, keyring=keyring)
        leaves = Leaves(counts[-1].size)
        checking += time.process_time() - began
        for within in ranges(max(1, PEOPLE * 4 // A_RANGE)):
            began = time.process_time()
            rows = read_rows(db, within, is_deep=is_deep)
            read = time.process_time()
            part: Part = check_rows(rows, keyring=keyring, texts=_TEXTS, is_deep=is_deep)
            leaves.add(part)
            checking += time.process_time() - read
            reading += read - began
            if part.bad or not part.records:
                raise RuntimeError(f"This ledger should be sound: {part.bad}")
        began = time.process_time()
        if leaves.first_missing() or any(root_of(leaves.of(count)) != count.root for count in counts):
            raise RuntimeError("A checkpoint does not hold that should.")
        checking += time.process_time() - began
    scale = 1e6 / (PEOPLE * 4)
    return checking * scale, reading * scale


_TEXTS: frozenset[str] = frozenset()


def _fill(database: Database, keyring: Seal) -> None:
    """People who asked for two things and confirmed both: real bytes, put in without guards, then counted."""
    global _TEXTS
    with engines.current().unguarded(database.writer.url.render_as_string(hide_password=False)) as connection:
        for _ in range(PEOPLE // 500):
            rows: dict[Any, list[dict[str, Any]]] = {
                table: [] for table in (Person, PersonKey, ConsentRecord, ConsentPayload, ConsentState)
            }
            for _ in range(500):
                _TEXTS |= _one_person(rows, keyring)
            for table, new in rows.items():
                connection.execute(insert(table), new)
        connection.exec_driver_sql("insert into uncounted_records select id from consent_records")
    while True:
        with database.transaction() as db:
            if make_checkpoint(db, keyring=keyring, now=NOW) is None:
                return


def _one_person(rows: dict[Any, list[dict[str, Any]]], keyring: Seal) -> frozenset[str]:
    sign_up = make_sign_up(keyring)
    secret, person_id = new_secret(), ids.new_id()
    address = sign_up.asked.subject.address
    rows[Person].append({"id": person_id, "name": "Ada", "email": address, "created_at": NOW})
    rows[PersonKey].append(
        {"person_id": person_id, "sealed": keyring.close(secret, label=f"person_keys:sealed:{person_id}")}
    )
    chain = _Recorder(rows, person_id, Seal(secret))
    for days, state in enumerate(STEPS):
        act = Act(at=NOW + timedelta(days=days), key=ids.new_id(), peer="192.0.2.1", user_agent="bench", locale="en")
        chain.record([Step(line, state, content) for line, content in sign_up.asked.ticked.items()], act)
    shown = next(iter(sign_up.asked.ticked.values()))["shown"]
    return frozenset({shown["notice_sha256"], shown["form_sha256"]})


class _Recorder(Chain):
    """The ledger's own chain, whose rows are gathered to be put in by the thousand."""

    def __init__(self, rows: dict[Any, list[dict[str, Any]]], person_id: str, seal: Seal) -> None:
        super().__init__(
            None,  # type: ignore[arg-type]
            person_id=person_id,
            seal=seal,
            position=0,
            leaf=envelope.FIRST,
            standings=dict[tuple[str, str], Standing](),
        )
        self.rows = rows
        self.states: dict[Any, dict[str, Any]] = {}

    def record(self, steps: list[Step], act: Act) -> None:
        """Make the rows of these steps."""
        for step in steps:
            record, sealed = self._next(step, act, envelope.rfc3339(act.at))
            self.rows[ConsentRecord].append(record)
            self.rows[ConsentPayload].append({"record_id": record["id"], "sealed": sealed})
            state = self.states.get(step.line)
            if state is None:
                state = self.states[step.line] = {"person_id": self.person_id}
                self.rows[ConsentState].append(state)
            state |= {
                "purpose": step.line[0],
                "channel": step.line[1],
                "state": record["state"],
                "record_id": record["id"],
                "changed_at": act.at,
            }
