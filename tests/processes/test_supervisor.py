"""The supervisor: three children with listed environments, restarted when they die, gone when it stops."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.run import command, environment_for
from portal.shared.environment import ROOT
from tests.support.engines import Engine
from tests.support.running import Running
from tests.support.waiting import eventually

SECRETS = {
    "PEOPLE_SECRET_KEYS": "p" * 40,
    "VAULT_KEYS": "v" * 40,
    "MAIL_URL": "smtp://user:password@localhost:2525",
    "AWS_SECRET_ACCESS_KEY": "a" * 40,
    "SANDBOX_SECRET_KEYS": "s" * 40,
    "SANDBOX_OWNER_URL": "postgresql://owner@localhost/sandbox",
    "PEOPLE_OWNER_URL": "postgresql://owner@localhost/people",
    "UNHEARD_OF": "x",
    "PATH": "/usr/bin",
    "PORT": "8000",
}


def test_each_child_is_given_what_is_listed_for_it_and_nothing_else() -> None:
    people, sandbox = (set(environment_for(side, SECRETS)) for side in ("people", "sandbox"))
    assert sandbox == {"SANDBOX_SECRET_KEYS", "PATH", "PORT", "PYTHONPATH"}
    assert people == {
        "PEOPLE_SECRET_KEYS",
        "VAULT_KEYS",
        "MAIL_URL",
        "AWS_SECRET_ACCESS_KEY",
        "PATH",
        "PORT",
        "PYTHONPATH",
    }


def test_only_a_migration_is_given_the_owner_of_its_database() -> None:
    assert "SANDBOX_OWNER_URL" in environment_for("sandbox", SECRETS, is_owner=True)
    assert "PEOPLE_OWNER_URL" in environment_for("people", SECRETS, is_owner=True)
    assert "PEOPLE_OWNER_URL" not in environment_for("separation", SECRETS)


@pytest.fixture(scope="module")
def running(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with Running(tmp_path_factory.mktemp("supervised") / "data") as running:
        yield running


def test_three_processes_run_each_in_a_folder_of_its_own(running: Running) -> None:
    for words, folder in ((["people", "serve"], "people"), (["sandbox", "serve"], "sandbox"), (["worker"], "people")):
        (pid,) = running.pids(*words)
        assert Path(f"/proc/{pid}/cwd").resolve() == (running.data / folder).resolve()


def test_the_running_sandbox_holds_no_setting_and_no_file_of_the_people_side(running: Running) -> None:
    (pid,) = running.pids("sandbox", "serve")
    names = {
        entry.partition(b"=")[0].decode() for entry in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") if entry
    }
    assert names - {"SANDBOX_DATABASE_URL", "SANDBOX_LARGEST"} == {"PATH", "PYTHONPATH", "DATA", "PORT", "SANDBOX_PORT"}
    files = [str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()]
    assert any(file.startswith(str(running.data / "sandbox")) for file in files)
    assert not any(str(running.data / "people") in file for file in files)


def test_a_child_that_dies_is_started_again(running: Running) -> None:
    (pid,) = running.pids("sandbox", "serve")
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and (running.pids("sandbox", "serve") in ([], [pid])):
        time.sleep(0.1)
    running.wait_for(f"{running.sandbox}/readyz")
    assert running.pids("sandbox", "serve") != [pid]


def test_the_loader_of_scenarios_is_done_when_it_is_done(running: Running) -> None:
    deadline = time.monotonic() + 60
    while running.pids("sandbox", "seed") and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(0.5)  # a supervisor that took it for dead would have said so by now
    assert running.pids("sandbox", "seed") == []
    assert (running.data / "sandbox" / "scenarios.log").exists()
    assert "scenarios ended" not in running.output.read_text()


def test_it_prints_where_to_go(running: Running) -> None:
    words = running.output.read_text()
    assert running.people in words
    assert running.sandbox in words
    assert "password" not in words.lower()


def test_it_prints_a_staff_link_that_is_new_at_each_start(running: Running) -> None:
    link = re.findall(r"Staff, once\s+(\S+)", running.output.read_text())[0]
    assert link.startswith(f"{running.people}/sign-in/staff/start/")
    again = running.portal("people", "start-link").stdout.strip()
    assert again.rpartition("/")[0] == link.rpartition("/")[0]
    assert again != link


@pytest.fixture(scope="module")
def short(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Running:
    """One that is started again and again, on what it made at its first start."""
    return Running(tmp_path_factory.mktemp("short") / "data")


def test_when_it_stops_everything_it_started_stops(short: Running) -> None:
    with short:
        assert len(short.pids()) >= 3
    assert short.process is not None
    assert short.process.returncode == 0
    assert short.pids() == []


def test_when_it_is_killed_everything_it_started_stops(short: Running) -> None:
    with short:
        assert short.process is not None
        short.process.kill()
        eventually(lambda: not short.pids())


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATA": str(tmp_path), "PORT": str(port)}
        done = subprocess.run(command("run"), env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_sandbox_serves_with_no_setting_but_its_store(engine: Engine, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATA": str(tmp_path)}
    environment |= engine.empty("sandbox")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        environment["SANDBOX_PORT"] = str(free.getsockname()[1])
    for act in ("migrate", "seed"):
        subprocess.run(command("sandbox", act), env=environment | {"SANDBOX_LARGEST": "1000"}, check=True)
    process = subprocess.Popen(command("sandbox", "serve"), env=environment, stderr=subprocess.DEVNULL)
    try:
        lone = Running(tmp_path)
        lone.process = process
        lone.output = tmp_path / "none"
        lone.output.touch()
        lone.wait_for(f"http://127.0.0.1:{environment['SANDBOX_PORT']}/readyz")
    finally:
        process.terminate()
        process.wait()
    assert not (tmp_path / "people").exists()
