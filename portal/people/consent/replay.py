"""The only place that tells a database every no that it does not know, from the journal that was kept beside it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people.accounts.models import Person
from portal.people.consent.choices import Kind, choose
from portal.people.consent.erasure import erase_person
from portal.people.consent.models import Choice, ConsentState, Suppression
from portal.people.consent.noes import CHOSE, ERASED, NO, moment_of, note_no
from portal.people.consent.opt_out import find_holder_id, stop
from portal.people.consent.record import Act
from portal.people.consent.restores import find_open, note_replay
from portal.people.consent.states import State
from portal.people.consent.suppression import EVERYTHING, Cause, suppress
from portal.people.database import Database
from portal.people.keyring import Seal
from portal.shared.backups.refusals import Refused

LOOKED_AT_ONCE = 500
SAID_AT_ONCE = 50  # a transaction holds up every other writer, so it stays short
LOOKS_BACK = timedelta(hours=2)  # further than a journal is ever behind, whatever the clock did

log = structlog.get_logger()

Line = Mapping[str, Any]


class NotThatJournal(Refused):
    """The journal is another one than the restored database had; the message says what to do."""


def find_unknown(database: Database, lines: Iterable[Line]) -> list[Line]:
    """The noes in `lines` that the database does not know: where there is one, it was put back from a copy."""
    unknown: list[Line] = []
    for many in _batches(lines, LOOKED_AT_ONCE):
        with database.reading() as db:
            unknown += _unknown(db, many)
    return unknown


def replay(database: Database, lines: Iterable[Line], *, keyring: Seal, now: datetime) -> int:
    """Say again every no in `lines` that the database does not know; how many those were.

    A no that somebody followed by a yes, which the database knows, is none any more.
    """
    count = 0
    for few in _batches(find_unknown(database, lines), SAID_AT_ONCE):
        with database.transaction() as db:
            still_unknown = _unknown(db, few)
            for line in still_unknown:
                _say(db, line, keyring=keyring, now=now)
        count += len(still_unknown)
    if count:
        log.warning("noes.replayed", count=count)
    return count


def replay_after_restore(
    database: Database,
    lines: Iterable[Line],
    *,
    journal_id: str,
    keyring: Seal,
    now: datetime,
    lost_because: str | None = None,
) -> int:
    """The same for a database that was restored, and let sending start.

    Raises NotThatJournal where the noes would be those of another installation; then sending stays held.
    `lost_because` are an operator's words for a journal that is lost for good.
    """
    with database.reading() as db:
        wanted = {restore.journal_id for restore in find_open(db)} - {""}
    if lost_because is None and not wanted <= {journal_id}:
        raise NotThatJournal(
            f"The restored database was written with the journal {', '.join(sorted(wanted))}; this one is "
            f"{journal_id or 'empty'}. Bring the folder that PEOPLE_OPT_OUTS_URL named there."
        )
    count = replay(database, lines, keyring=keyring, now=now)
    with database.transaction() as db:
        for restore in find_open(db):
            note_replay(db, restore=restore, noes=count, lost_because=lost_because, now=now)
    return count


def catch_up(database: Database, *, since: datetime) -> int:
    """Write to the journal what it lacks: a no whose line could not be written when it was said, on a full disk."""
    if database.journal is None:
        return 0
    looked_from = since - LOOKS_BACK
    kept = {
        _key(line)
        for line in database.journal.read(since=looked_from)
        if line["what"] == NO and moment_of(line) >= looked_from
    }
    with database.reading() as db:
        noes = list(db.scalars(select(Suppression).where(Suppression.since >= looked_from)))
    missing = [no for no in noes if (no.address_hash, no.purpose, no.since) not in kept]
    if missing:
        with database.transaction() as db:
            for no in missing:
                note_no(
                    db,
                    person_id=None,
                    address_hash=no.address_hash,
                    channel=no.channel,
                    purpose=no.purpose or None,
                    cause=no.cause,
                    at=no.since,
                )
    return len(missing)


def _batches(lines: Iterable[Line], most: int) -> Iterator[list[Line]]:
    rest = iter(lines)
    while batch := list(islice(rest, most)):
        yield batch


def _unknown(db: Session, batch: list[Line]) -> list[Line]:
    hashes = [line["address_hash"] for line in batch if line["what"] == NO]
    noes = {
        (no.address_hash, no.purpose, no.since)
        for no in db.scalars(select(Suppression).where(Suppression.address_hash.in_(hashes)))
    }
    people = [line["person_id"] for line in batch if line["what"] != NO]
    there = set(db.scalars(select(Person.id).where(Person.id.in_(people))))
    choices = {
        (choice.person_id, choice.kind, choice.made_at)
        for choice in db.scalars(select(Choice).where(Choice.person_id.in_(people)))
    }

    def is_known(line: Line) -> bool:
        if line["what"] == NO:
            return _key(line) in noes
        if line["what"] == ERASED:
            return line["person_id"] not in there
        return line["person_id"] not in there or (line["person_id"], line["kind"], moment_of(line)) in choices

    return [line for line in batch if not is_known(line)]


def _key(line: Line) -> tuple[str, str, datetime]:
    return line["address_hash"], line["purpose"] or EVERYTHING, moment_of(line)


def _say(db: Session, line: Line, *, keyring: Seal, now: datetime) -> None:
    act = Act(at=now, key=f"replay:{line['at']}", actor="restored from the journal")
    if line["what"] == CHOSE:
        _choose(db, line)
        return
    if line["what"] == ERASED:
        erase_person(db, person_id=line["person_id"], keyring=keyring, act=act)
        return
    no = {name: line[name] for name in ("person_id", "address_hash", "channel", "purpose")}
    cause = Cause(line["cause"])
    suppress(db, **no, cause=cause, now=moment_of(line))
    if not _was_followed_by_a_yes(db, line):
        stop(db, **no, cause=cause, keyring=keyring, act=act)


def _choose(db: Session, line: Line) -> None:
    act = Act(at=moment_of(line), key=f"replay:{line['at']}", actor="self")
    ends_at = datetime.fromisoformat(line["ends_at"]) if line["ends_at"] else None
    choose(db, person_id=line["person_id"], kind=Kind(line["kind"]), ends_at=ends_at, most=line["most"], act=act)


def _was_followed_by_a_yes(db: Session, line: Line) -> bool:
    """Whether the database knows of a yes on this line that came after the no, and so of the no, too."""
    who = {line["person_id"], find_holder_id(db, address_hash=line["address_hash"])} - {None}
    about = select(ConsentState.record_id).where(
        ConsentState.person_id.in_(who),
        ConsentState.channel == line["channel"],
        ConsentState.state == State.CONFIRMED,
        ConsentState.changed_at > moment_of(line),
    )
    if line["purpose"]:
        about = about.where(ConsentState.purpose == line["purpose"])
    return db.scalar(about.limit(1)) is not None
