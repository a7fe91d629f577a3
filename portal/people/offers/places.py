"""The only place that counts and gives places; never one more than there are."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.people.offers.catalog import Offer, Round, offers
from portal.people.offers.models import Place, Signup
from portal.shared import ids

_TRIES = 20  # on PostgreSQL two people may reach for the same number; SQLite lets one write at a time


@dataclass(frozen=True, kw_only=True)
class Availability:
    """How an offer stands on a day: its round, what is taken of it, and whether one can sign up."""

    round: Round
    days_left: int
    taken: int
    left: int
    is_in_time: bool

    @property
    def is_open(self) -> bool:
        """Whether there is still something to take, and time to take it."""
        return self.is_in_time and self.left > 0


def availability(db: Session, *, offer: Offer, today: date) -> Availability:
    """How an offer stands today (UTC)."""
    current = offer.round_on(today)
    taken = _count_taken(db, offer.slug, current.key)
    return Availability(
        round=current,
        days_left=(current.closes_on - today).days,
        taken=taken,
        left=max(offer.places - taken, 0),
        is_in_time=current.is_open_on(today),
    )


def find_open_offer(db: Session, *, today: date) -> tuple[Offer, Availability] | None:
    """The first offer that can be taken today, or None."""
    for offer in offers().values():
        now = availability(db, offer=offer, today=today)
        if now.is_open:
            return offer, now
    return None


def find_place(db: Session, *, signup: Signup, person_id: str) -> Place | None:
    """The place that a person has in the round they signed up for, or None."""
    wished = (Place.offer == signup.offer, Place.round == signup.round)
    theirs = select(Place).where(*wished, Place.person_id == person_id)
    return db.scalars(theirs).one_or_none()


def take_place(db: Session, *, offer: Offer, signup: Signup, person_id: str, now: datetime) -> None:
    """Give the person the next free place, unless they have one or all are taken."""
    for _ in range(_TRIES):
        number = _count_taken(db, signup.offer, signup.round) + 1
        if number > offer.places or find_place(db, signup=signup, person_id=person_id) is not None:
            return
        row = {"offer": signup.offer, "round": signup.round, "number": number, "person_id": person_id}
        with suppress(IntegrityError), db.begin_nested():
            db.execute(insert(Place), [row | {"code": _new_code(offer), "taken_at": now}])


def _count_taken(db: Session, offer: str, round_key: str) -> int:
    taken = select(func.count()).where(Place.offer == offer, Place.round == round_key)
    return db.scalar(taken) or 0


def _new_code(offer: Offer) -> str:
    letters = ids.new_id().upper()
    return f"{offer.code}-{letters[:4]}-{letters[4:8]}"
