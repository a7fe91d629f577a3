"""The only place that starts the process which opens videos, hears what it says, and ends it where it does not end."""

import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, cast

from portal.people.films import bounds
from portal.people.films.recipes import ROOT
from portal.people.films.recorder import Stopped

__all__ = ["Broken", "NoRoom", "NotAccepted", "Stopped", "run"]

OPENER = (sys.executable, "-m", "portal.people.films.child")
"""What opens a video where nothing else is said; another program is shut in likewise, by itself."""
_LOOK_EVERY_SECONDS = 0.5
_MOST_OF_A_LINE = 65_536
_MOST_OF_A_FAULT = 200
_WORDS = {
    signal.SIGXCPU: "It takes far longer than a film of its length may. Export it again, as H.264 (MP4).",
    signal.SIGXFSZ: "What is made of it grows larger than a film may. Export it shorter or smaller.",
    signal.SIGSEGV: "It breaks the program that reads videos, so it is not read. Export it again, as H.264 (MP4).",
}
_SAME = {signal.SIGABRT: signal.SIGSEGV, signal.SIGBUS: signal.SIGSEGV, signal.SIGFPE: signal.SIGSEGV}


class NotAccepted(ValueError):
    """The file makes no film; the message is for whoever sent it."""


class Broken(Exception):
    """The process ended before it was done, by no fault that the file is known to have: it may be tried again."""


class NoRoom(Exception):
    """The disk is full."""


def run(
    task: str,
    source: Path,
    folder: Path,
    *,
    hear: Callable[[dict[str, Any]], None],
    stopping: threading.Event,
    program: Sequence[str] = OPENER,
) -> dict[str, Any]:
    """Have `task` done with the video at `source`, its files written into `folder`; what the process says at the end.

    `hear` is given everything it says meanwhile. It ends with this one, by whatever cause. Raises NotAccepted, Broken,
    NoRoom, Stopped.
    """
    last: dict[str, Any] = {}
    with TemporaryFile() as faults:
        with _started(program, task, source, folder, faults) as child:
            for last in _said(child, stopping):
                hear(last)
            code = child.wait()
        fault = _last_line(faults)
    if "refused" in last:
        raise NotAccepted(str(last["refused"]))
    if last.get("is_full"):
        raise NoRoom
    if code == 0 and isinstance(last.get("done"), dict):
        return dict(last["done"])
    raise _what_happened(code, fault)


@contextmanager
def _started(
    program: Sequence[str], task: str, source: Path, folder: Path, faults: IO[bytes]
) -> Iterator["subprocess.Popen[bytes]"]:
    order = json.dumps({"task": task, "source": str(source), "folder": str(folder)})
    child = subprocess.Popen(
        program,
        cwd=ROOT,
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},  # none of our settings: there are keys among them
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=faults,
        start_new_session=True,
    )
    told, saying = cast("IO[bytes]", child.stdin), cast("IO[bytes]", child.stdout)
    try:
        with suppress(BrokenPipeError):  # it ended already, which is found out by what it did not say
            told.write(order.encode() + b"\n")
            told.close()
        yield child
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        saying.close()


def _said(child: "subprocess.Popen[bytes]", stopping: threading.Event) -> Iterator[dict[str, Any]]:
    """What the child says, line by line. It may have been taken over, so that nothing in it is believed unread."""
    saying = cast("IO[bytes]", child.stdout)
    begun, heard_at = b"", time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(saying, selectors.EVENT_READ)
        while True:
            if stopping.is_set():
                raise Stopped
            if time.monotonic() - heard_at > bounds.STANDS_STILL_SECONDS:
                minutes = bounds.STANDS_STILL_SECONDS // 60
                raise NotAccepted(f"Nothing came of it for {minutes} minutes. Export it again, as H.264 (MP4).")
            if not selector.select(_LOOK_EVERY_SECONDS):
                continue
            if not (part := os.read(saying.fileno(), _MOST_OF_A_LINE)):
                return
            heard_at = time.monotonic()
            *whole, begun = (begun + part).split(b"\n")
            if len(begun) > _MOST_OF_A_LINE:
                raise Broken("It says more than it should.")
            yield from map(_understood, whole)


def _understood(line: bytes) -> dict[str, Any]:
    try:
        word = json.loads(line)
    except ValueError:
        return {}
    return word if isinstance(word, dict) else {}


def _last_line(faults: IO[bytes]) -> str:
    """What it said last of what went wrong, for the log; no more than a line of it."""
    faults.seek(max(0, faults.seek(0, os.SEEK_END) - _MOST_OF_A_FAULT))
    lines = faults.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""


def _what_happened(code: int, fault: str) -> Exception:
    if code < 0:
        number = signal.Signals(-code)
        if words := _WORDS.get(_SAME.get(number, number)):
            return NotAccepted(words)
        return Broken(f"It was ended by {number.name}.")
    return Broken(fault or f"It ended with {code}.")
