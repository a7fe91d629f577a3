"""Keys that sign for the house: made once, turned over, never slipped in."""

from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.exc import DBAPIError

from portal.people.consent.signing import Signer, find_unvouched, key_id_of, list_public_keys, open_signer, rotate
from portal.shared import clock
from tests.people.site import Site, run


def opened(site: Site) -> Signer:
    keyring = site.keyring
    with site.database.transaction() as db:
        return open_signer(db, keyring=keyring, now=clock.now())


def test_the_first_use_makes_a_key_and_the_next_reads_the_same(site: Site) -> None:
    first = opened(site)
    with site.database.reading() as db:
        again = open_signer(db, keyring=site.keyring, now=clock.now())
        assert list_public_keys(db) == {first.key_id: first.public_key}
    assert again.key_id == first.key_id == key_id_of(first.public_key)
    Ed25519PublicKey.from_public_bytes(first.public_key).verify(again.sign(b"a checkpoint"), b"a checkpoint")
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(first.public_key).verify(again.sign(b"a checkpoint"), b"another")


def test_a_new_key_signs_from_then_on_and_the_old_one_can_only_be_checked(site: Site) -> None:
    old, keyring = opened(site), site.keyring
    with site.database.transaction() as db:
        new = rotate(db, keyring=keyring, now=clock.now() + timedelta(seconds=1))
    assert opened(site).key_id == new.key_id != old.key_id
    with site.database.reading() as db:
        assert list(list_public_keys(db)) == [old.key_id, new.key_id]
        assert find_unvouched(db, keyring=keyring) is None
    assert site.rows("select key_id from signing_secrets") == [(new.key_id,)]


def test_a_key_that_somebody_slipped_in_is_found(site: Site) -> None:
    mine = opened(site)
    foreign = bytes(range(32))
    with site.raw() as connection:
        run(
            connection,
            "insert into signing_keys (id, public_key, voucher, made_at) "
            "select ?, ?, voucher, made_at from signing_keys where id = ?",
            *(key_id_of(foreign), foreign, mine.key_id),
        )
    with site.database.reading() as db:
        assert find_unvouched(db, keyring=site.keyring) == key_id_of(foreign)


@pytest.mark.parametrize("sql", ["update signing_keys set public_key = voucher", "delete from signing_keys"])
def test_a_public_key_is_never_changed_or_deleted(site: Site, sql: str) -> None:
    opened(site)
    with site.raw() as connection, pytest.raises(DBAPIError, match="append only"):
        run(connection, sql)
