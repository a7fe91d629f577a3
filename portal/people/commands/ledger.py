"""The commands on the consent ledger and on what is past its time."""

from collections.abc import Iterator
from contextlib import contextmanager

from portal.people.accounts.persons import find_person_id, get_seal
from portal.people.consent.counting import count_now
from portal.people.consent.places import Place, open_place
from portal.people.consent.proof import make_proof
from portal.people.consent.signing import open_signer, rotate
from portal.people.consent.verify import Report, verify
from portal.people.database import Database
from portal.people.keyring import Seal, open_keyring
from portal.people.messages.addresses import read_address
from portal.people.privacy.retention import keep_retention_rules
from portal.people.settings import load_settings
from portal.shared import clock


def verify_ledger() -> Report:
    """Recompute the consent ledger on a transaction that can only read."""
    with _opened() as (database, keyring), database.reading() as db:
        return verify(db, keyring=keyring)


class NobodyThere(LookupError):
    """Nobody of that address has a record."""


def prove(email: str) -> bytes:
    """A proof of everything that a person ever agreed to and took back, counted up to this moment.

    Raises NotAnAddress, NobodyThere.
    """
    address, now = read_address(email), clock.now()
    with _opened() as (database, keyring):
        count_now(database, keyring=keyring, place=_place(), now=now)
        with database.transaction() as db:  # where no key has signed yet, the first is made
            person_id = find_person_id(db, email=address)
            if person_id is None:
                raise NobodyThere(f"Nobody of {address} is in the ledger: never asked, or erased.")
            seal = get_seal(db, person_id=person_id, keyring=keyring)
            signer = open_signer(db, keyring=keyring, now=now)
            return make_proof(db, person_id=person_id, seal=seal, signer=signer, now=now)


def make_signing_key() -> str:
    """Make a new key, which signs from now on; its id."""
    with _opened() as (database, keyring), database.transaction() as db:
        return rotate(db, keyring=keyring, now=clock.now()).key_id


def keep_retention() -> dict[str, int]:
    """Apply the retention rules now; how much each of them did."""
    with _opened() as (database, keyring):
        return keep_retention_rules(database, keyring=keyring, now=clock.now())


def _place() -> Place:
    settings = load_settings()
    return open_place(settings.checkpoints_url, endpoint=settings.s3_endpoint_url)


@contextmanager
def _opened() -> Iterator[tuple[Database, Seal]]:
    settings = load_settings()
    database = Database(settings.database_url, journal=settings.opt_outs_folder)
    try:
        with database.transaction() as db:
            keyring = open_keyring(db, secret_keys=settings.secret_keys, now=clock.now())
        yield database, keyring
    finally:
        database.close()
