"""A people side and a sandbox of its own for each test: what was counted for one must not meet another."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.people.site import Site
from tests.sandbox.conftest import opened
from tests.support.engines import Engine
from tests.support.sides import people_app


@pytest.fixture
def site(engine: Engine, tmp_path: Path) -> Site:
    return Site(people_app(tmp_path))


@pytest.fixture
def app(engine: Engine, tmp_path: Path) -> Iterator[Flask]:
    yield from opened(tmp_path)
