"""The process that opens a video can do nothing else: it is tried from within, by what a taken-over one would do."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from portal.people.films import bounds, process
from portal.people.films.adding import NotWhole, put_rendition, put_video
from portal.people.media.folder import Folder
from portal.shared.environment import ROOT
from tests.people.films.conftest import NEVER
from tests.people.films.test_killed import is_gone, wait_until

START = """
import json, os, pathlib, socket, subprocess, sys, threading
from portal.people.films.child.confinement import confine
folder = pathlib.Path(sys.argv[1])
held = confine(source=folder / "source", folder=folder / "work", cpu_seconds=2, most_bytes=1_000_000)
"""
TRIES = """
def tried(act):
    try:
        act()
    except OSError as fault:
        return fault.errno
    return "done"

def threads():
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()

print(json.dumps({
    "held": [held.is_without_calls, held.is_without_files, held.is_without_network],
    "connects": tried(lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2])), 1)),
    "opens a socket": tried(lambda: socket.socket(socket.AF_UNIX)),
    "starts a process": tried(lambda: os.fork()),
    "becomes another": tried(lambda: os.execv(sys.executable, [sys.executable, "-c", "print(1)"])),
    "ends its parent": tried(lambda: os.kill(os.getppid(), 0)),
    "reads a secret": tried(lambda: (folder / "secret").read_bytes()),
    "lists": tried(lambda: os.listdir(folder)),
    "writes elsewhere": tried(lambda: (folder / "other").write_bytes(b"1")),
    "changes its source": tried(lambda: open(folder / "source", "r+b")),
    "leads elsewhere": tried(lambda: os.symlink(folder / "secret", folder / "work" / "link")),
    "reads its source": tried(lambda: (folder / "source").read_bytes()),
    "writes": tried(lambda: (folder / "work" / "file").write_bytes(b"1")),
    "begins threads": tried(threads),
}))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    (tmp_path / "source").write_bytes(b"a video")
    (tmp_path / "secret").write_bytes(b"a key")
    return tmp_path


def shut_in(folder: Path, program: str, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", START + program, str(folder), *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_reads_its_source_writes_into_its_folder_and_does_nothing_else(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found: dict[str, Any] = json.loads(shut_in(folder, TRIES, str(server.getsockname()[1])).stdout)
    assert found.pop("held") == [True, True, True]  # where a machine lacks one of them: docs/films.md
    may = {name: found.pop(name) for name in ("reads its source", "writes", "begins threads")}
    assert set(may.values()) == {"done"}
    assert all(outcome in (1, 13) for outcome in found.values()), found  # EPERM, EACCES


def test_a_network_of_its_own_and_the_refusal_of_sockets_hold_each_by_itself(folder: Path) -> None:
    program = """
import socket, sys
from portal.people.films.child import confinement
assert confinement._unshare()
with socket.socket() as mine:
    try:
        mine.connect(("127.0.0.1", int(sys.argv[2])))
    except OSError as fault:
        print(fault.errno)
"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = subprocess.run(
            [sys.executable, "-c", program, str(folder), str(server.getsockname()[1])],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    assert done.stdout.strip() == "101"  # ENETUNREACH: there is nothing in it, not even the machine itself


LIMITS = {
    "memory": ("bytearray(4 * 1024**3)", 1, "MemoryError"),
    "time": ("while True: pass", -signal.SIGXCPU, ""),
    "size": ('open(folder / "work" / "big", "wb").write(b"0" * 2_000_000)', 1, "File too large"),
    "files": ('kept = [open(folder / "source") for _ in range(100)]', 1, "Too many open files"),
}


@pytest.mark.parametrize("name", LIMITS)
def test_it_has_limits(folder: Path, name: str) -> None:
    program, code, words = LIMITS[name]
    done = shut_in(folder, program)
    assert done.returncode == code, done.stderr
    assert words in done.stderr


def test_it_leaves_no_core_and_gives_way_to_others(folder: Path) -> None:
    program = "import resource; print(os.nice(0), *resource.getrlimit(resource.RLIMIT_CORE))"
    nice = os.nice(0)
    assert shut_in(folder, program).stdout.split() == [str(min(19, nice + 10)), "0", "0"]
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != bounds.MEMORY  # ours are as they were


def test_its_environment_holds_none_of_our_settings(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEOPLE_SECRET_KEYS", "a secret")
    seen = b""

    def hear(_: dict[str, Any]) -> None:
        nonlocal seen
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        (child,) = [one for one in children if b"films.child" in Path(f"/proc/{one}/cmdline").read_bytes()]
        seen = Path(f"/proc/{child}/environ").read_bytes()

    process.run("look", small, tmp_path, hear=hear, stopping=NEVER)
    assert b"LANG=C.UTF-8" in seen
    assert b"PEOPLE_SECRET_KEYS" not in seen


def test_a_link_that_it_left_is_not_taken_for_a_file(folder: Path) -> None:
    """Landlock lets it make none; where there is no Landlock, this is what stands between."""
    store, work = Folder(folder / "store"), folder / "work"
    (work / "film.mp4").symlink_to(folder / "secret")
    with pytest.raises(NotWhole, match="not a file of its own"):
        put_video(work, store=store)
    (work / "film.mp4").unlink()
    os.link(folder / "secret", work / "film.mp4")
    with pytest.raises(NotWhole, match="not a file of its own"):
        put_video(work, store=store)


def test_what_it_says_of_its_files_is_not_believed_unseen(folder: Path) -> None:
    about = {"name": 360, "width": 640, "height": 360, "codecs": "avc1.64001E", "seconds": [6.0, 2.0]}
    work, store = folder / "work", Folder(folder / "store")
    for name in ("360p-init.mp4", "360p-0000.m4s", "360p-0001.m4s"):
        (work / name).write_bytes(b"a film")
    assert len(put_rendition(work, about, store=store)[1]) == 4
    changes: tuple[dict[str, Any], ...] = (
        {"seconds": [6.0]},
        {"seconds": []},
        {"codecs": 'avc1"\n../secret'},
        {"name": 720},
    )
    for change in changes:
        with pytest.raises(NotWhole):
            put_rendition(work, about | change, store=store)


PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", *sys.argv[1:]], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
"""


def test_it_ends_with_who_started_it_even_while_it_has_nothing_to_say(folder: Path) -> None:
    silent = START + "\nimport time\nprint('shut in', flush=True)\ntime.sleep(100)"
    words = [sys.executable, "-c", PARENT, silent, str(folder)]
    pid = int(subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    wait_until(lambda: is_gone(pid))
