"""Verifying the ledger: sound where nothing was touched, and otherwise the record is named."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from portal.people.accounts.persons import get_seal
from portal.people.commands.ledger import verify_ledger
from portal.people.consent import envelope
from portal.people.consent.checkpoints import Body
from portal.people.consent.counting import count_now
from portal.people.consent.envelope import canonical, leaf_of, payload_label
from portal.people.consent.places import open_place
from portal.people.consent.restores import note_restore
from portal.people.consent.signing import open_signer
from portal.people.consent.verify import verify
from portal.people.privacy.retention import keep_retention_rules
from portal.shared import clock
from tests.people.site import ADA, BEN, CLEO, Site, at, run

START = at("2026-03-01T09:00:00+00:00")


@pytest.fixture
def kept(site: Site) -> Site:
    """Ada agreed, Ben withdrew, Cleo never answered and was erased."""
    with time_machine.travel(START, tick=False):
        site.agreed(ADA, "offers_email", "webinars_email")
        mail = site.agreed(BEN, "offers_email")
        site.asked(CLEO, "offers_email", "webinars_email")
    with time_machine.travel(START + timedelta(days=1), tick=False):
        site.post(mail.opt_out)
    with time_machine.travel(START + timedelta(days=8), tick=False):
        keep_retention_rules(site.database, keyring=site.keyring, now=clock.now())
    return site


def test_an_untouched_ledger_is_sound_and_says_what_it_cannot_see(kept: Site) -> None:
    report = kept.verify()
    assert report.is_sound
    assert (report.people, report.records, report.erased_payloads) == (3, 13, 6)
    assert report.notices == 2
    assert "a whole person's" in report.as_words()
    assert json.loads(json.dumps(report.as_dict()))["first_bad"] is None


def test_an_empty_ledger_is_sound(site: Site) -> None:
    assert site.verify().as_dict()["records"] == 0


@pytest.mark.parametrize("column", ["head", "commitment", "previous_leaf", "leaf"])
def test_one_byte_flipped_in_a_record_is_found_and_named(kept: Site, column: str) -> None:
    rows = kept.rows(f"select id, {column} from consent_records order by person_id, position")
    for number, (record_id, value) in enumerate(rows):
        place = (0, len(value) // 2, len(value) - 1)[number % 3]
        tamper(kept, f"update consent_records set {column} = ? where id = ?", flip(value, place), record_id)
        assert found(kept)[0] == record_id
        tamper(kept, f"update consent_records set {column} = ? where id = ?", value, record_id)
    assert kept.verify().is_sound


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("purpose", "webinar"),
        ("channel", "voice"),
        ("state", "confirmed"),
        ("was", "expired"),
        ("version", 1),
        ("version", 3),
        ("position", 7),
        ("head", b"not json"),
        ("head", "text"),
        ("purpose", b"\xff\xfe"),
        ("state", b"\xff"),
    ],
)
def test_a_changed_column_is_found_and_named(kept: Site, column: str, value: Any) -> None:
    (record_id,) = kept.rows("select record_id from consent_states where state = 'withdrawn'")[0]
    cast = "cast(? as text)" if isinstance(value, bytes) and column != "head" else "?"
    tamper(kept, f"update consent_records set {column} = {cast} where id = ?", value, record_id)
    assert found(kept)[0] == record_id


def test_a_changed_payload_or_key_is_found_and_named(kept: Site) -> None:
    for record_id, sealed in kept.rows("select record_id, sealed from consent_payloads"):
        tamper(kept, "update consent_payloads set sealed = ? where record_id = ?", flip(sealed, 20), record_id)
        assert found(kept) == (record_id, "its payload was changed")
        tamper(kept, "update consent_payloads set sealed = ? where record_id = ?", sealed, record_id)
    tamper(kept, "update person_keys set sealed = ?", bytes(60))
    assert found(kept)[1] == "the person's key was changed"
    tamper(kept, "delete from person_keys")
    assert found(kept)[1] == "the person's key is missing, though the payload is there"


def test_a_payload_sealed_anew_with_other_words_is_not_the_one_committed_to(kept: Site) -> None:
    """Not even by somebody who holds every key."""
    record_id, person_id, sealed = kept.rows(
        "select id, person_id, sealed from consent_payloads join consent_records on id = record_id "
        "where purpose = 'offers' limit 1"
    )[0]
    with kept.database.reading() as db:
        seal = get_seal(db, person_id=person_id, keyring=kept.keyring)
    label = payload_label(record_id)
    other = seal.close(seal.open(sealed, label=label).replace(b"goodies", b"phone calls"), label=label)
    tamper(kept, "update consent_payloads set sealed = ? where record_id = ?", other, record_id)
    assert found(kept) == (record_id, "its payload is not the one that was committed to")


def test_payloads_that_changed_places_are_found(kept: Site) -> None:
    (one, first), (other, second) = kept.rows("select record_id, sealed from consent_payloads limit 2")
    tamper(kept, "update consent_payloads set sealed = ? where record_id = ?", first, other)
    tamper(kept, "update consent_payloads set sealed = ? where record_id = ?", second, one)
    assert found(kept)[0] in (one, other)


def test_a_payload_that_nothing_erased_is_missed(kept: Site) -> None:
    (record_id,) = kept.rows("select record_id from consent_payloads limit 1")[0]
    tamper(kept, "delete from consent_payloads where record_id = ?", record_id)
    assert found(kept) == (record_id, "its payload is gone, and no later record says that it expired or was erased")


def test_a_record_taken_from_the_middle_is_missed(kept: Site) -> None:
    person_id, after = kept.rows("select person_id, id from consent_records where position = 3 limit 1")[0]
    tamper(kept, "delete from consent_records where position = 2 and person_id = ?", person_id)
    assert found(kept) == (after, "it is number 3, after number 1: a record is missing")


def test_a_record_rewritten_with_a_leaf_that_fits_it_no_longer_fits_the_next(kept: Site) -> None:
    """Ben's second record, made to say another moment by somebody who knows the format but holds no key."""
    (person_id,) = kept.rows("select person_id from consent_states where state = 'withdrawn'")[0]
    chain = kept.rows("select id, head, commitment, previous_leaf from consent_records where person_id = ?", person_id)
    record_id, head, commitment, previous = chain[1]
    rewritten = head.replace(b"2026-03-01", b"2026-02-01")
    leaf = leaf_of(previous=previous, commitment=commitment, head=rewritten)
    tamper(kept, "update consent_records set head = ?, leaf = ? where id = ?", rewritten, leaf, record_id)
    tamper(kept, "delete from consent_payloads where record_id = ?", record_id)
    assert found(kept) == (chain[2][0], "it does not follow the leaf of the record before it")


