"""The root key: sealed by the secret, alive after a rotation, and mute without it."""

import pytest
from sqlalchemy import delete

from portal.people.database import Database
from portal.people.keyring import KeyringLost, RootKey, Seal, SealBroken, find_keyring, new_secret, open_keyring
from portal.shared import clock
from tests.people.site import Site

OLD, NEW = "o" * 40, "n" * 40


@pytest.fixture
def database(site: Site) -> Database:
    """A people database as a migration finds it first: without a root key."""
    with site.database.transaction() as db:
        db.execute(delete(RootKey))
    return site.database


def test_a_new_secret_reseals_the_root_so_that_the_old_one_can_go(database: Database) -> None:
    before = open_with(database, OLD)
    sealed = before.close(b"evidence", label="table:column:1")
    assert open_with(database, NEW, OLD).open(sealed, label="table:column:1") == b"evidence"
    after = open_with(database, NEW)
    assert after.open(sealed, label="table:column:1") == b"evidence"
    assert after.mac(b"an address") == before.mac(b"an address")
    with pytest.raises(KeyringLost, match="the key that was in use before"):
        open_with(database, OLD)


def test_reading_it_makes_none_and_says_what_to_do(database: Database) -> None:
    with database.reading() as db, pytest.raises(KeyringLost, match="bin/portal migrate"):
        find_keyring(db, secret_keys=(OLD,))
    made = open_with(database, OLD)
    with database.reading() as db:
        assert find_keyring(db, secret_keys=(NEW, OLD)).mac(b"x") == made.mac(b"x")


def test_what_is_sealed_opens_nowhere_else_and_under_no_other_key() -> None:
    seal = Seal(new_secret())
    sealed = seal.close(b"evidence", label="table:column:1")
    for other, label in [(seal, "table:column:2"), (Seal(new_secret()), "table:column:1")]:
        with pytest.raises(SealBroken):
            other.open(sealed, label=label)


@pytest.mark.parametrize("broken", [b"", b"short", bytes(12), bytes(60)])
def test_what_was_never_sealed_does_not_open(broken: bytes) -> None:
    with pytest.raises(SealBroken):
        Seal(new_secret()).open(broken, label="table:column:1")


def test_the_database_alone_holds_no_key_that_opens_anything(database: Database) -> None:
    root = open_with(database, OLD)
    with database.reading() as db:
        stored = db.connection().exec_driver_sql("select sealed from root_key").scalar_one()
    guesses = [stored, stored[12:44], stored[:32]]
    assert root.mac(b"x") not in [Seal(guess).mac(b"x") for guess in guesses]


def open_with(database: Database, *secret_keys: str) -> Seal:
    with database.transaction() as db:
        return open_keyring(db, secret_keys=secret_keys, now=clock.now())
