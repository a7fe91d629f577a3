"""The commands on the consent ledger and on what is past its time."""

from collections.abc import Iterator
from contextlib import contextmanager

from portal.people.consent.signing import rotate
from portal.people.consent.verify import Report, verify
from portal.people.database import Database
from portal.people.keyring import Seal, open_keyring
from portal.people.privacy.retention import keep_retention_rules
from portal.people.settings import load_settings
from portal.shared import clock


def verify_ledger() -> Report:
    """Recompute the consent ledger on a transaction that can only read."""
    with _opened() as (database, keyring), database.reading() as db:
        return verify(db, keyring=keyring)


def make_signing_key() -> str:
    """Make a new key, which signs from now on; its id."""
    with _opened() as (database, keyring), database.transaction() as db:
        return rotate(db, keyring=keyring, now=clock.now()).key_id


def keep_retention() -> dict[str, int]:
    """Apply the retention rules now; how much each of them did."""
    with _opened() as (database, keyring):
        return keep_retention_rules(database, keyring=keyring, now=clock.now())


@contextmanager
def _opened() -> Iterator[tuple[Database, Seal]]:
    settings = load_settings()
    database = Database(settings.database_url)
    try:
        with database.transaction() as db:
            keyring = open_keyring(db, secret_keys=settings.secret_keys, now=clock.now())
        yield database, keyring
    finally:
        database.close()