def test_a_newest_record_rewritten_with_a_leaf_that_fits_it_contradicts_its_payload(kept: Site) -> None:
    """Ada's yes, moved to another day by somebody who knows the format but holds no key."""
    record_id, head, commitment, previous = kept.rows(
        "select r.id, head, commitment, previous_leaf from consent_records r join consent_states on record_id = r.id "
        "where r.state = 'confirmed' order by r.position desc limit 1"
    )[0]
    rewritten = head.replace(b"2026-03-01", b"2026-02-01")
    leaf = leaf_of(previous=previous, commitment=commitment, head=rewritten)
    tamper(kept, "update consent_records set head = ?, leaf = ? where id = ?", rewritten, leaf, record_id)
    assert found(kept) == (record_id, "its payload is not the one that was committed to")


def test_a_changed_column_is_named_also_where_the_payload_was_erased(kept: Site) -> None:
    """The first of Cleo's records: without looking at its head, only the one after it would seem wrong."""
    (record_id,) = kept.rows(
        "select id from consent_records where position = 1 and person_id in "
        "(select person_id from consent_states where state = 'erased')"
    )[0]
    tamper(kept, "update consent_records set channel = 'fax' where id = ?", record_id)
    assert found(kept) == (record_id, "its columns say otherwise than its stored head")


def test_a_forged_record_that_fits_the_chain_but_skips_a_step_is_found(kept: Site) -> None:
    person_id, previous = kept.rows(
        "select person_id, leaf from consent_records where state = 'erased' order by position desc limit 1"
    )[0]
    said = {"at": "2026-03-09T09:00:00.000000Z", "channel": "fax", "person": person_id, "position": 7}
    said |= {"purpose": "offers", "record": "forged", "state": "erased", "was": "none"}
    head, commitment = canonical(said), bytes(32)
    leaf = leaf_of(previous=previous, commitment=commitment, head=head)
    tamper(
        kept,
        "insert into consent_records values (?, 7, 'forged', 2, 'offers', 'fax', 'none', 'erased', ?, ?, ?, ?)",
        *(person_id, head, commitment, previous, leaf),
    )
    assert found(kept) == ("forged", "it goes from none to erased, where the line stood at none")


