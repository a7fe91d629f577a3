"""The only place that takes in a code: each is good for once, and who of us took it in is written down."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.people.offers.catalog import find_offer_as_it_was
from portal.people.offers.models import Place, Redemption


class NoSuchCode(LookupError):
    """Nobody has this code; the message says what to look at."""


class UsedBefore(Exception):
    """The code was redeemed already."""

    def __init__(self, redemption: Redemption) -> None:
        at = f"{redemption.redeemed_at:%Y-%m-%d %H:%M} UTC"
        super().__init__(f"This code was used already, on {at}, taken in by {redemption.redeemed_by}.")
        self.redemption = redemption


@dataclass(frozen=True, kw_only=True)
class Redeemed:
    """What a code was good for."""

    offer: str
    name: str
    round: str
    number: int
    taken_at: datetime


def redeem(db: Session, *, code: str, by: str, now: datetime) -> Redeemed:
    """Take in a code, as somebody types it; raises NoSuchCode or UsedBefore."""
    place = db.scalars(select(Place).where(Place.code == _as_printed(code))).one_or_none()
    offer = None if place is None else find_offer_as_it_was(db, place.offer)
    if place is None or offer is None:
        raise NoSuchCode("Nobody has this code. Compare it letter by letter: there is no I, L, O or U in one.")
    if offer.shares_a_code:
        raise NoSuchCode(f"Everyone with a place in {offer.name} has the code {offer.code}, and it is never used up.")
    key = (place.offer, place.round, place.number)
    if (before := db.get(Redemption, key)) is not None:
        raise UsedBefore(before)
    redemption = Redemption(offer=place.offer, round=place.round, number=place.number, redeemed_at=now, redeemed_by=by)
    try:
        with db.begin_nested():
            db.add(redemption)
    except IntegrityError as fault:  # somebody else took it in at this very moment
        raise UsedBefore(db.get_one(Redemption, key)) from fault
    return Redeemed(offer=place.offer, name=offer.name, round=place.round, number=place.number, taken_at=place.taken_at)


def _as_printed(code: str) -> str:
    """`setup 1a2b 3c4d` and `SETUP-1A2B-3C4D` are the same; so are O and 0, I, L and 1, after the first part."""
    parts = re.split(r"[\s-]+", code.strip().upper())
    return "-".join([parts[0], *(part.translate(_MISREAD) for part in parts[1:])])


_MISREAD = str.maketrans("OIL", "011")
