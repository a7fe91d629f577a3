"""The only place that slows down who guesses a secret: a wait that grows with each wrong try, and never locks out.

A try is counted before the secret is looked at, so that a hundred at once are a hundred tries; a right one clears it.
"""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, delete, text
from sqlalchemy.orm import Session

from portal.people.accounts.models import WrongTries
from portal.shared.columns import Moment

FREE = 5
LONGEST_WAIT = timedelta(minutes=15)
FORGET_AFTER = timedelta(days=1)


class TooManyTries(Exception):
    """The next try has to wait for `seconds`, rounded up."""

    def __init__(self, wait: timedelta) -> None:
        self.seconds = int(wait.total_seconds()) + 1
        super().__init__(f"wait {self.seconds} s")


def count_try(db: Session, *, about: tuple[str, ...], now: datetime) -> None:
    """Count one try against each of these names, or raise TooManyTries where one of them must wait."""
    found = [_lock(db, name, now) for name in sorted(about)]  # in one order, so that no two wait for each other
    waits = [tries.not_before - now for tries in found if tries.not_before > now]
    if waits:
        raise TooManyTries(max(waits))
    for tries in found:
        tries.count = 1 if tries.last_at < now - FORGET_AFTER else tries.count + 1
        tries.not_before, tries.last_at = now + wait_after(tries.count), now
    db.flush()


def count_wrong(db: Session, *, about: str, now: datetime) -> None:
    """Count a wrong try where none ever has to wait."""
    tries = _lock(db, about, now)
    tries.count = 1 if tries.last_at < now - FORGET_AFTER else tries.count + 1
    tries.last_at = now
    db.flush()


def how_many_wrong(db: Session, *, about: str, now: datetime) -> int:
    """How many wrong tries there were, with never a day between two."""
    tries = db.get(WrongTries, about)
    return 0 if tries is None or tries.last_at < now - FORGET_AFTER else tries.count


def forget_tries(db: Session, *, about: tuple[str, ...]) -> None:
    """Somebody knew the secret: start again from nothing."""
    db.execute(delete(WrongTries).where(WrongTries.about.in_(about)))


def wait_after(count: int) -> timedelta:
    """How long the next try waits after so many wrong ones: nothing, then 1 s, 2 s, 4 s … 15 minutes."""
    if count < FREE:
        return timedelta()
    doublings = min(count - FREE, 10)
    return min(timedelta(seconds=1 << doublings), LONGEST_WAIT)


def clear_old_tries(db: Session, *, now: datetime) -> int:
    """Forget what nobody has tried for a day; how many names those were."""
    old = delete(WrongTries).where(WrongTries.last_at < now - FORGET_AFTER)
    return cast("CursorResult[Any]", db.execute(old)).rowcount


_ADD = text(
    "INSERT INTO wrong_tries (about, count, not_before, last_at) VALUES (:about, 0, :now, :now) "
    "ON CONFLICT (about) DO NOTHING"
).bindparams(bindparam("now", type_=Moment()))


def _lock(db: Session, about: str, now: datetime) -> WrongTries:
    db.connection().execute(_ADD, {"about": about, "now": now})
    return db.get_one(WrongTries, about, with_for_update=True)