def test_two_records_that_changed_places_are_found(kept: Site) -> None:
    for old, new in ((1, -1), (2, 1), (-1, 2)):
        tamper(kept, "update consent_records set position = ? where position = ?", new, old)
    assert not kept.verify().is_sound


def test_a_state_that_the_ledger_does_not_say_is_found(kept: Site) -> None:
    (record_id,) = kept.rows("select record_id from consent_states where state = 'withdrawn'")[0]
    tamper(kept, "update consent_states set state = 'confirmed' where record_id = ?", record_id)
    assert found(kept) == (record_id, "its state row says confirmed where the ledger says withdrawn")
    tamper(kept, "update consent_states set state = 'withdrawn' where record_id = ?", record_id)
    assert kept.verify().is_sound
    moved = "update consent_states set changed_at = '2030-01-01 00:00:00.000000' where record_id = ?"
    tamper(kept, moved, record_id)
    assert found(kept)[0] == record_id
    tamper(kept, "delete from consent_states")
    assert not kept.verify().is_sound


@pytest.mark.parametrize("column", ["purpose", "channel", "person_id"])
def test_a_state_moved_to_another_line_or_person_is_found(kept: Site, column: str) -> None:
    (record_id,) = kept.rows("select record_id from consent_states where state = 'withdrawn'")[0]
    tamper(kept, f"update consent_states set {column} = 'other' where record_id = ?", record_id)
    assert found(kept) == (record_id, "its state row says nothing where the ledger says withdrawn")


def test_a_state_without_any_record_is_found(kept: Site) -> None:
    tamper(kept, "insert into consent_states values ('x', 'offers', 'email', 'confirmed', 'y', '2030-01-01 00:00:00')")
    assert found(kept) == ("y", "a state row refers to a record that is not there")


def test_a_text_that_was_shown_and_changed_is_found_and_named(kept: Site) -> None:
    digest, content = kept.rows("select digest, content from notices limit 1")[0]
    tamper(kept, "update notices set content = ? where digest = ?", flip(content, 5), digest)
    assert found(kept)[0] == digest
    tamper(kept, "delete from notices where digest = ?", digest)
    assert found(kept)[1] == "a text that it quotes is not kept"


def test_what_it_cannot_see_is_what_it_says(kept: Site) -> None:
    """Ben's no, taken away together with its state before any checkpoint counted it."""
    take_away_bens_no(kept)
    report = kept.verify()
    assert report.is_sound
    assert report.newer == 12
    assert any("newer than the last checkpoint" in words for words in report.cannot_see)


def test_a_newest_record_that_was_counted_is_missed(kept: Site) -> None:
    count(kept)
    record_id = take_away_bens_no(kept)
    assert found(kept) == (record_id, "checkpoint 1 counts it, and it is gone")


def test_a_whole_person_who_was_counted_is_missed(kept: Site) -> None:
    count(kept)
    (person_id,) = kept.rows("select person_id from consent_states where state = 'withdrawn'")[0]
    theirs = kept.rows("select id from consent_records where person_id = ?", person_id)
    take_away_person(kept, person_id)
    record_id, what = found(kept)
    assert what == "checkpoint 1 counts it, and it is gone"
    assert (record_id,) in theirs


def test_a_person_taken_from_the_count_as_well_is_missed_by_the_root(kept: Site) -> None:
    count(kept)
    (person_id,) = kept.rows("select person_id from consent_states where state = 'withdrawn'")[0]
    ids = "select id from consent_records where person_id = ?"
    tamper(kept, f"delete from counted_records where record_id in ({ids})", person_id)
    take_away_person(kept, person_id)
    left = [row[0] for row in kept.rows("select sequence from counted_records order by sequence")]
    for new, old in enumerate(left, 1):
        tamper(kept, "update counted_records set sequence = ? where sequence = ?", new, old)
    assert found(kept)[0] in ("checkpoint 1", "checkpoint 2")


