"""The only place that adds a passkey to a prospect's account, and tells its owner by mail."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.people.accounts import audit, passkeys
from portal.people.accounts.audit import What
from portal.people.accounts.presence import Known
from portal.people.consent import opt_out
from portal.people.consent.record import Act
from portal.people.keyring import Seal
from portal.people.messages import outbox, service
from portal.people.messages.addresses import address_hash
from portal.people.messages.channels import EMAIL
from portal.people.messages.service import Service
from portal.people.messages.way_out import new_way_out
from portal.people.sessions import Account


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a browser made, the challenge that it answers, and how the passkey is to be called."""

    credential: str
    challenge: bytes
    name: str


def add(db: Session, *, person: Known, answer: Answer, url: str, keyring: Seal, act: Act, session: str | None) -> None:
    """Add the passkey, with its line in the audit log and its mail. Raises NotProven."""
    account = Account("person", person.id)
    passkey_id = passkeys.add_passkey(
        db,
        answer=answer.credential,
        challenge=answer.challenge,
        account=account,
        name=answer.name,
        url=url,
        now=act.at,
    )
    audit.note(db, What.PASSKEY_ADDED, by=account, about=passkey_id, session=session, now=act.at)
    tell(db, person=person, passkey_id=passkey_id, url=url, keyring=keyring, act=act)


def tell(db: Session, *, person: Known, passkey_id: str, url: str, keyring: Seal, act: Act) -> None:
    """Write to an account's owner that a passkey was added to it, unless they got enough of these."""
    hashed = address_hash(keyring, channel=EMAIL, address=person.email)
    kind = Service.PASSKEY_ADDED
    if not service.may_write(db, kind=kind, address_hash=hashed, now=act.at, is_owner=True):
        return
    way_out = new_way_out(url=url)
    mail = service.passkey_added(to=person.email, account_url=f"{url}/account", way_out=way_out, added_at=act.at)
    message = outbox.compose(mail, kind=kind, address_hash=hashed, cause_id=passkey_id, keyring=keyring, now=act.at)
    opt_out.make_way_out(db, way_out=way_out, message=message, person_id=person.id, keyring=keyring, act=act)
    outbox.put(db, message)
