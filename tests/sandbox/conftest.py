"""One sandbox with the small scenario for all tests, since drives keep apart; a fresh one where a test looks at all."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal.sandbox.database import Database
from tests.sandbox.small import load_small_scenario
from tests.sandbox.visitor import Visitor
from tests.support.engines import Engine
from tests.support.sides import sandbox_app


@pytest.fixture(scope="session")
def app(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    yield from opened(tmp_path_factory.mktemp("sandbox"))


@pytest.fixture
def fresh_app(engine: Engine, tmp_path: Path) -> Iterator[Flask]:
    yield from opened(tmp_path)


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def fresh_database(fresh_app: Flask) -> Database:
    found: Database = fresh_app.extensions["database"]
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


def opened(data: Path) -> Iterator[Flask]:
    app = sandbox_app(data)
    with app.extensions["database"].transaction() as db:
        load_small_scenario(db)
    yield app
    app.extensions["database"].close()
