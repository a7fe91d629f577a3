"""Every line of the separation check: it holds on two sound sides, and a violation of its kind is found."""

import base64
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from portal.people.messages.mail import POSTAL_ADDRESS
from portal.separation import holdings, process, values
from portal.separation.canaries import canaries
from portal.separation.imports import imports
from portal.separation.report import Line
from portal.shared.environment import ROOT
from portal.shared.reserved import Kind
from portal.shared.sqlite import sqlite_engine
from tests.separation.conftest import Sides


def test_a_line_that_examined_nothing_fails() -> None:
    nothing = Line(name="x", title="x", claim="x", examined={"rows": 0})
    assert nothing.state == "fails"
    assert "examined nothing" in nothing.as_dict()["because"]
    assert Line(name="x", title="x", claim="x", examined={}).state == "fails"
    assert Line(name="x", title="x", claim="x", examined={"rows": 1}).state == "holds"
    assert (
        Line(name="x", title="x", claim="x", examined={}, because="there is none").state == "not shown on this machine"
    )


def test_a_key_that_serves_both_sides_is_found(sides: Sides) -> None:
    assert holdings.keys(sides.people, sides.sandbox).state == "holds"
    old = sides.people.secret_keys[0]
    assert holdings.keys(sides.people, replace(sides.sandbox, secret_keys=("n" * 40, old))).state == "fails"


def test_a_cookie_jar_in_common_is_found(sides: Sides) -> None:
    assert holdings.cookies(sides.people, sides.sandbox).state == "holds"
    assert holdings.cookies(sides.people, replace(sides.sandbox, url="http://localhost:8001")).state == "fails"


def test_one_database_for_both_is_found_under_another_path_too(sides: Sides) -> None:
    assert holdings.databases(sides.people, sides.sandbox).state == "holds"
    door = sides.sandbox.folder / "door.db"
    door.symlink_to(sides.people.folder / "people.db")
    same = replace(sides.sandbox, database_url=f"sqlite:///{door}")
    assert holdings.databases(sides.people, same).state == "fails"


def test_one_server_that_counts_for_both_is_found(sides: Sides) -> None:
    people = replace(sides.people, limits_url="valkey://counts:one@valkey/0")
    assert holdings.databases(people, sides.sandbox).state == "holds"
    assert holdings.databases(people, replace(sides.sandbox, limits_url="valkey://valkey2/0")).state == "holds"
    assert holdings.databases(people, replace(sides.sandbox, limits_url="valkey://valkey:6379/1")).state == "fails"


def test_one_role_for_two_databases_is_found(sides: Sides) -> None:
    people = replace(sides.people, database_url="postgresql+psycopg://both@localhost/people")
    sandbox = replace(sides.sandbox, database_url="postgresql+psycopg://both@localhost/sandbox")
    assert holdings.databases(people, sandbox).state == "fails"


@pytest.mark.parametrize("plant", ["hard link", "symbolic link", "mode"])
def test_a_file_that_leads_across_is_found(sides: Sides, plant: str) -> None:
    assert holdings.folders(sides.people, sides.sandbox).state == "holds"
    real, door = sides.people.folder / "people.db", sides.sandbox.folder / "door"
    if plant == "hard link":
        os.link(real, door)
    elif plant == "symbolic link":
        door.symlink_to(real)
    else:
        sides.people.folder.chmod(0o755)
    assert holdings.folders(sides.people, sides.sandbox).state == "fails"


