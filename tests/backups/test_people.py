"""The people side backed up while it runs, and put back on an empty machine: nothing is missing, no no is forgotten."""

import json
import shutil
import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from portal.people import backup, worker
from portal.people.consent.erasure import erase_person
from portal.people.consent.record import Act
from portal.people.consent.replay import NotThatJournal
from portal.people.consent.restores import is_sending_held
from portal.people.films.asking import ask_for_film
from portal.people.films.making import FOLDER as FILMS
from portal.people.films.models import FilmState, Stand
from portal.people.films.originals import FOLDER as ORIGINALS
from portal.people.messages.channels.email import transport
from portal.shared import clock
from portal.shared.backups.refusals import NotABackup, NotEmpty
from portal.shared.environment import SettingsError
from tests.backups.conftest import Machine, Running
from tests.people.site import ADA, BEN, CLEO, Site, find_person_id
from tests.people.test_outbox import add_offer

NEW_TABLES = {"restores", "replays"}  # and what the machine itself counts


def test_everything_is_back_and_the_ledger_holds(old: Running, new: Machine, tmp_path: Path) -> None:
    old.site.agreed(ADA, "offers_email", "webinars_email")
    old.site.post(old.site.agreed(BEN, "offers_email").opt_out)
    before = tables(old.site)
    restored = new.restore(old.back_up(tmp_path / "copy"), opt_outs=old.journal)
    site = new.open()
    assert restored.noes == 0
    assert tables(site) == before
    assert site.verify().is_sound
    assert site.may_write_to(ADA, "offers")
    assert not site.may_write_to(BEN, "offers")


def test_a_video_comes_along_until_its_film_is_made(old: Running, new: Machine, tmp_path: Path) -> None:
    kept, now = old.data / "people" / FILMS / ORIGINALS, clock.now()
    kept.mkdir(parents=True)
    with old.site.database.transaction() as db:
        for source in ("a" * 64, "b" * 64):
            (kept / source).write_bytes(source.encode())
            ask_for_film(db, source=source, path=kept / source, is_recipe=False, now=now)
        db.get_one(FilmState, "b" * 64).state = Stand.READY.value
    (kept / ".draft-1").write_bytes(b"half")
    new.restore(old.back_up(tmp_path / "copy"), opt_outs=old.journal)
    there = new.data / "people" / FILMS / ORIGINALS
    assert [path.name for path in there.iterdir()] == ["a" * 64]
    assert (there / ("a" * 64)).read_bytes() == b"a" * 64


def test_who_opts_out_after_the_backup_is_not_written_to_after_the_restore(
    old: Running, new: Machine, tmp_path: Path
) -> None:
    ada, ben = old.site.agreed(ADA, "offers_email"), old.site.agreed(BEN, "offers_email")
    copy = old.back_up(tmp_path / "copy")
    assert old.site.post(ada.opt_out).status_code == 200
    restored = new.restore(copy, opt_outs=old.journal)
    site = new.open()
    assert restored.noes == 1
    assert not site.may_write_to(ADA, "offers")
    assert site.steps(ADA)[-1] == ("offers", "confirmed", "withdrawn")
    assert site.may_write_to(BEN, "offers")
    assert site.verify().is_sound
    assert site.post(ben.opt_out).status_code == 200


def test_nothing_is_sent_until_the_journal_is_there(old: Running, new: Machine, tmp_path: Path) -> None:
    ada = old.site.agreed(ADA, "offers_email")
    old.site.asked(BEN)  # whose mail waits
    copy = old.back_up(tmp_path / "copy")
    old.site.post(ada.opt_out)
    restored = new.restore(copy)
    assert restored.noes is None
    assert "no journal of noes" in restored.held_because
    site = new.open()
    assert held(site)
    assert deliver(site) == 0
    with pytest.raises(NotThatJournal):
        backup.replay_noes(tmp_path / "nowhere", lost_because=None)
    assert backup.replay_noes(old.journal, lost_because=None) == 1
    assert not held(site)
    assert deliver(site) > 0
    assert not site.may_write_to(ADA, "offers")
    assert backup.replay_noes(old.journal, lost_because=None) is None


