"""Checkpoints count every record once, are signed and chained, and lie outside the database too."""

import hashlib
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from portal.people.consent import places
from portal.people.consent.checkpoints import (
    Checkpoint,
    NotACheckpoint,
    make_checkpoint,
    queue_what_was_passed_over,
    read_body,
)
from portal.people.consent.counting import EVERY, Counting, count_now
from portal.people.consent.places import PlaceAway, open_place
from portal.people.consent.signing import list_public_keys
from portal.people.consent.tree import path_to, root_of
from portal.shared import clock
from tests.people.site import ADA, BEN, CLEO, Site, run


def folder_of(site: Site) -> Path:
    return Path(site.settings.checkpoints_url.removeprefix("file:"))


def count(site: Site) -> int:
    place = open_place(site.settings.checkpoints_url)
    return count_now(site.database, keyring=site.keyring, place=place, now=clock.now())


def checkpoints(site: Site) -> list[Checkpoint]:
    with site.database.reading() as db:
        return list(db.query(Checkpoint).order_by(Checkpoint.number))


def test_each_record_is_counted_once_and_the_counts_are_chained_and_signed(site: Site) -> None:
    site.agreed(ADA, "offers_email", "webinars_email")
    assert count(site) == 1
    assert count(site) == 0
    site.post(site.agreed(BEN, "offers_email").opt_out)
    assert count(site) == 1
    first, second = checkpoints(site)
    one, two = read_body(first.body), read_body(second.body)
    assert (one.number, one.size, one.new, one.previous) == (1, 4, 4, bytes(32))
    assert (two.number, two.size, two.new, two.previous) == (2, 7, 3, hashlib.sha256(first.body).digest())
    order = site.rows(
        "select leaf from consent_records r join counted_records c on c.record_id = r.id order by c.sequence"
    )
    leaves = [leaf for (leaf,) in order]
    assert len(set(leaves)) == 7
    assert (one.root, two.root) == (root_of(b"".join(leaves[:4])), root_of(b"".join(leaves[4:])))
    with site.database.reading() as db:
        keys = list_public_keys(db)
    for checkpoint, body in ((first, one), (second, two)):
        Ed25519PublicKey.from_public_bytes(keys[body.key]).verify(checkpoint.signature, checkpoint.body)


def test_a_record_that_is_committed_late_is_in_the_next_count(site: Site) -> None:
    """A transaction that began before a checkpoint and ends after it, on an engine with many writers."""
    if site.database.writer.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time, so no transaction can outlast another")
    site.agreed(ADA, "offers_email")
    (person_id,) = site.rows("select person_id from consent_records limit 1")[0]
    with site.raw() as late:
        run(
            late,
            "insert into consent_records select person_id, position + 1, 'late', version, purpose, channel, state, "
            "'withdrawn', head, commitment, leaf, ? from consent_records where person_id = ? and position = 2",
            *(b"l" * 32, person_id),
        )
        site.agreed(BEN, "offers_email")
        assert count(site) == 1
        assert read_body(checkpoints(site)[0].body).new == 4
    assert count(site) == 1
    assert site.rows("select sequence from counted_records where record_id = 'late'") == [(5,)]