@contextmanager
def running_sandbox(sides: Sides, environment: dict[str, str], opens: Path) -> Iterator[None]:
    """A process that says it is the sandbox, with this environment and this file open."""
    code = "import sys; f = open(sys.argv[2]); print('up', flush=True); sys.stdin.read()"
    words = [sys.executable, "-c", code, "sandbox serve", str(opens)]
    with subprocess.Popen(words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (sides.sandbox.folder / "process").write_text(str(process.pid))
        yield


def test_a_secret_in_the_running_sandbox_is_found(sides: Sides) -> None:
    own = sides.sandbox.folder / "sandbox.db"
    with running_sandbox(sides, {"DATA": "x"}, own):
        assert process.running(sides.people, sides.sandbox).state == "holds"
    with running_sandbox(sides, {"MAIL_URL": "smtp://localhost"}, own):
        assert process.running(sides.people, sides.sandbox).faults == ("its environment holds MAIL_URL",)
    with running_sandbox(sides, {"HARMLESS": f"x{sides.people.secret_keys[0]}x"}, own):
        assert process.running(sides.people, sides.sandbox).state == "fails"
    with running_sandbox(sides, {"DATA": "x"}, sides.people.folder / "people.db"):
        assert process.running(sides.people, sides.sandbox).faults == ("it holds a file of the people side open",)


def test_where_no_sandbox_runs_the_line_says_that_it_shows_nothing(sides: Sides) -> None:
    (sides.sandbox.folder / "process").write_text("999999999")
    line = process.running(sides.people, sides.sandbox)
    assert line.state == "not shown on this machine"
    assert "no sandbox runs here" in line.because


def test_with_a_server_for_its_counters_it_still_crosses_nowhere(sides: Sides) -> None:
    environ = sides.environ | {"SANDBOX_LIMITS_URL": "valkey://127.0.0.1:6379/0"}
    line = process.reach(sides.people, sides.sandbox, environ)
    assert line.state == "holds"
    alone = process.reach(sides.people, sides.sandbox, sides.environ)
    assert sum(line.examined.values()) == sum(alone.examined.values()) + 1


def test_a_sandbox_that_is_not_shut_in_is_found(sides: Sides, tmp_path: Path) -> None:
    assert process.reach(sides.people, sides.sandbox, sides.environ).state == "holds"
    root = tmp_path / "open"
    shutil.copytree(ROOT / "portal", root / "portal", ignore=shutil.ignore_patterns("__pycache__"))
    confinement = root / "portal" / "sandbox" / "confinement.py"
    confinement.write_text(confinement.read_text().replace("    sys.addaudithook(", "    (lambda _: None)("))
    line = process.reach(sides.people, sides.sandbox, sides.environ, root=root)
    assert "it was not refused to open a file of the people side" in line.faults
    assert "it was not refused to import portal.people.app by a string" not in line.faults


@pytest.mark.parametrize(
    "code",
    [
        "import portal.people.app",
        "from portal.people import web",
        "import smtplib",
        "import importlib\nimportlib.import_module('x')",
    ],
)
def test_an_import_across_the_wall_is_found(tmp_path: Path, code: str) -> None:
    assert imports(ROOT).state == "holds"
    for side in ("sandbox", "shared"):
        (tmp_path / "portal" / side).mkdir(parents=True)
        (tmp_path / "portal" / side / "fine.py").write_text("import json\n")
    (tmp_path / "portal" / "sandbox" / "planted.py").write_text(
        f"def later():\n    {code.replace(chr(10), chr(10) + '    ')}\n"
    )
    assert imports(tmp_path).state == "fails"


def stored(path: Path, *texts: str, keyed: bool = False) -> values.Stored:
    """What the check reads of a table with these texts, which are its keys too where `keyed`."""
    connection = sqlite3.connect(path)
    keys = "words text primary key" if keyed else "id integer primary key, words text"
    connection.execute(f"create table notes ({keys}, data json)")
    connection.executemany("insert into notes (words) values (?)", [(text,) for text in texts])
    connection.commit()
    connection.close()
    engine = sqlite_engine(f"sqlite:///{path}", synchronous="FULL", act="read")
    try:
        return values.read_all(engine)
    finally:
        engine.dispose()


SOUND = (
    *("ann@x.example", "+15035550142", "0000 4479 2051 4577", "XX00 0000 0000 8993 48", "000-37-9651"),
    *("66 Sample Lane, Exampleham 00000", "frame size 54, 12:30, $1,200", "Order 4999999997000110, 2026-03-14"),
)
AMONG_PEOPLE = (
    "ada@people.customerhub.net",
    '{"id": "01J9Z3", "at": "2026-03-14T09:30:00.000001Z", "seq": 1772528400123, "of": [1, 22, 333, 4444, 55555]}',
    hashlib.sha256(b"a record").hexdigest(),
    base64.urlsafe_b64encode(hashlib.sha512(b"a token").digest()).decode(),
    "".join(map(chr, range(32, 256))),
    "We sell to 1,000 shops since 2019. Version 2.10.4.",
)
FOREIGN: list[tuple[Kind, str]] = [
    ("email", "jane@gmail.com"),
    ("email", "<JANE@Gmail.COM>"),
    ("email", "a@x.example, jane@mail.gmail.com"),
    ("phone", "call +14155552671 now"),
    ("phone", "0171 9999901"),
    ("card", "paid with 4999 9999 9700 0110"),
    ("account", "DE93 9999 9999 0000 0000 01"),
    ("tax_id", "812-00-1234"),
    ("street", "lives at 123 Made Up St, Apt 4"),
    ("town", "Nowhereville, IL 99901"),
]
INVENTED: list[tuple[Kind, str]] = [
    ("email", "odalys@couriers.example"),
    ("phone", "+1 503 555 0142"),
    ("card", "0000 4479 2051 4577"),
    ("account", "XX00 0000 0000 8993 48"),
    ("tax_id", "000-37-9651"),
    ("street", "66 Sample Lane"),
    ("town", "Exampleham 00000"),
]


def test_every_kind_has_its_mutations() -> None:
    assert {kind for kind, _ in FOREIGN} == {kind for kind, _ in INVENTED} == set(get_args(Kind))


@pytest.mark.parametrize(("kind", "foreign"), FOREIGN)
def test_a_value_in_the_sandbox_that_could_be_somebodys_is_found_and_not_printed(
    tmp_path: Path, kind: Kind, foreign: str
) -> None:
    sound = stored(tmp_path / "sound.db", *SOUND)
    assert len(sound.found) == 7
    assert values.sandbox_values(sound).state == "holds"
    line = values.sandbox_values(stored(tmp_path / "broken.db", "ann@x.example", foreign))
    assert line.faults == (f"notes words of row 2 holds {values.WORDS[kind]} that is not reserved",)


@pytest.mark.parametrize(("kind", "invented"), INVENTED)
def test_an_invented_value_among_people_is_found(tmp_path: Path, kind: Kind, invented: str) -> None:
    sound = stored(tmp_path / "sound.db", *AMONG_PEOPLE)
    assert values.people_values(sound).state == "holds"
    line = values.people_values(stored(tmp_path / "broken.db", *AMONG_PEOPLE, f"told as {invented}."))
    assert line.faults == (f"notes words of row 7 holds {values.WORDS[kind]} that is reserved",)


@pytest.mark.parametrize(("_kind", "foreign"), FOREIGN)
def test_a_value_on_both_sides_is_found(tmp_path: Path, _kind: Kind, foreign: str) -> None:
    people = stored(tmp_path / "people.db", *AMONG_PEOPLE, foreign)
    sandbox = stored(tmp_path / "sandbox.db", *SOUND)
    assert values.crossings(people, sandbox).state == "holds"
    planted = stored(tmp_path / "planted.db", *SOUND, f"as told: {foreign.upper()}")
    assert values.crossings(people, planted).state == "fails"


def test_a_key_that_is_somebodys_is_not_printed_either(tmp_path: Path) -> None:
    line = values.sandbox_values(stored(tmp_path / "broken.db", "jane@gmail.com", keyed=True))
    assert line.faults == ("notes words of row … holds an address that is not reserved",)


def test_a_canary_on_the_wrong_side_is_found_in_any_file(sides: Sides) -> None:
    def line() -> Line:
        return canaries(
            people=["feedc0ffee"],
            sandbox=["abadcafe"],
            people_folder=sides.people.folder,
            sandbox_folder=sides.sandbox.folder,
        )

    (sides.people.folder / "people.db").write_bytes(b"feedc0ffee")
    (sides.sandbox.folder / "sandbox.db").write_bytes(b"abadcafe")
    assert line().state == "holds"
    log = sides.sandbox.folder / "sandbox.log"
    log.write_bytes(b"x" * ((1 << 20) - 4) + b"feedc0ffee")
    assert line().faults == ("sandbox.log of the sandbox holds a canary of the people side",)
    log.unlink()
    (sides.people.folder / "people.db-wal").write_bytes(b"...abadcafe...")
    assert line().faults == ("people.db-wal of the people side holds a canary of the sandbox",)


def test_our_own_sample_address_stands_on_the_people_side_alone(tmp_path: Path) -> None:
    """It is in every notice and every mail, so a sign-up stores it; in the sandbox it would be a stranger's."""
    ours = stored(tmp_path / "notices.db", POSTAL_ADDRESS)
    assert values.people_values(ours).state == "holds"
    assert values.sandbox_values(ours).state == "fails"
