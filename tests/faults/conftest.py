"""Disks that really fill up, and an installation for everything that is thrown at one."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.people.site import Site
from tests.support import engines
from tests.support.engines import Engine, Sqlite
from tests.support.films import show_sample_film
from tests.support.running import Running
from tests.support.sides import closed_at_the_end, people_app


class SmallDisk:
    """A file system of 32 MB."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.filler = folder / "filler"

    def fill(self) -> None:
        """Leave not one byte."""
        with self.filler.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))

    def empty(self) -> None:
        """Take away again what filled it."""
        self.filler.unlink()


@pytest.fixture
def on_sqlite() -> Iterator[None]:
    """For what is about a database that is a file of ours: a server's disk is the server's."""
    before = engines.in_use()
    engines.use(Sqlite())
    with closed_at_the_end():
        yield
    engines.use(before)


@pytest.fixture
def site(engine: Engine, tmp_path: Path) -> Site:
    return Site(people_app(tmp_path))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    options = f"size=32m,mode=0700,uid={os.geteuid()},gid={os.getegid()}"
    mount = [*as_root, "mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError as fault:
        pytest.skip(f"a small disk needs root: {fault}")
    if done.returncode:
        pytest.skip(f"a small disk needs root: {done.stderr.strip()}")
    yield SmallDisk(folder)
    subprocess.run([*as_root, "umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """As `make run` starts it by default."""
    before = engines.in_use()
    engines.use(Sqlite())
    with Running(tmp_path_factory.mktemp("thrown-at") / "data") as running:
        show_sample_film(running.environment)
        engines.use(before)
        yield running
