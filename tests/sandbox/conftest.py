"""A sandbox of its own for each test, with the small scenario in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal.sandbox.database import Database
from tests.sandbox.small import load_small_scenario
from tests.sandbox.visitor import Visitor
from tests.support.sides import sandbox_app


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = sandbox_app(tmp_path)
    with app.extensions["database"].transaction() as db:
        load_small_scenario(db)
    yield app
    app.extensions["database"].close()


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def arrive(app: Flask) -> Callable[[], Visitor]:
    """A visitor who has just come."""
    return lambda: Visitor(app)


@pytest.fixture
def ada(app: Flask) -> Visitor:
    """A visitor with a drive open."""
    return Visitor(app).start()


@pytest.fixture
def ben(app: Flask) -> Visitor:
    """Another one, with a drive of the same scenario."""
    return Visitor(app).start()
