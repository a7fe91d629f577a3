"""The only door for an offer: it takes a permission, which only the ledger makes, and a mail to that very address."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.people.consent import opt_out
from portal.people.consent.permission import Permission
from portal.people.consent.record import Act
from portal.people.keyring import Seal
from portal.people.messages import outbox
from portal.people.messages.addresses import address_hash
from portal.people.messages.mail import Mail
from portal.people.messages.models import Offering


class OtherAddress(ValueError):
    """The mail goes to another address than the one that the permission is for."""


def dispatch(
    db: Session,
    *,
    permission: Permission,
    kind: Offering,
    mail: Mail,
    keyring: Seal,
    act: Act,
    not_before: datetime | None = None,
) -> str:
    """Put an offer into the outbox, to leave at `not_before` if we still may then, and open the way out it prints.

    Gives its id; raises OtherAddress.
    """
    if type(permission) is not Permission:
        raise TypeError("An offer leaves by a permission, and nothing else is one.")
    if address_hash(keyring, channel=permission.channel, address=mail.to) != permission.address_hash:
        raise OtherAddress(kind)
    message = outbox.compose_offer(
        mail, kind=kind, backing=permission, keyring=keyring, now=act.at, not_before=not_before
    )
    opt_out.make_way_out(
        db, way_out=mail.way_out, message=message, person_id=permission.person_id, keyring=keyring, act=act
    )
    outbox.put(db, message)
    return str(message["id"])