def test_the_journal_of_another_installation_or_an_old_copy_of_it_lets_nothing_be_sent(
    old: Running, new: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old.site.post(old.site.agreed(BEN, "offers_email").opt_out)
    shutil.copytree(old.journal, tmp_path / "older")
    ada, cleo = old.site.agreed(ADA, "offers_email"), old.site.agreed(CLEO, "offers_email")
    old.site.post(cleo.opt_out)
    copy = old.back_up(tmp_path / "copy")
    old.site.post(ada.opt_out)
    other = tmp_path / "other"
    shutil.copytree(old.journal, other)
    (other / "journal.json").write_text(json.dumps({"id": "another"}))
    assert "older than the backup" in new.restore(copy, opt_outs=tmp_path / "older").held_because
    assert "another" in new.restore(copy, opt_outs=other, is_replacing=True).held_because
    assert held(new.open())


def test_where_the_journal_is_lost_somebody_has_to_say_so(old: Running, new: Machine, tmp_path: Path) -> None:
    old.site.agreed(ADA, "offers_email")
    restored = new.restore(old.back_up(tmp_path / "copy"), lost_because="The disk burnt. Otto")
    assert restored.noes == 0
    site = new.open()
    assert not held(site)
    assert site.rows("select lost_because from replays") == [("The disk burnt. Otto",)]


def test_a_no_that_was_followed_by_a_yes_before_the_backup_is_not_said_again(
    old: Running, new: Machine, tmp_path: Path
) -> None:
    with time_machine.travel(clock.now() - timedelta(days=3), tick=False) as now:
        old.site.post(old.site.agreed(ADA, "offers_email").opt_out)
        now.shift(timedelta(days=2))
        old.site.agreed(ADA, "offers_email")
    new.restore(old.back_up(tmp_path / "copy"), opt_outs=old.journal)
    assert new.open().may_write_to(ADA, "offers")


def test_who_was_erased_after_the_backup_is_erased_again(old: Running, new: Machine, tmp_path: Path) -> None:
    for email in (ADA, BEN):
        old.site.agreed(email, "offers_email", path="/sign-up")
    copy = old.back_up(tmp_path / "copy")
    erase(old.site, ADA)
    new.restore(copy, opt_outs=old.journal)
    site = new.open()
    assert site.steps(ADA) == []
    assert site.rows("select email from people") == [(BEN,)]
    assert site.verify().is_sound


def test_an_older_backup_with_newer_keys_brings_nobody_back_who_was_erased(
    old: Running, new: Machine, tmp_path: Path
) -> None:
    for email in (ADA, BEN):
        old.site.agreed(email, "offers_email", path="/sign-up")
    copy = old.back_up(tmp_path / "copy")
    erase(old.site, ADA)
    old.site.agreed(CLEO, "offers_email", path="/sign-up")
    newer = old.back_up(tmp_path / "newer")
    new.restore(copy, keys=newer / "people-keys", lost_because="tried out")
    site = new.open()
    assert site.rows("select email from people") == [(BEN,)]
    assert site.may_write_to(BEN, "offers")
    assert site.verify().is_sound


def test_a_database_put_back_by_other_means_is_told_by_the_worker_before_it_sends(old: Running) -> None:
    ada = old.site.agreed(ADA, "offers_email")
    old.site.agreed(BEN, "offers_email")
    old.site.post(ada.opt_out)
    with old.site.unguarded() as connection:
        for table in ("suppressions", "consent_states"):
            connection.exec_driver_sql(f"delete from {table}")
        connection.exec_driver_sql(
            "delete from consent_payloads where record_id in (select id from consent_records where state = 'withdrawn')"
        )
        connection.exec_driver_sql("delete from consent_records where state = 'withdrawn'")
        connection.exec_driver_sql(
            "insert into consent_states (person_id, purpose, channel, state, record_id, changed_at) "
            "select person_id, purpose, channel, state, id, (select max(ended_at) from opt_in_outcomes) "
            "from consent_records where state = 'confirmed'"
        )
    assert old.site.may_write_to(ADA, "offers")
    add_offer(old.site, BEN)
    worker.tell_what_it_forgot(old.site.database, keyring=old.site.keyring)
    assert not old.site.may_write_to(ADA, "offers")
    assert old.site.rows("select state, dropped_by from messages where kind = 'offer'") == [("dropped", "restored")]
    before = old.site.dump()
    worker.tell_what_it_forgot(old.site.database, keyring=old.site.keyring)
    assert old.site.dump() == before


def test_people_go_on_signing_up_and_opting_out_while_it_is_backed_up(
    old: Running, new: Machine, tmp_path: Path
) -> None:
    old.site.agreed(ADA, "offers_email")
    stop, faults = threading.Event(), []

    def go_on() -> None:
        number = 0
        try:
            while not stop.is_set():
                number += 1
                mail = old.site.agreed(f"person{number}@people.customerhub.net", "offers_email", path="/sign-up")
                assert old.site.post(mail.opt_out).status_code == 200
        except Exception as fault:  # told by the test itself
            faults.append(fault)

    busy = threading.Thread(target=go_on)
    busy.start()
    try:
        copy = old.back_up(tmp_path / "copy")
    finally:
        stop.set()
        busy.join()
    assert faults == []
    restored = new.restore(copy, opt_outs=old.journal)
    site = new.open()
    assert restored.noes is not None
    assert site.verify().is_sound
    everybody = old.site.rows("select count(*) from suppressions")[0][0]
    here = site.rows("select address_hash from suppressions")
    assert len(set(here)) == everybody  # by the copy or by the journal
    assert site.may_write_to(ADA, "offers")


def test_what_is_there_already_is_not_overwritten_unless_told(old: Running, tmp_path: Path, new: Machine) -> None:
    old.site.agreed(ADA, "offers_email")
    copy = old.back_up(tmp_path / "copy")
    new.restore(copy, opt_outs=old.journal)
    with pytest.raises(NotEmpty, match="--replace"):
        new.restore(copy, opt_outs=old.journal)
    new.restore(copy, opt_outs=old.journal, is_replacing=True)
    assert new.open().verify().is_sound
    with pytest.raises(NotEmpty, match="does not exist yet"):
        old.back_up(tmp_path / "copy")


def test_one_byte_changed_or_a_file_missing_is_found_before_anything_is_put_back(
    old: Running, new: Machine, tmp_path: Path
) -> None:
    old.site.agreed(ADA, "offers_email")
    copy = old.back_up(tmp_path / "copy")
    file = max((copy / "people").rglob("*.*"), key=lambda path: path.stat().st_size)
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(NotABackup, match="is not the file that was backed up"):
        new.restore(copy)
    file.unlink()
    with pytest.raises(NotABackup, match="lacks"):
        new.restore(copy)
    file.write_bytes(whole)
    (copy / "people" / "manifest.json").unlink()
    with pytest.raises(NotABackup, match="holds no whole backup"):
        new.restore(copy)
    assert not (new.data / "people" / "people.db").exists()


def test_without_the_keys_or_with_another_secret_nothing_is_put_back(
    old: Running, new: Machine, tmp_path: Path
) -> None:
    old.site.agreed(ADA, "offers_email")
    copy = old.back_up(tmp_path / "copy")
    with pytest.raises(NotABackup):
        new.restore(copy, keys=tmp_path)
    new.environ["PEOPLE_SECRET_KEYS"] = "another secret of thirty-two letters"
    with pytest.raises(SettingsError, match="PEOPLE_SECRET_KEYS"):
        new.restore(copy)


def test_no_key_and_no_secret_lies_with_the_data_and_only_their_owner_may_open_it(old: Running, tmp_path: Path) -> None:
    old.site.agreed(ADA, "offers_email")
    copy = old.back_up(tmp_path / "copy")
    keys = [
        bytes(sealed) for (sealed,) in old.site.rows("select sealed from person_keys union select sealed from root_key")
    ]
    assert len(keys) >= 2
    for file in (copy / "people").rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        for key in keys:
            assert key not in content
            assert key.hex().encode() not in content
    secret = old.site.settings.secret_keys[0].encode()
    assert not any(secret in file.read_bytes() for file in copy.rglob("*") if file.is_file())
    assert {path.stat().st_mode & 0o077 for path in copy.iterdir()} == {0}


def test_a_log_that_the_lost_database_left_is_not_played_into_the_new_one(
    old: Running, new: Machine, tmp_path: Path
) -> None:
    if not old.site.settings.database_url.startswith("sqlite"):
        pytest.skip("a server keeps its own log")
    old.site.agreed(ADA, "offers_email")
    copy = old.back_up(tmp_path / "copy")
    folder = new.data / "people"
    (folder / "people.db-wal").write_bytes(b"\x37\x7f\x06\x82" + bytes(2000))
    (folder / "people.db-shm").write_bytes(bytes(32768))
    new.restore(copy, opt_outs=old.journal)
    assert sorted(path.name for path in folder.glob("people.db*")) == ["people.db"]
    with sqlite3.connect(folder / "people.db") as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)


def held(site: Site) -> bool:
    with site.database.reading() as db:
        return is_sending_held(db)


def deliver(site: Site) -> int:
    return worker.deliver(site.database, keyring=site.keyring, mail=transport("outbox:"), stopping=threading.Event())


def erase(site: Site, email: str) -> None:
    keyring = site.keyring
    with site.database.transaction() as db:
        person_id = find_person_id(db, email)
        assert person_id
        erase_person(db, person_id=person_id, keyring=keyring, act=Act(at=clock.now(), key="asked for"))


def tables(site: Site) -> list[str]:
    """Every row but those that say that it was restored."""
    return [line for line in site.dump() if line.partition(" ")[0] not in NEW_TABLES]
