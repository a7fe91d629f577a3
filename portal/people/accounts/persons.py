"""The only place that makes, finds and forgets people and their keys."""

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, text
from sqlalchemy.orm import Session

from portal.people.accounts.links import Purpose, end_links
from portal.people.accounts.models import Person, PersonKey
from portal.people.accounts.passkeys import remove_passkeys
from portal.people.keyring import Seal, new_secret
from portal.people.sessions import Account, end_sessions
from portal.shared import ids
from portal.shared.batches import inserting, put
from portal.shared.columns import Moment
from portal.shared.database import UNREAD


class NoSuchPerson(LookupError):
    """There is no person of that id: never was, or erased."""


def find_person_id(db: Session, *, email: str) -> str | None:
    """The person of this normalised address, ours alone to change until the transaction ends."""
    found: str | None = db.connection().scalar(_OF_ADDRESS, {"email": email})
    return found


def lock_person(db: Session, *, person_id: str) -> Person | None:
    """The person of this id, ours alone to change until the transaction ends; None where erased."""
    return db.get(Person, person_id, with_for_update=True)


def lock_before_reading(db: Session, *, person_id: str) -> None:
    """The same for whoever reads more of the person next, and so finds out whether there is one."""
    db.connection().execute(_LOCK, {"person_id": person_id}, execution_options=UNREAD)


def take_address(db: Session, *, name: str, email: str, now: datetime) -> tuple[str, bool]:
    """The person of this normalised address, made where there is none, and whether they are new.

    They are ours alone until the transaction ends. One statement does it, whichever it is. Who is new needs a key
    (`give_key`) in the same transaction.
    """
    person_id = ids.new_id()
    person = {"id": person_id, "name": name, "email": email, "created_at": now}
    found = str(db.connection().scalar(_TAKE_ADDRESS, person))
    return found, found == person_id


def give_key(db: Session, *, person_id: str, keyring: Seal, is_new: bool = True) -> Seal:
    """The Seal under which a new person's evidence is kept; who `is_new` not has a key, and this one opens nothing."""
    secret = new_secret()
    key = {"person_id": person_id, "sealed": keyring.close(secret, label=_label(person_id))}
    put(db, _ADD_KEY, [key | {"is_meant": is_new}])
    return Seal(secret)


def renew_key(db: Session, *, person_id: str, keyring: Seal) -> None:
    """A new key for someone whose own is gone for good: nothing that it sealed opens again, and they can be erased."""
    db.execute(
        insert(PersonKey), [{"person_id": person_id, "sealed": keyring.close(new_secret(), label=_label(person_id))}]
    )


def get_seal(db: Session, *, person_id: str, keyring: Seal) -> Seal:
    """The Seal of a person; raises NoSuchPerson, or SealBroken where the key was tampered with."""
    sealed = db.scalar(select(PersonKey.sealed).where(PersonKey.person_id == person_id))
    if sealed is None:
        raise NoSuchPerson(person_id)
    return open_seal(sealed, person_id=person_id, keyring=keyring)


def open_seal(sealed: bytes, *, person_id: str, keyring: Seal) -> Seal:
    """The Seal in a row of `person_keys`; raises SealBroken."""
    return Seal(keyring.open(sealed, label=_label(person_id)))


def forget_person(db: Session, *, person_id: str, now: datetime) -> None:
    """Delete who a person is and shred their key; what refers to them must be gone before. They are signed out."""
    account = Account("person", person_id)
    end_sessions(db, account=account)
    remove_passkeys(db, account=account)
    end_links(db, account=account, purpose=Purpose.SIGN_IN, now=now)
    db.execute(delete(PersonKey).where(PersonKey.person_id == person_id))
    db.execute(delete(Person).where(Person.id == person_id))


# Built once: a sign-up's transaction is short, and building its statements would be the longest part of it.
_OF_ADDRESS = select(Person.id).where(Person.email == bindparam("email")).with_for_update()
_TAKE_ADDRESS = (  # of two at once, one waits here for the other
    text(
        "INSERT INTO people (id, name, email, created_at) VALUES (:id, :name, :email, :created_at) "
        "ON CONFLICT (email) DO UPDATE SET email = excluded.email RETURNING id"
    )
    .bindparams(bindparam("created_at", type_=Moment()))
    .columns(Person.id)
)
_ADD_KEY = inserting(PersonKey)
_LOCK = select(Person.id).where(Person.id == bindparam("person_id")).with_for_update()


def _label(person_id: str) -> str:
    return f"person_keys:sealed:{person_id}"
