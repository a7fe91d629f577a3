"""The only place that adds to a viewing what its browser reports, and that takes a viewing back."""

from datetime import datetime

from sqlalchemy import Row, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.people.attention.models import GroupedViewing, Viewing, ViewingGroup
from portal.people.attention.seconds import count, union
from portal.people.attention.tickets import Ticket

FASTEST = 2
"""Seconds of film in a second: the player's fastest speed, and more than that is not counted as watching."""

GRACE_SECONDS = 1  # a ticket's own moment is cut to the second


class NothingCovered(ValueError):
    """The report names no second at all."""


class TooMuch(ValueError):
    """More seconds than can have been played since the ticket was made."""


class Closed(Exception):
    """The viewing takes in nothing more: its time is over, or its viewer took it back."""


def note_covered(db: Session, *, ticket: Ticket, covered: bytes, now: datetime) -> None:
    """Add these seconds to the viewing; each counts once, however often it is reported.

    Raises NothingCovered, TooMuch, Closed.
    """
    if not count(covered):
        raise NothingCovered
    if now.date() >= ticket.closes_on:
        raise Closed
    _check_time(ticket, covered, now)
    before = _find(db, ticket)
    if before is None and _add(db, ticket, covered):
        return
    before = before or _find(db, ticket)  # of two first reports at once, the other came first
    if before is None or before.covered is None:
        raise Closed
    both = union(before.covered, covered)
    _check_time(ticket, both, now)
    if both != before.covered:
        db.connection().execute(_CHANGE, {"its": ticket.digest, "new": both})


def take_back(db: Session, *, ticket: Ticket, now: datetime) -> None:
    """Take the viewing out of everything that is counted, at once and for good; the same again changes nothing.

    If it is in a group by now, the whole group goes: what remained of it would be the sum of four, and the difference
    between before and after would be this one.
    """
    its_own = Viewing.digest == ticket.digest
    is_open = now.date() < ticket.closes_on
    db.execute(update(Viewing).where(its_own).values(covered=None) if is_open else delete(Viewing).where(its_own))
    group = select(GroupedViewing.group_id).where(GroupedViewing.digest == ticket.digest)
    db.execute(delete(ViewingGroup).where(ViewingGroup.id.in_(group)))


def _check_time(ticket: Ticket, covered: bytes, now: datetime) -> None:
    elapsed = (now - ticket.began_at).total_seconds() + GRACE_SECONDS
    if count(covered) > FASTEST * elapsed:
        raise TooMuch


def _find(db: Session, ticket: Ticket) -> Row[bytes | None] | None:
    return db.connection().execute(_FIND, {"its": ticket.digest}).first()


def _add(db: Session, ticket: Ticket, covered: bytes) -> bool:
    """Whether there was no such viewing before, and is now."""
    row = {
        "digest": ticket.digest,
        "film": ticket.film,
        "seconds": ticket.seconds,
        "covered": covered,
        "closes_on": ticket.closes_on,
    }
    inserting = _INSERT[db.get_bind().dialect.name]
    return db.connection().execute(inserting, row).rowcount == 1


# Built once: to build them costs more than to ask them.
_FIND = select(Viewing.covered).where(Viewing.digest == bindparam("its")).with_for_update()
_CHANGE = update(Viewing).where(Viewing.digest == bindparam("its")).values(covered=bindparam("new"))
_INSERT = {
    "sqlite": sqlite.insert(Viewing).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(Viewing).on_conflict_do_nothing(),
}