def test_workers_that_count_at_once_count_nothing_twice(site: Site) -> None:
    for number in range(8):
        site.agreed(f"person{number}@people.customerhub.net", "offers_email")
    ready, keyring = Barrier(2), site.keyring

    def count_too() -> None:
        ready.wait()
        with site.database.transaction() as db:
            make_checkpoint(db, keyring=keyring, now=clock.now())

    workers = [Thread(target=count_too) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    count(site)
    assert [read_body(checkpoint.body).size for checkpoint in checkpoints(site)][-1] == 16
    assert site.count("uncounted_records") == 0


def test_what_the_queue_missed_is_queued_at_the_next_start(site: Site) -> None:
    site.agreed(ADA, "offers_email")
    with site.raw() as connection:
        run(connection, "delete from uncounted_records")
    assert count(site) == 0
    with site.database.transaction() as db:
        assert queue_what_was_passed_over(db) == 2
        assert queue_what_was_passed_over(db) == 0
    assert count(site) == 1


def test_the_worker_counts_at_its_start_then_every_minute(site: Site) -> None:
    site.agreed(ADA, "offers_email")
    counting = Counting(site.database, site.keyring, open_place(site.settings.checkpoints_url))
    start = clock.now()
    assert counting.take(start) == 1
    site.agreed(BEN, "offers_email")
    assert counting.take(start + EVERY - timedelta(seconds=1)) == 0
    assert counting.take(start + EVERY) == 1


def test_a_thousand_records_do_not_wait_for_the_minute(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.people.consent.counting.ENOUGH", 3)
    counting = Counting(site.database, site.keyring, open_place(site.settings.checkpoints_url))
    start = clock.now()
    counting.take(start)
    site.agreed(ADA, "offers_email")
    assert counting.take(start) == 0
    site.agreed(BEN, "offers_email")
    assert counting.take(start) == 1


@pytest.mark.every_version
@pytest.mark.parametrize(
    "sql",
    [
        "update checkpoints set size = 1",
        "delete from checkpoints",
        "insert into checkpoints select number + 2, size + 1, body, body, signature from checkpoints",
        "insert into checkpoints select number + 1, size, body, body, signature from checkpoints",
        "update counted_records set record_id = 'x'",
        "delete from counted_records",
        "insert into counted_records select sequence + 2, record_id from counted_records where sequence = 1",
        "insert into counted_records values (3, 'x')",
    ],
)
def test_the_database_itself_refuses_to_recount(site: Site, sql: str) -> None:
    site.agreed(ADA, "offers_email")
    count(site)
    before = site.dump()
    with site.raw() as connection, pytest.raises(DBAPIError, match="append only"):
        run(connection, sql)
    assert site.dump() == before


def test_a_checkpoint_lies_outside_the_database_whole_and_is_written_once(site: Site) -> None:
    site.agreed(ADA, "offers_email")
    count(site)
    (path,) = folder_of(site).iterdir()
    (checkpoint,) = checkpoints(site)
    assert places.parts_of(path.read_bytes()) == (checkpoint.body, checkpoint.signature)
    written = path.stat().st_mtime_ns
    count(site)
    assert [path] == list(folder_of(site).iterdir())
    assert path.stat().st_mtime_ns == written


def test_what_could_not_be_written_is_written_when_the_place_is_back(site: Site) -> None:
    folder = folder_of(site)
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("in the way")
    site.agreed(ADA, "offers_email")
    assert count(site) == 1
    assert site.count("checkpoint_exports") == 0
    folder.unlink()
    site.agreed(BEN, "offers_email")
    count(site)
    assert [path.name[:8] for path in sorted(folder.iterdir())] == ["00000001", "00000002"]


def test_a_file_that_is_there_is_never_overwritten(site: Site) -> None:
    place = open_place(site.settings.checkpoints_url)
    name = f"00000001-{'0' * 16}.txt"
    place.put(name, b"first")
    place.put(name, b"first")
    with pytest.raises(PlaceAway, match="not the checkpoint that belongs there"):
        place.put(name, b"second")
    assert list(place.read_all()) == [(name, b"first")]


def test_what_is_no_checkpoint_is_not_read_as_one(site: Site) -> None:
    site.agreed(CLEO, "offers_email")
    count(site)
    body = checkpoints(site)[0].body
    assert read_body(body).as_bytes() == body
    for wrong in (
        b"",
        b"\xff",
        body + b"x",
        body.replace(b"number 1", b"number 01"),
        body.replace(b"\nroot", b"\nroof"),
    ):
        with pytest.raises(NotACheckpoint):
            read_body(wrong)


@given(st.integers(1, 70), st.data())
def test_every_leaf_has_a_way_to_the_root_and_no_other_leaf_has_it(size: int, data: st.DataObject) -> None:
    leaves = [hashlib.sha256(bytes([number])).digest() for number in range(size)]
    index = data.draw(st.integers(0, size - 1))
    path, root = path_to(b"".join(leaves), index), root_of(b"".join(leaves))
    assert climbed(leaves[index], path) == root
    assert climbed(hashlib.sha256(b"another").digest(), path) != root


def test_the_tree_is_that_of_rfc_6962() -> None:
    """Split at the largest power of two below the number of leaves, by the definition's own recursion."""

    def defined(leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return leaves[0]
        half = 1 << (len(leaves) - 1).bit_length() - 1
        return hashlib.sha256(b"\x01" + defined(leaves[:half]) + defined(leaves[half:])).digest()

    for size in range(1, 40):
        leaves = [hashlib.sha256(bytes([number])).digest() for number in range(size)]
        assert root_of(b"".join(leaves)) == defined(leaves)


def climbed(leaf: bytes, path: list[tuple[str, bytes]]) -> bytes:
    for side, beside in path:
        leaf = hashlib.sha256(b"\x01" + (beside + leaf if side == "left" else leaf + beside)).digest()
    return leaf


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "checkpoints")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "checkpoints-secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
