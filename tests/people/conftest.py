"""A people side of its own for each test."""

from pathlib import Path

import pytest

from tests.people.site import Site
from tests.support.sides import people_app


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(people_app(tmp_path))
