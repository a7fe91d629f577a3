"""The only place that proves an address by the button on a confirmation page, and confirms what that page showed."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from itsdangerous import BadSignature
from sqlalchemy.orm import Session

from portal.people.accounts.models import Person
from portal.people.accounts.persons import get_seal, lock_person
from portal.people.consent import opt_in as opting_in
from portal.people.consent.ledger import Chain, read_chain
from portal.people.consent.models import OptIn
from portal.people.consent.opt_in import Agreement
from portal.people.consent.record import Act
from portal.people.consent.states import State
from portal.people.keyring import Seal
from portal.shared.keys import signer

_SALT = "confirmation page"


class NoSuchLink(LookupError):
    """No opt-in has this token: never had, or what it asked for was erased."""


class LinkEnded(Exception):
    """The link confirms nothing any more: it was used, cancelled or too old."""

    def __init__(self, how: str, at: datetime) -> None:
        super().__init__(how)
        self.how = how
        self.at = at


class PageIsStale(Exception):
    """What the page showed is not what pressing its button would confirm now."""


@dataclass(frozen=True, kw_only=True)
class Pending:
    """What a confirmation page shows, and the proof that it was shown."""

    opt_in_id: str
    email: str
    asked_at: datetime
    agreements: list[Agreement]
    nonce: str


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """What a used link confirmed, what of it still stands, and what was taken back; `was_ticked` with any box."""

    opt_in_id: str
    person_id: str
    email: str
    confirmed_at: datetime
    was_ticked: bool
    agreements: list[Agreement]
    taken_back: list[Agreement]


def show(db: Session, *, token: str, keyring: Seal, secret_keys: tuple[str, ...], now: datetime) -> Pending:
    """What the link would confirm; raises NoSuchLink or LinkEnded."""
    opt_in = _get_opt_in(db, token)
    _refuse_ended(db, opt_in, now)
    agreements = opting_in.agreements(db, opt_in_id=opt_in.id, chain=_chain(db, opt_in, keyring))
    return Pending(
        opt_in_id=opt_in.id,
        email=db.get_one(Person, opt_in.person_id).email,
        asked_at=opt_in.asked_at,
        agreements=agreements,
        nonce=signer(secret_keys, salt=_SALT).dumps([opt_in.token_digest, _digest(agreements)]),
    )


def confirm(
    db: Session, *, token: str, nonce: str, keyring: Seal, secret_keys: tuple[str, ...], act: Act
) -> OptIn | None:
    """Confirm, by the button of the page that `nonce` proves was shown; None where that was done before.

    Raises NoSuchLink, LinkEnded, or PageIsStale where the page is not the one that would be shown now.
    """
    opt_in = _get_opt_in(db, token)
    person = lock_person(db, person_id=opt_in.person_id)
    if person is None:
        raise NoSuchLink
    shown = _read_nonce(nonce, opt_in, secret_keys)
    if shown is not None and opting_in.is_confirmed(db, opt_in_id=opt_in.id):
        return None
    _refuse_ended(db, opt_in, act.at)
    chain = _chain(db, opt_in, keyring)
    if shown != _digest(opting_in.agreements(db, opt_in_id=opt_in.id, chain=chain)):
        raise PageIsStale
    opting_in.confirm(db, opt_in=opt_in, chain=chain, act=act)
    person.name = opt_in.name
    return opt_in


def show_confirmed(db: Session, *, token: str, keyring: Seal) -> Confirmed:
    """What a used link confirmed and what of it still stands; raises NoSuchLink where it confirmed nothing."""
    opt_in = _get_opt_in(db, token)
    outcome = opting_in.find_outcome(db, opt_in_id=opt_in.id)
    if outcome is None or outcome.outcome != "confirmed":
        raise NoSuchLink
    boxes = opting_in.boxes_by_state(db, opt_in_id=opt_in.id, chain=_chain(db, opt_in, keyring))
    return Confirmed(
        opt_in_id=opt_in.id,
        person_id=opt_in.person_id,
        email=db.get_one(Person, opt_in.person_id).email,
        confirmed_at=outcome.ended_at,
        was_ticked=bool(boxes),
        agreements=boxes.get(State.CONFIRMED, []),
        taken_back=boxes.get(State.WITHDRAWN, []),
    )


def _get_opt_in(db: Session, token: str) -> OptIn:
    opt_in = opting_in.find_opt_in(db, token=token)
    if opt_in is None:
        raise NoSuchLink
    return opt_in


def _refuse_ended(db: Session, opt_in: OptIn, now: datetime) -> None:
    outcome = opting_in.find_outcome(db, opt_in_id=opt_in.id)
    if outcome is not None:
        raise LinkEnded(outcome.outcome, outcome.ended_at)
    if opt_in.expires_at <= now:
        raise LinkEnded("expired", opt_in.expires_at)


def _chain(db: Session, opt_in: OptIn, keyring: Seal) -> Chain:
    seal = get_seal(db, person_id=opt_in.person_id, keyring=keyring)
    return read_chain(db, person_id=opt_in.person_id, seal=seal)


def _digest(agreements: list[Agreement]) -> str:
    shown = "\x00".join(f"{agreement.record_id}\x00{agreement.words}" for agreement in agreements)
    return hashlib.sha256(shown.encode()).hexdigest()


def _read_nonce(nonce: str, opt_in: OptIn, secret_keys: tuple[str, ...]) -> str | None:
    """The digest of what the page showed, or None where the nonce is not one of ours for this link."""
    try:
        token_digest, shown = signer(secret_keys, salt=_SALT).loads(nonce)
    except (BadSignature, ValueError):
        return None
    return str(shown) if token_digest == opt_in.token_digest else None
