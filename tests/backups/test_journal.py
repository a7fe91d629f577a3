"""The journal of noes: on the disk before anybody is answered, readable whatever happened, caught up on by itself."""

import json
import re
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from portal.people.consent.replay import catch_up
from portal.people.consent.suppression import Cause, suppress
from portal.people.jobs import Job
from portal.people.messages.channels.email import open_transport
from portal.people.worker import FirstLane
from portal.shared import clock
from portal.shared.environment import ROOT
from portal.shared.journal import Journal
from tests.faults.conftest import SmallDisk, disk, on_sqlite
from tests.people.browser import Browser
from tests.people.site import ADA, BEN, Site, find_person_id
from tests.support.sides import people_app

__all__ = ["disk", "on_sqlite"]

PEOPLE = ROOT / "portal" / "people"
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def test_a_no_is_in_the_journal_with_ids_and_hashes_and_nothing_else_of_anybody(site: Site) -> None:
    mail = site.agreed(ADA, "offers_email")
    assert lines(site) == []
    site.post(mail.opt_out)
    (line,) = lines(site)
    with site.database.reading() as db:
        assert line["person_id"] == find_person_id(db, ADA)
    ((address_hash,),) = site.rows("select address_hash from suppressions")
    assert (line["what"], line["address_hash"], line["channel"], line["cause"]) == (
        "no",
        address_hash,
        "email",
        "opt-out",
    )
    written = b"".join(path.read_bytes() for path in site.settings.opt_outs_folder.iterdir())
    assert not [named for named in (b"ada@", b"ada lindqvar", b"customerhub.net") if named in written.lower()]
    assert {path.stat().st_mode & 0o077 for path in site.settings.opt_outs_folder.glob("*.jsonl")} == {0}


def test_what_is_taken_back_on_the_account_page_is_in_it_too(site: Site) -> None:
    site.agreed(ADA, "offers_email", "webinars_email")
    Browser(site).by_mail(ADA).post(
        "/account/consents/withdraw", from_page="/account", purpose="offers", channel="email"
    )
    assert [line["purpose"] for line in lines(site)] == ["offers"]


def test_a_transaction_that_fails_tells_it_nothing(site: Site) -> None:
    def fail() -> None:
        with site.database.transaction() as db:
            suppress(db, address_hash="a" * 64, channel="email", purpose=None, cause=Cause.STAFF, now=clock.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert lines(site) == []


def test_on_a_full_disk_the_no_holds_and_its_line_follows_as_soon_as_there_is_room(
    on_sqlite: None, disk: SmallDisk, tmp_path: Path
) -> None:
    site = Site(people_app(tmp_path, PEOPLE_OPT_OUTS_URL=f"file:{disk.folder / 'opt-outs'}"))
    since = clock.now()
    ada, ben = site.agreed(ADA, "offers_email"), site.agreed(BEN, "offers_email")
    disk.fill()
    assert site.post(ada.opt_out).status_code == 200
    assert not site.may_write_to(ADA, "offers")
    assert lines(site) == []
    disk.empty()
    assert catch_up(site.database, since=since) == 1
    assert len(lines(site)) >= 1
    site.post(ben.opt_out)
    assert {line["address_hash"] for line in lines(site)} == {
        address_hash for (address_hash,) in site.rows("select address_hash from suppressions")
    }
    assert catch_up(site.database, since=since) == 0


def test_the_worker_writes_down_what_the_journal_lacks_even_while_the_retention_rules_fail(
    on_sqlite: None, tmp_path: Path
) -> None:
    site = Site(people_app(tmp_path, PEOPLE_OPT_OUTS_URL=f"file:{tmp_path / 'opt-outs'}"))
    mail = site.agreed(ADA, "offers_email")
    site.post(mail.opt_out)
    for month in (tmp_path / "opt-outs").glob("*.jsonl"):
        month.unlink()  # as a disk that was full leaves it
    with site.database.transaction() as db:
        db.execute(text("alter table passkey_challenges rename to away"))
    lane = FirstLane(site.database, site.keyring, open_transport(site.settings), site.settings, threading.Event())
    with capture_logs() as logged:
        lane.turn()
    assert [line["job"] for line in logged if line["event"] == "job.failed"] == [Job.RETENTION]
    assert [line["what"] for line in lines(site)] == ["no"]


def test_a_line_that_a_crash_broke_off_is_passed_over_and_the_next_one_stands_on_its_own(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "noes")
    journal.append([{"number": 1}], now=NOW)
    with (tmp_path / "noes" / "2026-11.jsonl").open("ab") as file:
        file.write(b'{"number": 2, "addr')
    Journal(tmp_path / "noes").append([{"number": 3}], now=NOW)
    assert list(journal.read()) == [{"number": 1}, {"number": 3}]


def test_many_may_write_at_once_and_every_line_is_there_once(tmp_path: Path) -> None:
    journals = [Journal(tmp_path / "noes") for _ in range(2)]  # as two processes have them

    def write(journal: Journal, first: int) -> None:
        for number in range(first, first + 25):
            journal.append([{"number": number}], now=NOW)

    threads = [threading.Thread(target=write, args=(journals[place % 2], 100 * place)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = [line["number"] for line in journals[0].read()]
    assert sorted(numbers) == sorted(100 * place + number for place in range(8) for number in range(25))
    assert journals[0].end().id == journals[1].end().id


def test_months_are_read_in_order_and_old_ones_left_out_where_asked(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "noes")
    for month in (11, 12, 10):
        journal.append([{"month": month}], now=NOW.replace(month=month))
    assert [line["month"] for line in journal.read()] == [10, 11, 12]
    assert [line["month"] for line in journal.read(since=NOW)] == [11, 12]
    assert json.loads((tmp_path / "noes" / "journal.json").read_text())["id"]


def lines(site: Site) -> list[dict[str, object]]:
    assert site.database.journal is not None
    return [dict(line) for line in site.database.journal.read()]


def test_whatever_opens_the_database_to_write_people_s_noes_keeps_the_journal_too() -> None:
    opened = {
        path.relative_to(PEOPLE).as_posix()
        for path in PEOPLE.rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if re.search(r"\bDatabase\((?!url|settings\.database_url, journal=)\S", line) and "class " not in line
    }
    assert opened == {"setup.py", "doctor.py"}
