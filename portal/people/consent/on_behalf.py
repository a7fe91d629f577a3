"""The only place where staff say no for a person who asked us to, by phone, say; nobody says yes for another."""

from enum import StrEnum

from sqlalchemy.orm import Session

from portal.people.consent.opt_out import stop_address
from portal.people.consent.record import Act
from portal.people.consent.suppression import Cause
from portal.people.keyring import Seal
from portal.people.messages.addresses import address_hash
from portal.people.messages.channels import CHANNELS


class How(StrEnum):
    """How the person asked for it; what they said is written down nowhere."""

    MAIL = "mail"
    PHONE = "phone"
    LETTER = "letter"
    IN_PERSON = "in person"


def withdraw_for(db: Session, *, address: str, purpose: str | None, how: How, by: str, keyring: Seal, act: Act) -> str:
    """End everything, or one purpose, at an address on every channel, known or not; the hash that the log may name.

    `by` is whoever does it: an account, or the command line.
    """
    theirs = Act(at=act.at, key=act.key, actor=f"staff ({by})", means=f"staff, asked for by {how.value}")
    for channel in CHANNELS:
        stop_address(
            db, channel=channel, address=address, purpose=purpose, cause=Cause.STAFF, keyring=keyring, act=theirs
        )
    return address_hash(keyring, channel=CHANNELS[0], address=address)
