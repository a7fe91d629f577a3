"""Kill -9 at any moment of the making, of the worker or of the process that reads the video: the film is the same."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from portal.people.films.making import make_next
from portal.shared.environment import ROOT
from tests.people.films.conftest import NEVER, Films
from tests.people.films.videos import write_video

PATIENCE = 90.0  # beside a whole run of tests


@contextmanager
def maker(films: Films) -> Iterator["subprocess.Popen[bytes]"]:
    words = [sys.executable, "-m", "tests.people.films.maker"]
    environ = os.environ | films.site.environ
    process = subprocess.Popen(words, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(is_so: Callable[[], Any]) -> Any:
    """What it comes to, once it comes to anything."""
    until = time.monotonic() + PATIENCE
    while not (found := is_so()):
        assert time.monotonic() < until
        time.sleep(0.02)
    return found


def children(process: "subprocess.Popen[bytes]") -> list[int]:
    tasks = Path(f"/proc/{process.pid}/task").glob("*/children")
    return [pid for task in tasks for pid in map(int, task.read_text().split()) if not is_gone(pid)]


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sizes, and long enough for both to be broken off."""
    return write_video(tmp_path_factory.mktemp("killed") / "webinar.mp4", seconds=5, size=(640, 480))


@pytest.fixture
def one_core() -> Iterator[None]:
    """x264 keeps to a rate by what its threads happen to know of each other: on one core its bytes never differ."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    yield
    os.sched_setaffinity(0, before)


POINTS = (
    *(("worker", "first", 0.0), ("worker", "first", 0.3), ("reader", "first", 0.1)),
    *(("worker", "rest", 0.0), ("reader", "rest", 0.1), ("worker", "rest", 0.2)),
)


def test_a_film_whose_making_is_killed_again_and_again_is_the_film_of_an_undisturbed_one(
    films: Films, video: Path, one_core: None, record_property: Any
) -> None:
    source = films.ask(video)
    assert make_next(films.studio, stopping=NEVER) == 1
    undisturbed = films.files(), films.stored(), films.site.count("media_files")
    films.clear()

    films.ask(video)
    for whom, stage, after in POINTS:
        kill(films, source, whom, stage, after)
    films.hurry(source)
    with maker(films):
        wait_until(lambda: films.find(source).state == "ready" and not films.left_over())
    assert (films.files(), films.stored(), films.site.count("media_files")) == undisturbed
    assert not list((films.studio.folder / "originals").glob(".*"))
    assert not list(films.site.settings.media_folder.glob(".*"))
    record_property("killed", f"the making of a film at {len(POINTS)} moments")


def kill(films: Films, source: str, whom: str, stage: str, after: float) -> None:
    """Let a worker begin, and kill it, or the process that reads for it, so long after this stage began."""
    films.hurry(source)
    with maker(films) as process:
        wait_until(lambda: is_at(films, source, stage) and children(process))
        time.sleep(after)
        (reader,) = wait_until(lambda: children(process))  # between two turns there is none
        if whom == "worker":
            process.kill()
            wait_until(lambda: is_gone(reader))  # nobody has to look for it
            return
        os.kill(reader, signal.SIGKILL)
        wait_until(lambda: films.find(source).state == "waiting")
        assert films.find(source).words == "Making it broke off. It begins again by itself."


def is_at(films: Films, source: str, stage: str) -> bool:
    ((found, state),) = films.site.rows("select stage, state from films where source = ?", source)
    return (found, state) == (stage, "working")


def test_a_video_that_breaks_every_reader_is_given_up_in_words(films: Films, video: Path) -> None:
    source = films.ask(video)
    with films.site.raw() as connection:
        connection.exec_driver_sql("update films set attempts = 6")
    make_next(films.studio, stopping=NEVER)
    assert films.find(source).words == "Making it broke off 6 times. Publish it again, or another file."
