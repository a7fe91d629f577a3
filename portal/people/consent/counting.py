"""The only place that says when the ledger is counted: a thousand new records, or a minute, whichever comes first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from portal.people.consent.checkpoints import count_waiting, make_checkpoint, queue_what_was_passed_over
from portal.people.consent.places import Place, PlaceAway, export
from portal.people.database import Database
from portal.people.keyring import Seal

EVERY = timedelta(seconds=60)
ENOUGH = 1_000  # new records that are counted before the minute is over

log = structlog.get_logger()


@dataclass
class Counting:
    """The worker's turns at counting; begins with a look for records that the queue of the database has missed."""

    database: Database
    keyring: Seal
    place: Place
    due_at: datetime | None = None

    def take(self, now: datetime) -> int:
        """Make the checkpoints that are due and write out those that the place does not have; how many were made."""
        if self.due_at is None:
            with self.database.transaction() as db:
                queue_what_was_passed_over(db)
        is_due = self.due_at is None or now >= self.due_at
        with self.database.reading() as db:
            waiting = count_waiting(db, most=ENOUGH)
        if not is_due and waiting < ENOUGH:
            return 0
        self.due_at = now + EVERY
        return count_now(self.database, keyring=self.keyring, place=self.place, now=now)


def count_now(database: Database, *, keyring: Seal, place: Place, now: datetime) -> int:
    """Count everything that waits, then write out what the place does not have; a place that is away only waits."""
    made = 0
    while True:
        with database.transaction() as db:
            checkpoint = make_checkpoint(db, keyring=keyring, now=now)
        if checkpoint is None:
            break
        log.info("checkpoint.made", number=checkpoint.number, records=checkpoint.size)
        made += 1
    try:
        export(database, place, now=now)
    except PlaceAway as fault:
        log.warning("checkpoint.not_exported", error=str(fault)[:200])
    return made
