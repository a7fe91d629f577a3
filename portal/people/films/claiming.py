"""The only place that changes how a film stands: who makes it, how far that is, and how it ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, or_, select, update
from sqlalchemy.orm import Session

from portal.people.films.models import FilmState, Stand
from portal.shared.ids import new_id

LEASE = timedelta(seconds=30)
MOST_ATTEMPTS = 6


class LeaseLost(Exception):
    """Somebody else makes this film now, since nothing was heard of us for too long."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """That this process makes a film: nobody else does until the lease ends."""

    source: str
    path: str
    is_recipe: bool
    lease: str
    attempts: int


@dataclass(frozen=True, kw_only=True)
class End:
    """How the making of a film ended: ready, failed for good, or waiting again, where `is_counted` as a try."""

    state: Stand
    words: str = ""
    wait: timedelta = timedelta()
    is_counted: bool = True


def claim_next(db: Session, *, now: datetime) -> Claim | None:
    """Take the film that was asked for last of those that wait, or whose maker fell silent; None where none does."""
    found = db.scalars(
        select(FilmState)
        .where(_may_be_taken(now))
        .order_by(FilmState.asked_at.desc(), FilmState.source)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    return None if found is None else _claimed(db, found, now)


def claim(db: Session, source: str, *, now: datetime) -> Claim | None:
    """Take this film, where it waits; None where somebody makes it, or there is nothing to do."""
    asked = select(FilmState).where(FilmState.source == source, _may_be_taken(now))
    found = db.scalars(asked.with_for_update(skip_locked=True)).first()
    return None if found is None else _claimed(db, found, now)


def note_progress(db: Session, held: Claim, *, stage: str, percent: int, words: str, now: datetime) -> None:
    """Write down how far it is, which also keeps the lease. Raises LeaseLost."""
    _set(db, held, stage=stage, percent=percent, words=words, leased_until=now + LEASE)


def note_facts(db: Session, held: Claim, *, seconds: float, width: int, height: int) -> None:
    """Write down what it is made from; a length of 0, where it does not say that, changes none. Raises LeaseLost."""
    _set(db, held, width=width, height=height, **({"seconds": seconds} if seconds else {}))


def note_length(db: Session, held: Claim, *, seconds: float) -> None:
    """Write down how long its first size is, where what it is made from does not say. Raises LeaseLost."""
    _set(db, held, seconds=case((FilmState.seconds > 0, FilmState.seconds), else_=seconds))


def note_step(db: Session, held: Claim) -> None:
    """Let nobody else take the film before this transaction ends, in which it comes further. Raises LeaseLost."""
    _set(db, held, attempts=1)


def settle(db: Session, held: Claim, end: End, *, now: datetime) -> None:
    """Write down how the making ended, and let go of the film. Raises LeaseLost."""
    values: dict[str, object] = {"state": end.state.value, "stage": "", "words": end.words}
    if end.state is Stand.READY:
        values |= {"percent": 100, "made_at": now, "attempts": 0}
    if end.state is Stand.WAITING:
        values |= {"not_before": now + end.wait, "attempts": FilmState.attempts - (0 if end.is_counted else 1)}
    _set(db, held, lease=None, leased_until=None, **values)


def _may_be_taken(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(FilmState.state == Stand.WAITING, FilmState.not_before <= now),
        and_(FilmState.state == Stand.WORKING, FilmState.leased_until < now),
    )


def _claimed(db: Session, found: FilmState, now: datetime) -> Claim:
    lease = new_id()
    found.state, found.lease, found.leased_until = Stand.WORKING.value, lease, now + LEASE
    found.attempts += 1
    found.words = ""
    db.flush()
    return Claim(source=found.source, path=found.path, is_recipe=found.is_recipe, lease=lease, attempts=found.attempts)


def _set(db: Session, held: Claim, **values: object) -> None:
    ours = update(FilmState).where(FilmState.source == held.source, FilmState.lease == held.lease)
    if db.execute(ours.values(**values)).rowcount == 0:  # type: ignore[attr-defined]
        raise LeaseLost
