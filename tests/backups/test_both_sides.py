"""`bin/portal backup` and `restore`: both sides, apart, each by a process of its own that sees its own side alone."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import inspect

from portal.run import command
from portal.shared.environment import ROOT
from tests.backups.conftest import Running
from tests.people.site import ADA
from tests.sandbox.small import load_small_scenario
from tests.sandbox.visitor import Visitor
from tests.support import engines
from tests.support.sides import sandbox_app


def portal(environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def stored(url: str) -> dict[str, list[str]]:
    with engines.current().raw(url) as connection:
        return {
            table: sorted(repr(tuple(row)) for row in connection.exec_driver_sql(f'select * from "{table}"'))
            for table in inspect(connection).get_table_names()
            if table not in ("limit_counters", "restores", "replays", "alembic_version")
        }


def test_both_come_back_whole_with_every_drive_and_the_next_number_is_a_new_one(
    old: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = sandbox_app(old.data)
    with sandbox.extensions["database"].transaction() as db:
        load_small_scenario(db)
    for name in ("Zoe Newname", "Kim Other"):
        Visitor(sandbox).start().edit("L001", name=name)
    mail = old.site.agreed(ADA, "offers_email")
    settings = sandbox.extensions["settings"]
    urls = {"SANDBOX_DATABASE_URL": settings.database_url, "SANDBOX_OWNER_URL": settings.owner_url}
    copy = tmp_path / "copy"
    done = portal(old.environ | urls, "backup", str(copy), "--json")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in copy.iterdir()) == ["people", "people-keys", "sandbox"]
    assert copy.stat().st_mode & 0o777 == 0o700
    said = json.loads(done.stdout)
    assert said["people"]["ledger"]["records"] == 2
    before = stored(old.site.settings.database_url), stored(settings.database_url)
    old.site.post(mail.opt_out)

    elsewhere = {"DATA": str(tmp_path / "new")} | engines.current().empty("people") | engines.current().empty("sandbox")
    (tmp_path / "new" / "people").mkdir(parents=True)
    shutil.copy(old.data / "people" / "secret_key", tmp_path / "new" / "people")
    back = portal(elsewhere, "restore", str(copy))
    assert back.returncode == 1, back.stderr
    assert "NOTHING IS SENT" in back.stdout
    told = portal(elsewhere, "people", "replay-opt-outs", "--opt-outs", str(old.journal))
    assert told.returncode == 0, told.stderr
    assert "1 no that was said since holds again." in told.stdout

    new_people = elsewhere.get("PEOPLE_DATABASE_URL", f"sqlite:///{tmp_path / 'new' / 'people' / 'people.db'}")
    new_sandbox = elsewhere.get("SANDBOX_DATABASE_URL", f"sqlite:///{tmp_path / 'new' / 'sandbox' / 'sandbox.db'}")
    assert stored(new_sandbox) == before[1]
    after = stored(new_people)
    changed = {table for table, rows in after.items() if not set(before[0][table]) <= set(rows)}
    assert changed <= {"consent_states", "messages", "signing_secrets"}  # which say what holds now
    with engines.current().raw(new_people) as connection:
        states = connection.exec_driver_sql("select distinct state from messages").scalars().all()
    assert "waiting" not in states  # nothing is sent any more on the strength of what was taken back
    assert len(after["consent_records"]) == 3
    verified = portal(elsewhere, "consent", "verify", "--json")
    assert verified.returncode == 0, verified.stdout
    again = portal(elsewhere, "restore", str(copy))
    assert again.returncode == 1
    assert "--replace" in again.stderr


@pytest.mark.parametrize("words", [["backup", "/proc/nowhere"], ["restore", "/nowhere"], ["people", "restore", "/tmp"]])
def test_what_cannot_be_done_is_said_in_a_line(words: list[str], tmp_path: Path) -> None:
    done = portal({"DATA": str(tmp_path)}, *words)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
