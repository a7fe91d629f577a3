"""The only place that mails a link to sign in: to whoever confirmed the address once, and to nobody else.

An address that we do not know gets no mail: a form that writes to strangers is a weapon. It costs the same work, and
the page that follows says the same.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.people.accounts.links import Purpose, make_link
from portal.people.accounts.persons import find_person_id
from portal.people.consent import opt_in, opt_out
from portal.people.consent.record import Act
from portal.people.consent.suppression import is_suppressed
from portal.people.keyring import Seal
from portal.people.messages import outbox, service
from portal.people.messages.addresses import address_hash
from portal.people.messages.channels import EMAIL
from portal.people.messages.service import Service
from portal.people.messages.way_out import WayOut, new_way_out
from portal.people.sessions import Account
from portal.shared import ids
from portal.shared.database import in_one_go

NOBODY = "nobody"  # in place of a person's id, in questions that find nothing


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A link and its mail, ready to be written."""

    address: str
    address_hash: str
    link_id: str
    link_token: str
    way_out: WayOut
    message: outbox.Waiting


def prepare(*, address: str, url: str, keyring: Seal, now: datetime) -> Ask:
    """Everything that the database is not asked for; the same work for every address."""
    link_id, link_token, way_out = ids.new_id(), ids.new_token(), new_way_out(url=url)
    hashed = address_hash(keyring, channel=EMAIL, address=address)
    mail = service.sign_in_link(
        to=address,
        link_url=f"{url}/sign-in/link/{link_token}",
        way_out=way_out,
        asked_at=now,
    )
    message = outbox.compose(
        mail, kind=Service.SIGN_IN, address_hash=hashed, cause_id=link_id, keyring=keyring, now=now
    )
    return Ask(
        address=address,
        address_hash=hashed,
        link_id=link_id,
        link_token=link_token,
        way_out=way_out,
        message=message,
    )


def write(db: Session, *, ask: Ask, keyring: Seal, act: Act) -> bool:
    """Write the link down, and put its mail into the outbox where somebody may have it; whether that is so.

    Where nobody may, the mail is written all the same and taken back: whoever has the address, the same statements run.
    """
    with in_one_go(db):
        person_id = find_person_id(db, email=ask.address) or NOBODY
        account = Account("person", person_id) if _may_have_it(db, person_id, ask, act.at) else None
        make_link(db, link_id=ask.link_id, token=ask.link_token, purpose=Purpose.SIGN_IN, account=account, now=act.at)
        with db.begin_nested() as trial:
            opt_out.make_way_out(
                db, way_out=ask.way_out, message=ask.message, person_id=person_id, keyring=keyring, act=act
            )
            outbox.put(db, ask.message)
            if account is None:
                trial.rollback()
    return account is not None


def _may_have_it(db: Session, person_id: str, ask: Ask, now: datetime) -> bool:
    """Who confirmed, and within the caps, which are those of strangers for whoever said no since."""
    confirmed_at = opt_in.last_confirmed_at(db, person_id=person_id)
    said_no = is_suppressed(db, address_hash=ask.address_hash, since=confirmed_at or now)
    may_write = service.may_write(
        db, kind=Service.SIGN_IN, address_hash=ask.address_hash, now=now, is_owner=not said_no
    )
    return confirmed_at is not None and may_write
