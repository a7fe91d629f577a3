"""The only place that says what proving an address brings beside the agreements: a place, if one is free."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.people.consent.models import OptIn
from portal.people.consent.record import Act
from portal.people.forms import confirmation as proving
from portal.people.keyring import Seal
from portal.people.offers import places, wishes
from portal.people.offers.catalog import Offer
from portal.people.offers.models import Place


@dataclass(frozen=True, kw_only=True)
class Pending:
    """What a confirmation page shows: what is asked, and the offer that goes with it, if any."""

    asked: proving.Pending
    offer: Offer | None


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """What came of it: the place, or None where there was no offer or no place left."""

    proven: proving.Confirmed
    offer: Offer | None
    place: Place | None


def show(db: Session, *, token: str, keyring: Seal, secret_keys: tuple[str, ...], now: datetime) -> Pending:
    """What the link would confirm; raises NoSuchLink or LinkEnded."""
    asked = proving.show(db, token=token, keyring=keyring, secret_keys=secret_keys, now=now)
    return Pending(asked=asked, offer=wishes.find_wished(db, opt_in_id=asked.opt_in_id))


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
    )


def _take_place(db: Session, opt_in: OptIn, now: datetime) -> None:
    signup = wishes.find_signup(db, opt_in_id=opt_in.id)
    offer = wishes.find_wished(db, opt_in_id=opt_in.id)
    if signup is not None and offer is not None:
        places.take_place(db, offer=offer, signup=signup, person_id=opt_in.person_id, now=now)
