"""The only place that counts and gives places: never one more than there are, and to whom the offer is for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import bindparam, exists, func, insert, select, text
from sqlalchemy.orm import Session

from portal.people.offers.catalog import Offer, Round, find_offer, is_shown, list_offers, offer_from, rounds_on
from portal.people.offers.models import OfferPublication, Place, RefusedClaim, Signup
from portal.shared import ids


class Stand(StrEnum):
    """How an offer stands on a day."""

    OPEN = "open"
    FULL = "full"
    UPCOMING = "upcoming"
    ENDED = "ended"


class Refused(StrEnum):
    """Why somebody who confirmed got no place."""

    FULL = "full"
    NOT_NEW = "not-new"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Availability:
    """How an offer stands on a day: its round, what is taken of it, and whether one can sign up."""

    round: Round
    next_round: Round | None = None
    days_left: int
    taken: int
    left: int
    is_in_time: bool
    is_to_come: bool = False

    @property
    def is_open(self) -> bool:
        """Whether there is still something to take, and time to take it."""
        return self.is_in_time and self.left > 0

    @property
    def stand(self) -> Stand:
        """The same in one word."""
        if self.is_to_come:
            return Stand.UPCOMING
        if not self.is_in_time:
            return Stand.ENDED
        return Stand.OPEN if self.left else Stand.FULL


def availability(db: Session, *, offer: Offer, today: date) -> Availability:
    """How an offer stands today (UTC)."""
    return _available(offer, today, taken=_count_taken(db, offer.slug, offer.round_on(today).key))


def list_available(db: Session, *, today: date) -> list[tuple[Offer, Availability]]:
    """Every public offer and how it stands: what ends first comes first, and of those what has most left."""
    listed = [(offer, availability(db, offer=offer, today=today)) for offer in list_offers(db)]
    return sorted(listed, key=lambda one: (one[1].round.closes_on, -one[1].left, one[0].slug))


def find_standing(db: Session, slugs: Collection[str], *, today: date) -> dict[str, tuple[Offer, Availability]]:
    """How those of these offers stand that are public, by slug: one statement, and none where there are no `slugs`."""
    if not slugs:
        return {}
    of_today = (Place.offer.in_(slugs), Place.round.in_(rounds_on(today)))
    taken = select(Place.offer, Place.round, func.count().label("count")).where(*of_today)
    taken_by_round = taken.group_by(Place.offer, Place.round).subquery()
    public = select(OfferPublication.content, taken_by_round.c.round, taken_by_round.c.count)
    public = public.outerjoin(taken_by_round, taken_by_round.c.offer == OfferPublication.slug)
    found: dict[str, tuple[Offer, Availability]] = {}
    for content, key, count in db.execute(public.where(OfferPublication.slug.in_(slugs), is_shown())):
        offer = offer_from(content)
        if offer.slug not in found or key == offer.round_on(today).key:
            of_this_round = count if key == offer.round_on(today).key else 0
            found[offer.slug] = (offer, _available(offer, today, taken=of_this_round))
    return found


def find_open_offer(db: Session, *, today: date) -> tuple[Offer, Availability] | None:
    """The first offer that can be taken today, or None."""
    return next(((offer, now) for offer, now in list_available(db, today=today) if now.is_open), None)


def find_place(db: Session, *, signup: Signup, person_id: str) -> Place | None:
    """The place that a person has in the round they signed up for, or None."""
    wished = (Place.offer == signup.offer, Place.round == signup.round)
    theirs = select(Place).where(*wished, Place.person_id == person_id)
    return db.scalars(theirs).one_or_none()


def find_refusal(db: Session, *, signup: Signup) -> Refused | None:
    """Why the sign-up got no place, or None where it got one or is not confirmed."""
    refused = db.get(RefusedClaim, signup.opt_in_id)
    return None if refused is None else Refused(refused.why)


def claim_place(db: Session, *, signup: Signup, person_id: str, now: datetime) -> Refused | None:
    """Give the person the next free place, unless they have one; or write down why there is none for them."""
    _take_turns(db, signup)
    if find_place(db, signup=signup, person_id=person_id) is not None:
        return None
    offer = find_offer(db, signup.offer)
    refused = Refused.WITHDRAWN if offer is None else _refusal(db, offer, signup, person_id)
    if refused is not None:
        db.execute(insert(RefusedClaim), [{"opt_in_id": signup.opt_in_id, "why": refused.value, "refused_at": now}])
        return refused
    assert offer is not None  # noqa: S101  # for the type checker: else it is withdrawn
    give_place(db, offer=offer, round_key=signup.round, person_id=person_id, now=now)
    return None


def give_place(db: Session, *, offer: Offer, round_key: str, person_id: str, now: datetime) -> None:
    """Write down a place and its code; whoever calls has made sure that there is one."""
    last = select(func.max(Place.number)).where(Place.offer == offer.slug, Place.round == round_key)
    place = {
        "offer": offer.slug,
        "round": round_key,
        "number": (db.scalar(last) or 0) + 1,
        "person_id": person_id,
        "code": _new_code(db, offer),
        "taken_at": now,
    }
    db.execute(insert(Place), [place])


def _available(offer: Offer, today: date, *, taken: int) -> Availability:
    current = offer.round_on(today)
    return Availability(
        round=current,
        next_round=offer.round_after(current),
        days_left=(current.closes_on - today).days,
        taken=taken,
        left=max(offer.places - taken, 0),
        is_in_time=current.is_open_on(today),
        is_to_come=today < current.opens_on,
    )


def _take_turns(db: Session, signup: Signup) -> None:
    """One claim of a round at a time; SQLite lets one write at a time anyway."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(_LOCK, {"round": f"{signup.offer} {signup.round}"})


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:round, 0))").bindparams(bindparam("round"))


def _refusal(db: Session, offer: Offer, signup: Signup, person_id: str) -> Refused | None:
    had_one = exists().where(Place.person_id == person_id).select()
    if offer.is_for_new_people and db.scalar(had_one):
        return Refused.NOT_NEW
    if _count_taken(db, signup.offer, signup.round) >= offer.places:
        return Refused.FULL
    return None


def _count_taken(db: Session, offer: str, round_key: str) -> int:
    taken = select(func.count()).where(Place.offer == offer, Place.round == round_key)
    return db.scalar(taken) or 0


def _new_code(db: Session, offer: Offer) -> str:
    """A code that nobody has, of 40 random bits: guessing one at the desk is hopeless, and it is used once."""
    while True:
        letters = ids.new_id().upper()
        code = f"{offer.code[:6]}-{letters[:4]}-{letters[4:8]}"
        if db.scalar(select(Place.number).where(Place.code == code)) is None:
            return code
