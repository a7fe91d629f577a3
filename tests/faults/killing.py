"""Killing a process at each call by which an act touches its database's files: strace injects SIGKILL."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from portal.shared import clock
from portal.shared.environment import ROOT

CALLS = ("openat", "pwrite64", "write", "fdatasync", "fsync", "ftruncate", "unlink", "rename")
_DATABASES = ("people.db", "people-limits.db")
FILES = (*(f"{name}{more}" for name in _DATABASES for more in ("", "-wal", "-shm", "-journal")), "reserve")
JOURNAL = "opt-outs"  # the folder that keeps every no outside the database
MOST = 400  # an act that writes more often than this is no act of ours


class Killer:
    """One act after another on copies of a prepared installation."""

    def __init__(self, prepared: Path, data: Path) -> None:
        self.prepared = prepared
        self.folder = data / "people"
        shutil.copytree(prepared, self.folder)
        self._actor = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.acting", str(data)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def restore(self) -> None:
        """Everything as it was prepared."""
        for name in FILES:
            (self.folder / name).unlink(missing_ok=True)
            if (self.prepared / name).exists():
                shutil.copy(self.prepared / name, self.folder / name)
        shutil.rmtree(self.folder / JOURNAL, ignore_errors=True)

    def warm_up(self, asked: Mapping[str, Any]) -> None:
        """Let the actor do it once by itself, so that each child after that is quick."""
        self._ask(dict(asked) | {"warm": True})
        self._read("warm")
        self.restore()

    def act(self, asked: Mapping[str, Any]) -> Any:
        """Do it and let it live; what was acknowledged."""
        self._ask(asked)
        self._read("pid")
        return self._read_end()

    def kill_at(self, call: str, number: int, asked: Mapping[str, Any]) -> tuple[bool, Any]:
        """Do it, and kill whoever does it as it makes this call for the `number`th time.

        Says whether it was killed, and what it had acknowledged by then, or None.
        """
        self._ask(dict(asked) | {"hold": True})
        child = self._read("pid")
        with self._strace(child, f"{call}:signal=KILL:when={number}") as strace:
            os.kill(child, signal.SIGCONT)
            acknowledged = self._read_end()
            told = strace.communicate(timeout=30)[1]
        return "killed by SIGKILL" in told, acknowledged

    def points(
        self, asked: Mapping[str, Any], *, afresh: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[str, Any]]:
        """Every point at which it can die, each on a fresh copy and after `afresh`; and what was acknowledged."""
        for call in CALLS:
            for number in range(1, MOST):
                self.restore()
                afresh()
                was_killed, acknowledged = self.kill_at(call, number, asked)
                if not was_killed:
                    break
                yield f"{call} {number}", acknowledged

    def close(self) -> None:
        """End the actor."""
        self._actor.communicate(timeout=30)

    @contextmanager
    def _strace(self, pid: int, injection: str) -> Iterator[subprocess.Popen[str]]:
        files = (*FILES, JOURNAL, f"{JOURNAL}/journal.json", f"{JOURNAL}/{clock.now():%Y-%m}.jsonl")
        paths = [word for name in files for word in ("-P", str(self.folder / name))]
        command = ["strace", "-f", "-p", str(pid), *paths, "-e", f"trace={injection.split(':')[0]}"]
        with subprocess.Popen(
            [*command, "-e", f"inject={injection}"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        ) as strace:
            assert strace.stderr
            while "attached" not in (line := strace.stderr.readline()):
                if line and not line.startswith("strace: Requested path"):
                    os.kill(pid, signal.SIGKILL)
                    raise CannotTrace(line.strip())
            yield strace

    def _ask(self, asked: Mapping[str, Any]) -> None:
        assert self._actor.stdin
        self._actor.stdin.write(json.dumps(asked) + "\n")
        self._actor.stdin.flush()

    def _read(self, key: str) -> Any:
        return self._line()[key]

    def _read_end(self) -> Any:
        """What the child acknowledged before it ended, or None."""
        acknowledged = None
        while "ended" not in (line := self._line()):
            acknowledged = line["acknowledged"]
        return acknowledged

    def _line(self) -> dict[str, Any]:
        assert self._actor.stdout
        found: dict[str, Any] = json.loads(self._actor.stdout.readline())
        return found


class CannotTrace(Exception):
    """This machine lets nobody trace a process; the message is strace's own."""
