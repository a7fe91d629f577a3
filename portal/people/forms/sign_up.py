"""The only place that signs someone up: everything is made ready first, then written in one short transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from portal.people.accounts.persons import AddressTaken, create_person, find_person_id, get_seal
from portal.people.consent import opt_in, opt_out
from portal.people.consent.ledger import Chain, begin_chain, read_chain
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
    counted in a row that has to reach the disk.
    """
    subject = sign_up.asked.subject
    found = find_person_id(db, email=subject.address)  # from here on ours alone, or two at once would both be the first
    if service.may_write(db, kind=Service.CONFIRM, address_hash=subject.address_hash, now=act.at):
        return _write(db, sign_up, found, keyring, act)
    with db.begin_nested() as trial:
        _write(db, sign_up, found, keyring, act)
        trial.rollback()
    db.execute(_COUNT_REPEAT, {"ends_at": act.at + timedelta(hours=1)})
    return False


_COUNT_REPEAT = text(
    "INSERT INTO limit_counters (key, hits, ends_at) VALUES ('sign-ups that left no trace', 1, :ends_at) "
    "ON CONFLICT (key) DO UPDATE SET hits = limit_counters.hits + 1, ends_at = :ends_at"
).bindparams(bindparam("ends_at", type_=Moment()))


def _write(db: Session, sign_up: SignUp, found: str | None, keyring: Seal, act: Act) -> bool:
    try:
        person_id, chain = _person(db, sign_up.asked, found, keyring, act)
    except AddressTaken:  # the same form sent twice at once, on a database with many writers
        return False
    opt_in.keep_texts(db, asked=sign_up.asked, act=act)
    with in_one_go(db):
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
            db,
            way_out=sign_up.way_out,
            message=sign_up.message,
            person_id=person_id,
            keyring=keyring,
            act=act,
        )
        outbox.put(db, sign_up.message)
    return True


def _person(db: Session, asked: Asked, found: str | None, keyring: Seal, act: Act) -> tuple[str, Chain]:
    """Whoever has the address, made where nobody has it yet, and their chain."""
    if found is None:
        made, seal = create_person(db, name=asked.name, email=asked.subject.address, keyring=keyring, now=act.at)
        return made, begin_chain(db, person_id=made, seal=seal)
    seal = get_seal(db, person_id=found, keyring=keyring)
    return found, read_chain(db, person_id=found, seal=seal)