def test_a_count_that_was_put_into_another_order_is_found(kept: Site) -> None:
    count(kept)
    for old, new in ((1, 0), (2, 1), (0, 2)):
        tamper(kept, "update counted_records set sequence = ? where sequence = ?", new, old)
    assert found(kept) == ("checkpoint 1", "the records that it counts are not those that were signed")


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("update checkpoints set body = signature", "it is not what one of our keys has signed"),
        ("update checkpoints set signature = digest", "it is not what one of our keys has signed"),
        ("update checkpoints set size = 12", "it is not the one that was signed in its place"),
        ("update checkpoints set number = 2", "it is not the one that was signed in its place"),
        ("delete from checkpoints", "it is gone, though records are counted by it"),
        ("update signing_keys set voucher = public_key", "no holder of the root key has made it"),
    ],
)
def test_a_changed_checkpoint_or_key_is_found(kept: Site, sql: str, what: str) -> None:
    count(kept)
    assert kept.verify().is_sound
    tamper(kept, sql)
    assert found(kept)[1] == what


def test_a_checkpoint_that_does_not_follow_the_one_before_is_found(kept: Site) -> None:
    """Signed by us, but in the place of another: from a copy of the database that went its own way."""
    count(kept)
    keyring = kept.keyring
    with kept.database.reading() as db:
        signer = open_signer(db, keyring=keyring, now=clock.now())
    tamper(kept, "insert into counted_records values (14, 'x')")
    body = Body(number=2, previous=bytes(32), size=14, new=1, root=bytes(32), at="2026", key=signer.key_id).as_bytes()
    row = (hashlib.sha256(body).digest(), body, signer.sign(body))
    tamper(kept, "insert into checkpoints values (2, 14, ?, ?, ?)", *row)
    assert found(kept) == ("checkpoint 2", "it does not follow the checkpoint before it")


def test_a_database_that_was_set_back_is_found_by_the_copies_outside_it(kept: Site) -> None:
    """As if a copy from before the checkpoint had been put in its place: sound in itself, known only from outside."""
    count(kept)
    tamper(kept, "delete from checkpoint_exports")
    tamper(kept, "delete from checkpoints")
    tamper(kept, "delete from counted_records")
    tamper(kept, "insert into uncounted_records select id from consent_records")
    assert kept.verify().is_sound
    assert verified(kept)[0] == "checkpoint 1"
    assert "which the database has lost or never had" in verified(kept)[1]


def test_checkpoints_that_a_restore_gave_up_are_told_and_no_sign_of_tampering(kept: Site) -> None:
    count(kept)
    for table in ("checkpoint_exports", "checkpoints", "counted_records"):
        tamper(kept, f"delete from {table}")
    with kept.database.transaction() as db:
        note_restore(db, backup_made_at=clock.now() - timedelta(hours=1), journal_id="", now=clock.now())
    with kept.database.reading() as db:
        report = verify(db, keyring=kept.keyring, place=open_place(kept.settings.checkpoints_url))
    assert report.is_sound
    assert [count for _at, count in report.given_up] == [1]
    assert f"given up by the restore of {clock.now():%Y-%m-%d}" in report.as_words()
    assert "1 checkpoint outside the database" in report.as_words()
    tamper(kept, "update restores set restored_at = backup_made_at")
    assert verified(kept)[0] == "checkpoint 1"


def test_copies_that_were_changed_or_taken_away_are_found(kept: Site) -> None:
    count(kept)
    assert verified(kept) == ("", "")
    (path,) = Path(kept.settings.checkpoints_url.removeprefix("file:")).iterdir()
    content = path.read_bytes()
    path.write_bytes(flip(content, 40))
    assert verified(kept)[1].endswith("was changed")
    path.unlink()
    assert verified(kept)[1].endswith("and is gone from there")
    path.parent.rmdir()
    path.parent.write_text("in the way")
    assert verified(kept)[0] == "the place of checkpoints"


def test_with_payloads_sealed_everything_else_is_examined_and_the_report_says_so(kept: Site) -> None:
    tamper(kept, "update consent_payloads set sealed = ?", b"changed")
    with kept.database.reading() as db:
        report = verify(db, keyring=kept.keyring, is_deep=False)
    assert report.is_sound
    assert "they were left sealed" in report.as_words()
    tamper(kept, "update consent_records set state = 'requested' where state = 'withdrawn'")
    with kept.database.reading() as db:
        assert not verify(db, keyring=kept.keyring, is_deep=False).is_sound


