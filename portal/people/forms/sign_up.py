"""The only place that signs someone up: everything is made ready first, then written in one short transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Boolean, bindparam, text
from sqlalchemy.orm import Session

from portal.people.accounts.persons import give_key, take_address
from portal.people.consent import opt_in, opt_out
from portal.people.consent.ledger import Chain, begin_chain, find_chain
from portal.people.consent.notices import Purpose
from portal.people.consent.opt_in import Asked
from portal.people.consent.record import Act, Shown, Subject, agreed
from portal.people.forms.entries import Entry, write_entry
from portal.people.keyring import Seal
from portal.people.messages import outbox, service
from portal.people.messages.addresses import address_hash
from portal.people.messages.channels import EMAIL
from portal.people.messages.service import Service
from portal.people.messages.way_out import WayOut, new_way_out
from portal.shared import ids
from portal.shared.columns import Moment
from portal.shared.database import in_one_go


class Wish(Protocol):
    """What someone signs up for beyond the boxes, such as an offer, known to the feature that grants it."""

    def write(self, db: Session, *, opt_in_id: str) -> None:
        """Write it down with the sign-up, in the same transaction."""


@dataclass(frozen=True, kw_only=True)
class SignUp:
    """A sign-up ready to be written, its mail included."""

    opt_in_id: str
    at: datetime
    asked: Asked
    entry: Entry | None
    wish: Wish | None
    confirm_token: str
    way_out: WayOut
    message: outbox.Waiting


def prepare(
    *,
    name: str,
    typed: str,
    address: str,
    ticked: tuple[Purpose, ...],
    shown: Shown,
    entry: Entry | None = None,
    wish: Wish | None = None,
    url: str,
    keyring: Seal,
    now: datetime,
    request_id: str | None = None,
) -> SignUp:
    """Everything that a sign-up needs and that the database is not asked for; the same work for every address."""
    opt_in_id, confirm_token, way_out = ids.new_id(), ids.new_token(), new_way_out(url=url)
    hashed = address_hash(keyring, channel=EMAIL, address=address)
    subject = Subject(typed=typed, address=address, address_hash=hashed)
    boxes = {
        (purpose.id, purpose.channel): agreed(purpose=purpose, shown=shown, subject=subject, at=now)
        for purpose in ticked
    }
    mail = service.confirmation(
        to=address,
        confirm_url=f"{url}/confirm/{confirm_token}",
        way_out=way_out,
        asked_at=now,
    )
    message = outbox.compose(
        mail,
        kind=Service.CONFIRM,
        address_hash=hashed,
        cause_id=opt_in_id,
        keyring=keyring,
        now=now,
        request_id=request_id,
    )
    return SignUp(
        opt_in_id=opt_in_id,
        at=now,
        asked=Asked(name=name, subject=subject, shown=shown, ticked=boxes),
        entry=entry,
        wish=wish,
        confirm_token=confirm_token,
        way_out=way_out,
        message=message,
    )


def write(db: Session, *, sign_up: SignUp, keyring: Seal, act: Act) -> bool:
    """Write a sign-up with its records, its states, its way out and its mail; False where the address had its mail.

    Nothing is kept of what no mail will ask to confirm: a second sign-up on the same day leaves no trace. It is written
    all the same and taken back, or a quicker answer would tell who had signed up before; for the same reason it is
    counted in a row that has to reach the disk. Whoever has the address, the same statements run.
    """
    address_hash = sign_up.asked.subject.address_hash
    with in_one_go(db):
        with db.begin_nested() as trial:
            person_id, chain = _person(db, sign_up.asked, keyring, act)
            may_write = service.may_write(db, kind=Service.CONFIRM, address_hash=address_hash, now=act.at)
            _write(db, sign_up, person_id, chain, keyring, act)
            if not may_write:
                trial.rollback()
        db.connection().execute(_COUNT_REPEAT, {"ends_at": act.at + timedelta(hours=1), "is_repeat": not may_write})
    return may_write


_COUNT_REPEAT = text(
    "INSERT INTO limit_counters (key, hits, ends_at) SELECT 'sign-ups that left no trace', 1, :ends_at "
    "WHERE :is_repeat ON CONFLICT (key) DO UPDATE SET hits = limit_counters.hits + 1, ends_at = excluded.ends_at"
).bindparams(bindparam("ends_at", type_=Moment()), bindparam("is_repeat", type_=Boolean()))


def _person(db: Session, asked: Asked, keyring: Seal, act: Act) -> tuple[str, Chain]:
    """Whoever has the address, made where nobody has it yet, and their chain; from here on ours alone."""
    person_id, is_new = take_address(db, name=asked.name, email=asked.subject.address, now=act.at)
    found = find_chain(db, person_id=person_id, keyring=keyring)
    seal = give_key(db, person_id=person_id, keyring=keyring, is_new=is_new)
    return person_id, found or begin_chain(db, person_id=person_id, seal=seal)


def _write(db: Session, sign_up: SignUp, person_id: str, chain: Chain, keyring: Seal, act: Act) -> None:
    opt_in.keep_texts(db, asked=sign_up.asked, act=act)
    opt_in.ask(
        db,
        opt_in_id=sign_up.opt_in_id,
        person_id=person_id,
        chain=chain,
        asked=sign_up.asked,
        token=sign_up.confirm_token,
        act=act,
    )
    if sign_up.entry is not None:
        write_entry(db, sign_up.entry, opt_in_id=sign_up.opt_in_id)
    if sign_up.wish is not None:
        sign_up.wish.write(db, opt_in_id=sign_up.opt_in_id)
    opt_out.make_way_out(
        db, way_out=sign_up.way_out, message=sign_up.message, person_id=person_id, keyring=keyring, act=act
    )
    outbox.put(db, sign_up.message)
