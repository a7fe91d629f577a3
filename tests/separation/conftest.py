"""Two sound sides, of which each test breaks one thing."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from portal.people.settings import Settings as PeopleSettings
from portal.people.settings import load_settings as load_people
from portal.sandbox.settings import Settings as SandboxSettings
from portal.sandbox.settings import load_settings as load_sandbox


@dataclass
class Sides:
    """The settings of both sides on one data folder, and the environment that leads to them."""

    environ: dict[str, str]
    people: PeopleSettings
    sandbox: SandboxSettings


@pytest.fixture
def sides(tmp_path: Path) -> Sides:
    environ = {"DATA": str(tmp_path / "data"), "PATH": "/usr/bin:/bin"}
    sides = Sides(environ, load_people(environ), load_sandbox(environ))
    for folder in (sides.people.folder, sides.sandbox.folder):
        (folder / f"{folder.name}.db").write_bytes(b"")
    return sides
