"""What it costs to count a viewing honestly: a report, beside one bare durable update of the same row."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import bindparam, select, update

from bench.consent import new_database
from bench.figure import Figure, side_by_side
from bench.stores import Store, stores
from portal.people.attention.groups import GROUP
from portal.people.attention.models import Viewing, ViewingGroup
from portal.people.attention.seconds import bits_of, together
from portal.people.attention.strip import find_strip
from portal.people.attention.tickets import issue_ticket, read_ticket
from portal.people.attention.viewings import note_covered
from portal.people.database import Database

ROUNDS = 300
SECONDS = 3600
GROUPS = 1000  # five thousand viewings of an hour
KEYS = ("k" * 40,)
NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
FILM = "f" * 64


def figures() -> Iterator[Figure]:
    """On each engine: a report that adds a second to a viewing; and the strip of a film that many watched."""
    for store in stores():
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory()))
            database = new_database(store, folder, stack)
            yield _report_beside_an_update(store, database)
            yield _strip(store, database)


def _report_beside_an_update(store: Store, database: Database) -> Figure:
    ticket = issue_ticket(film=FILM, seconds=SECONDS, keys=KEYS, now=NOW)
    seconds, later = count(), NOW + timedelta(hours=1)

    def report() -> None:
        theirs = read_ticket(ticket, keys=KEYS)
        covered = bits_of([next(seconds) % SECONDS], seconds=SECONDS)
        with database.transaction() as db:
            note_covered(db, ticket=theirs, covered=covered, now=later)

    report()
    digest = read_ticket(ticket, keys=KEYS).digest
    changing = update(Viewing).where(Viewing.digest == bindparam("its")).values(covered=bindparam("new"))

    def bare_update() -> None:
        covered = bits_of([next(seconds) % SECONDS], seconds=SECONDS)
        with database.transaction() as db:
            db.connection().execute(changing, {"its": digest, "new": covered})

    value, peer = side_by_side(report, bare_update, rounds=ROUNDS)
    return Figure(
        name=f"A report of what was watched, {store.name}",
        value=value,
        peer=peer,
        against="one durable update of the same row",
        unit="µs",
        goal=2.0,
    )


def _strip(store: Store, database: Database) -> Figure:
    counts = together([bits_of(range(SECONDS), seconds=SECONDS)] * GROUP, seconds=SECONDS)
    with database.transaction() as db:
        db.add_all(ViewingGroup(film=FILM, counts=counts, formed_on=NOW.date(), is_sample=False) for _ in range(GROUPS))

    def read_strip() -> None:
        with database.reading() as db:
            strip = find_strip(db, film=FILM)
        if strip is None or strip.average != 1:
            raise RuntimeError("This strip is not what was watched, so its time says nothing.")

    def read_rows() -> None:
        with database.reading() as db:
            db.execute(select(ViewingGroup.counts, ViewingGroup.is_sample).where(ViewingGroup.film == FILM)).all()

    value, peer = side_by_side(read_strip, read_rows, rounds=20)
    return Figure(
        name=f"Strip of an hour and {GROUPS * GROUP:,} viewings, {store.name}",
        value=value / 1000,
        peer=peer / 1000,
        against="reading its groups alone",
        unit="ms",
        goal=3.0,
    )
