"""The only place that says what proving an address brings beside the agreements: a place, if one is free."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.people.consent.models import OptIn
from portal.people.consent.record import Act
from portal.people.forms import confirmation as proving
from portal.people.keyring import Seal
from portal.people.offers import places, reminders, wishes
from portal.people.offers.catalog import Offer, find_offer_as_it_was
from portal.people.offers.models import Place
from portal.people.offers.places import Refused


@dataclass(frozen=True, kw_only=True)
class Promised:
    """One message about an offer on a day."""

    offer: Offer
    remind_on: date


@dataclass(frozen=True, kw_only=True)
class Pending:
    """What a confirmation page shows: what is asked, and the offer that goes with it, or a reminder of one, if any."""

    asked: proving.Pending
    offer: Offer | None
    reminder: Promised | None


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """What came of it: the place, or why there is none, or neither where it was for no offer."""

    proven: proving.Confirmed
    offer: Offer | None
    place: Place | None
    refused: Refused | None
    reminder: Promised | None

    @property
    def code(self) -> str:
        """What to show whoever keeps the offer's word: the place's own code, or the one that all share."""
        if self.place is None:
            return ""
        return self.offer.code if self.offer is not None and self.offer.shares_a_code else self.place.code


def show(db: Session, *, token: str, keyring: Seal, secret_keys: tuple[str, ...], now: datetime) -> Pending:
    """What the link would confirm; raises NoSuchLink or LinkEnded."""
    asked = proving.show(db, token=token, keyring=keyring, secret_keys=secret_keys, now=now)
    return Pending(
        asked=asked,
        offer=wishes.find_wished(db, opt_in_id=asked.opt_in_id),
        reminder=_promised(db, asked.opt_in_id),
    )


def confirm(db: Session, *, token: str, nonce: str, keyring: Seal, secret_keys: tuple[str, ...], act: Act) -> None:
    """Confirm, and take the place; again is no different. Raises NoSuchLink, LinkEnded or PageIsStale."""
    opt_in = proving.confirm(db, token=token, nonce=nonce, keyring=keyring, secret_keys=secret_keys, act=act)
    if opt_in is not None:
        _take_place(db, opt_in, act.at)


def show_confirmed(db: Session, *, token: str, keyring: Seal) -> Confirmed:
    """What a used link confirmed and what of it still stands; raises NoSuchLink where it confirmed nothing."""
    proven = proving.show_confirmed(db, token=token, keyring=keyring)
    signup = wishes.find_signup(db, opt_in_id=proven.opt_in_id)
    return Confirmed(
        proven=proven,
        offer=wishes.find_wished(db, opt_in_id=proven.opt_in_id),
        place=None if signup is None else places.find_place(db, signup=signup, person_id=proven.person_id),
        refused=None if signup is None else places.find_refusal(db, signup=signup),
        reminder=_promised(db, proven.opt_in_id),
    )


def _promised(db: Session, opt_in_id: str) -> Promised | None:
    wish = reminders.find_wish(db, opt_in_id=opt_in_id)
    offer = None if wish is None else find_offer_as_it_was(db, wish.offer)
    return None if wish is None or offer is None else Promised(offer=offer, remind_on=wish.remind_on)


def _take_place(db: Session, opt_in: OptIn, now: datetime) -> None:
    signup = wishes.find_signup(db, opt_in_id=opt_in.id)
    if signup is not None:
        places.claim_place(db, signup=signup, person_id=opt_in.person_id, now=now)
