"""The only place that has a webinar's folder spoken and drawn: by a child, where voice and pen are."""

import json
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

import structlog

from portal.people.films.recipes import ROOT

PYTHON = ROOT / ".venv-video" / "bin" / "python"
BAD_RECIPE = 2
"""What the tool ends with where the recipe is to be mended, and its one line says how."""
SILENCE_SECONDS = 120
"""So long the child may say nothing; a film of four minutes takes it about ten seconds in all."""
_LOOK_EVERY_SECONDS = 0.5
_MOST_LOGGED = 2_000
_KINDNESS = 10  # it gives way to whoever looks at a page meanwhile


log = structlog.get_logger()


class CannotRecord(Exception):
    """The film cannot be made; the message says why, and what to do."""


class Stopped(Exception):
    """The worker is stopping; nothing is wrong with the film."""


def record(
    folder: Path,
    out: Path,
    *,
    tell: Callable[[int], None],
    stopping: threading.Event,
    python: Path = PYTHON,
) -> Path:
    """Make the film of the recipe in `folder`, and say each percent of it to `tell`; returns where it lies in `out`.

    The child ends with whoever started it, by whatever cause, and leaves no half of a film: what stands in `out` is
    whole. Raises CannotRecord or Stopped.
    """
    if not python.is_file():
        raise CannotRecord("The voice that speaks it is not installed here. Run: make setup")
    child = _start(folder, out, python)
    try:
        for line in _lines(child, stopping):
            if percent := _percent(line):
                tell(percent)
        problem = child.stderr.read().decode(errors="replace").strip() if child.stderr else ""
        if child.wait() != 0:
            raise CannotRecord(_in_words(problem, is_ours=child.returncode != BAD_RECIPE))
    finally:
        _end(child)
    return out / f"{folder.name}.mp4"


def _start(folder: Path, out: Path, python: Path) -> subprocess.Popen[bytes]:
    words: list[str | Path] = [python, "-m", "tools.video", folder, "--out", out, "--progress"]
    child = subprocess.Popen(
        words,
        cwd=ROOT,
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},  # none of our settings: there are keys among them
        stdin=subprocess.PIPE,  # it ends when this does
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    os.setpriority(os.PRIO_PROCESS, child.pid, _KINDNESS)
    return child


def _lines(child: subprocess.Popen[bytes], stopping: threading.Event) -> Iterator[bytes]:
    """What the child says, line by line, until it says no more."""
    said = cast("IO[bytes]", child.stdout)
    heard_at, begun = time.monotonic(), b""
    with selectors.DefaultSelector() as selector:
        selector.register(said, selectors.EVENT_READ)
        while True:
            if stopping.is_set():
                raise Stopped
            if time.monotonic() - heard_at > SILENCE_SECONDS:
                raise CannotRecord(f"It said nothing for {SILENCE_SECONDS} seconds and was ended. Publish it again.")
            if not selector.select(_LOOK_EVERY_SECONDS):
                continue
            if not (part := os.read(said.fileno(), 65_536)):
                return
            heard_at = time.monotonic()
            *whole, begun = (begun + part).split(b"\n")
            yield from whole


def _percent(line: bytes) -> int:
    """The share that a line of the child tells, or 0 where it tells something else."""
    try:
        return int(json.loads(line)["percent"])
    except (ValueError, KeyError, TypeError):
        return 0


def _in_words(problem: str, *, is_ours: bool) -> str:
    """The one line for the person who wrote the recipe; what else the child says may name folders, so it is logged."""
    if is_ours or not problem:
        log.error("film.not_recorded", error=problem[-_MOST_LOGGED:])
        return "What speaks and draws it ended by a fault of its own, which stands in the log of the worker."
    return problem.splitlines()[-1].removeprefix("tools.video: ")


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe:
            pipe.close()