def test_records_of_the_first_format_still_hold(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    write_as_in_the_first_format(monkeypatch)
    mail = site.agreed(ADA, "offers_email")
    monkeypatch.undo()
    site.post(mail.opt_out)
    assert site.rows("select version from consent_records order by position") == [(1,), (1,), (2,)]
    assert site.verify().is_sound
    (record_id, value) = site.rows("select id, commitment from consent_records where position = 1")[0]
    tamper(site, "update consent_records set commitment = ? where id = ?", flip(value, 1), record_id)
    assert found(site)[0] == record_id


def test_processes_side_by_side_find_the_same(kept: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in kept.environ.items():
        monkeypatch.setenv(name, value)
    count(kept)
    monkeypatch.setattr("portal.people.commands.ledger.ENOUGH_FOR_A_CORE", 1)
    monkeypatch.setattr("portal.people.consent.verify.A_RANGE", 1)
    report = verify_ledger()
    assert (report.is_sound, report.records, report.people, report.checkpoints) == (True, 13, 3, 1)
    (record_id, value) = kept.rows("select id, leaf from consent_records order by person_id desc, position limit 1")[0]
    tamper(kept, "update consent_records set leaf = ? where id = ?", flip(value, 1), record_id)
    report = verify_ledger()
    assert report.first_bad
    assert report.first_bad.id == record_id


def test_the_command_checks_the_same(kept: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in kept.environ.items():
        monkeypatch.setenv(name, value)
    assert verify_ledger().is_sound
    (record_id, value) = kept.rows("select id, leaf from consent_records order by person_id, position limit 1")[0]
    tamper(kept, "update consent_records set leaf = ? where id = ?", flip(value, 1), record_id)
    report = verify_ledger()
    assert not report.is_sound
    assert record_id in report.as_words()


def count(site: Site) -> None:
    place = open_place(site.settings.checkpoints_url)
    count_now(site.database, keyring=site.keyring, place=place, now=clock.now())


def verified(site: Site) -> tuple[str, str]:
    """What is found first with the copies outside the database before one's eyes."""
    with site.database.reading() as db:
        report = verify(db, keyring=site.keyring, place=open_place(site.settings.checkpoints_url))
    return (report.first_bad.id, report.first_bad.what) if report.first_bad else ("", "")


def take_away_bens_no(site: Site) -> str:
    """The newest record and its state, taken away together as if nothing had been; the record's id."""
    (record_id, person_id) = site.rows("select record_id, person_id from consent_states where state = 'withdrawn'")[0]
    tamper(site, "delete from consent_records where id = ?", record_id)
    tamper(site, "delete from consent_payloads where record_id = ?", record_id)
    before, head = site.rows(
        "select id, head from consent_records where person_id = ? order by position desc", person_id
    )[0]
    tamper(
        site,
        "update consent_states set record_id = ?, state = 'confirmed', changed_at = ? where record_id = ?",
        *(before, json.loads(head)["at"].replace("T", " ").rstrip("Z"), record_id),
    )
    return str(record_id)


def take_away_person(site: Site, person_id: str) -> None:
    """Everything that the ledger holds of one person."""
    tamper(site, "delete from consent_states where person_id = ?", person_id)
    ids = "select id from consent_records where person_id = ?"
    tamper(site, f"delete from consent_payloads where record_id in ({ids})", person_id)
    tamper(site, "delete from consent_records where person_id = ?", person_id)


def write_as_in_the_first_format(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is recorded until `undo` has the envelope of 0.3."""
    for function in (envelope.opening_of, envelope.commitment_to, envelope.leaf_of):
        monkeypatch.setattr(function, "__kwdefaults__", {"version": 1})
    monkeypatch.setattr(envelope, "VERSION", 1)


def found(site: Site) -> tuple[str, str]:
    finding = site.verify().first_bad
    assert finding is not None
    return finding.id, finding.what


def flip(value: bytes, place: int) -> bytes:
    return value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :]


def tamper(site: Site, sql: str, *values: Any) -> None:
    """Change what is stored as an attacker would who owns the database: without triggers, checks and foreign keys."""
    with site.unguarded() as connection:
        run(connection, sql, *values)
