"""The only place that remembers which offer a sign-up was for, until its address is proven."""

from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.people.offers.catalog import Offer, find_offer_as_it_was
from portal.people.offers.models import Signup


@dataclass(frozen=True, kw_only=True)
class OfferWish:
    """An offer that someone signs up for, in which of its rounds."""

    offer: str
    round_key: str

    def write(self, db: Session, *, opt_in_id: str) -> None:
        """Write it down with the sign-up, in the same transaction."""
        wish = {"opt_in_id": opt_in_id, "offer": self.offer, "round": self.round_key}
        db.connection().execute(_ADD, wish)


def find_signup(db: Session, *, opt_in_id: str) -> Signup | None:
    """The wish that was signed up with, or None."""
    return db.get(Signup, opt_in_id)


def find_wished(db: Session, *, opt_in_id: str) -> Offer | None:
    """The offer that was signed up for, public or not any more; None where there was none."""
    signup = find_signup(db, opt_in_id=opt_in_id)
    return None if signup is None else find_offer_as_it_was(db, signup.offer)


_ADD = insert(Signup)
