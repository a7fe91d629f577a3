"""A people side of its own for each test."""

from pathlib import Path

import pytest

from tests.people.site import Site
from tests.support.engines import Engine
from tests.support.sides import people_app


@pytest.fixture
def site(engine: Engine, tmp_path: Path) -> Site:
    return Site(people_app(tmp_path))
