"""`bin/portal doctor`: nothing to say about a sound set-up, and of a broken one what is broken and what to do."""

import json
import shutil
import socket
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import SmallDisk
from tests.people.site import first
from tests.support import engines
from tests.support.engines import Sqlite
from tests.support.mail_server import Inbox, free_port, mail_server
from tests.support.running import Running

IN_EARNEST = {
    "PEOPLE_URL": "https://learn.people.customerhub.net",
    "LEARNING_URL": "https://learn.people.customerhub.net",
    "SANDBOX_URL": "https://practice.people.customerhub.net",
    "PEOPLE_SECRET_KEYS": "p" * 40,
    "SANDBOX_SECRET_KEYS": "s" * 40,
    "MAIL_URL": "smtp://ada:p%40ss%3Aword@127.0.0.1:2525",
}


pytestmark = pytest.mark.usefixtures("on_sqlite")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of an installation that was set up and never run."""
    before = engines.in_use()
    engines.use(Sqlite())
    site = Running(tmp_path_factory.mktemp("doctor") / "data")
    engines.use(before)
    for act in ("migrate", "seed"):
        assert site.portal(act).returncode == 0
    return site.data


@pytest.fixture
def site(on_sqlite: None, prepared: Path, tmp_path: Path) -> Running:
    shutil.copytree(prepared, tmp_path / "data")
    return Running(tmp_path / "data")


def diagnosed(site: Running, **settings: str) -> dict[str, Any]:
    site.environment |= settings
    done = site.portal("doctor", "--json")
    assert "Traceback" not in done.stderr
    assert "p@ss" not in done.stdout
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if found["sound"] else 1)
    return found


def broken(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [
        (finding["side"], finding["name"], finding["words"], finding["advice"])
        for finding in found["findings"]
        if finding["state"] == "broken"
    ]


def test_a_running_set_up_is_sound(tmp_path: Path) -> None:
    with Running(tmp_path / "data") as site:
        deadline = time.monotonic() + 30
        while (done := site.portal("separation", "check")).returncode and time.monotonic() < deadline:
            time.sleep(0.2)
        assert done.returncode == 0, done.stdout
        found = diagnosed(site)
        assert {finding["state"] for finding in found["findings"]} == {"ok"}, found
        said = " ".join(finding["words"] for finding in found["findings"])
        assert f"{site.port} answers as ours" in said
        assert "It works." in said


def test_one_that_is_set_up_and_not_running_is_sound_with_warnings(site: Running) -> None:
    found = diagnosed(site)
    assert broken(found) == []
    warned = {finding["name"]: finding["advice"] for finding in found["findings"] if finding["state"] == "warning"}
    assert "bin/portal run" in warned["worker"]
    assert "bin/portal separation check" in warned["separation"]


def test_in_words_it_says_below_each_fault_what_to_do(site: Running) -> None:
    shutil.rmtree(site.data / "people")
    done = site.portal("doctor")
    assert done.returncode == 1
    assert first(r"BROKEN +people database +There is no database at .*\n +(→ .*)", done.stdout) == (
        "→ Run: bin/portal migrate"
    )
    assert done.stdout.endswith("1 broken\n")


def test_a_key_that_is_missing_in_earnest_is_named(site: Running) -> None:
    ((side, name, words, _),) = broken(diagnosed(site, **IN_EARNEST | {"PEOPLE_SECRET_KEYS": ""}))
    assert (side, name) == ("people", "settings")
    assert words.startswith("PEOPLE_SECRET_KEYS is not set.")


def test_a_key_that_opens_nothing_here_is_said(site: Running) -> None:
    assert ("people", "keyring") in [fault[:2] for fault in broken(diagnosed(site, PEOPLE_SECRET_KEYS="other" * 10))]


def test_a_database_of_an_older_revision_asks_for_a_migration(site: Running) -> None:
    edit(site.data / "people" / "people.db", "update alembic_version set version_num = '0001'")
    ((side, name, words, advice),) = broken(diagnosed(site))
    assert (side, name) == ("people", "database")
    assert words.startswith("The database is at revision 0001; this code needs ")
    assert "bin/portal migrate" in advice


def test_a_damaged_database_is_found(site: Running) -> None:
    path = site.data / "sandbox" / "sandbox.db"
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    path.write_bytes(content)
    ((side, name, words, advice),) = broken(diagnosed(site))
    assert (side, name) == ("sandbox", "integrity"), words
    assert "restore the newest backup" in advice


def test_a_mail_server_that_refuses_the_login_is_told_from_one_that_is_away(site: Running) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        assert broken(diagnosed(site, MAIL_URL=f"smtp://ada:p%40ss%3Aword@127.0.0.1:{port}")) == []
        ((_, name, words, advice),) = broken(diagnosed(site, MAIL_URL=f"smtp://ada:wrong@127.0.0.1:{port}"))
    assert (name, words) == ("mail", f"The mail server 127.0.0.1:{port} refuses the login (535).")
    assert "MAIL_URL" in advice
    assert inbox.letters == []
    ((_, _, words, _),) = broken(diagnosed(site, MAIL_URL=f"smtp://127.0.0.1:{free_port()}"))
    assert "cannot be reached: ConnectionRefusedError" in words


def test_a_media_folder_that_cannot_be_written_into_is_named(site: Running) -> None:
    ((_, name, words, advice),) = broken(diagnosed(site, MEDIA_URL="file:/proc"))
    assert name == "media"
    assert words.startswith("Nothing can be written into /proc: ")
    assert advice == "Let this user write into /proc."


def test_a_host_name_that_both_sides_share_is_refused(site: Running) -> None:
    ((side, name, words, _),) = broken(diagnosed(site, SANDBOX_URL=f"http://localhost:{site.sandbox_port}"))
    assert (side, name) == ("sandbox", "settings")
    assert "share a host name" in words


def test_addresses_on_which_the_two_sides_disagree_are_shown(site: Running) -> None:
    faults = broken(diagnosed(site, **IN_EARNEST | {"LEARNING_URL": "https://old.people.customerhub.net"}))
    words, advice = next(fault[2:] for fault in faults if fault[1] == "addresses")
    assert words == (
        "One side leads to https://old.people.customerhub.net, the other answers at "
        "https://learn.people.customerhub.net."
    )
    assert advice == "Mend LEARNING_URL."


def test_what_others_may_read_is_said_with_the_command_that_mends_it(site: Running) -> None:
    (site.data / "sandbox" / "secret_key").chmod(0o644)
    (site.data / "people" / "people.db").chmod(0o640)
    said = {fault[:2]: fault[3] for fault in broken(diagnosed(site))}
    assert said[("people", "integrity")] == f"Run: chmod 600 {site.data}/people/people.db"
    assert said[("sandbox", "keys")].startswith(f"Run: chmod 600 {site.data}/sandbox/secret_key")


def test_messages_that_wait_for_a_worker_that_is_not_there_are_counted(site: Running) -> None:
    moments = "'2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000'"
    edit(
        site.data / "people" / "people.db",
        "insert into messages (id, kind, channel, address_hash, cause_id, state, attempts, not_before, created_at) "
        f"values ('m', 'confirm-address', 'email', 'h', 'c', 'waiting', 0, {moments})",
    )
    ((_, name, words, advice),) = broken(diagnosed(site))
    assert (name, words) == ("worker", "It has not run yet, and 1 messages wait.")
    assert "bin/portal worker" in advice


def test_a_port_that_somebody_else_has_is_named(site: Running) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", site.port))
        stranger.listen()
        ((_, name, words, advice),) = broken(diagnosed(site))
    assert name == "ports"
    assert words.startswith(f"Port {site.port} is taken")
    assert advice == "Set PORT."


def test_a_clock_that_went_back_is_noticed(site: Running) -> None:
    edit(
        site.data / "people" / "people.db",
        "insert into jobs values ('retention', '2199-01-01 00:00:00.000000', '2199-01-01 00:00:00.000000', 1, 0)",
    )
    ((_, name, words, _),) = broken(diagnosed(site))
    assert name == "clock"
    assert "2199-01-01 00:00 was here already" in words


def test_a_full_disk_is_said_and_does_not_stop_the_doctor(prepared: Path, disk: SmallDisk) -> None:
    shutil.copytree(prepared, disk.folder / "data")
    site = Running(disk.folder / "data")
    site.output = Path("/dev/null")
    disk.fill()
    faults = broken(diagnosed(site))
    assert {fault[:2] for fault in faults} >= {("people", "disk"), ("sandbox", "disk")}
    assert any("until then nothing is written but opt-outs" in fault[3] for fault in faults)


def test_each_side_is_asked_by_a_process_that_holds_nothing_of_the_other(site: Running) -> None:
    site.environment |= {"PEOPLE_SECRET_KEYS": "p" * 40, "SANDBOX_CONFIG": "/nowhere/sandbox.toml"}
    found = diagnosed(site)
    states = {(finding["side"], finding["name"]): finding["state"] for finding in found["findings"]}
    assert states[("sandbox", "settings")] == "broken"
    assert states[("people", "settings")] == "ok"


def edit(path: Path, sql: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(sql)
    connection.commit()
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
