"""Which databases the tests run on: a test that opens a side runs on each of them, and the end says how many did."""

import gc
import shutil
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import engines
from tests.support.engines import Engine, Sqlite
from tests.support.sides import closed_at_the_end
from tests.support.spreading import Spreading, place_of

EVERYWHERE = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--engine sqlite` runs on that one alone."""
    parser.addoption("--engine", action="append", help="sqlite, postgresql or postgresql15; by default the first two")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that opens a side once per engine; where the schema itself is tested, on Debian's PostgreSQL too."""
    if "engine" not in metafunc.fixturenames:
        return
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    wanted = metafunc.config.getoption("--engine") or list(EVERYWHERE)
    if marks & {"every_version", "postgres"} and not metafunc.config.getoption("--engine") and _has_debian():
        wanted = [*wanted, "postgresql15"]
    if "postgres" in marks:
        wanted = [name for name in wanted if name != "sqlite"]
    if "one_engine" in marks:
        wanted = wanted[:1]
    metafunc.parametrize("engine", wanted, indirect=True, scope="session")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each group stand together."""
    items.sort(key=lambda item: place_of(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spreading:
    """Let each group run in one process."""
    return Spreading(config, log)


def pytest_collection() -> None:
    """What is loaded and collected from here on stays to the end, so nothing of it is garbage."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Let no search for garbage go through all of that again and again."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """The kind of database that the test runs on."""
    found = _opened(request.param)
    engines.use(found)
    yield found
    engines.use(None)


@pytest.fixture(autouse=True)
def stores_taken_back(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test itself was lent is emptied after it; what a longer fixture was lent stays with that one."""
    if "engine" not in request.fixturenames:
        yield
        return
    found: Engine = request.getfixturevalue("engine")
    found.lend()
    with closed_at_the_end():
        yield
    found.take_back()


@pytest.fixture(autouse=True)
def counted(request: pytest.FixtureRequest, record_property: Any) -> None:
    """Note the engine in the report, for the count at the end."""
    if "engine" in request.fixturenames:
        record_property("engine", request.getfixturevalue("engine").name)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many tests passed on each engine, and at how many points which act was killed."""
    passed = Counter(
        value
        for report in terminalreporter.stats.get("passed", [])
        for name, value in report.user_properties
        if name == "engine"
    )
    if passed:
        counts = ", ".join(f"{count} on {name}" for name, count in sorted(passed.items(), reverse=True))
        terminalreporter.write_line(f"Of the tests that open a database passed: {counts}.")
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "killed":
                terminalreporter.write_line(f"Killed: {value}.")


def _opened(name: str) -> Engine:
    if name == "sqlite":
        return Sqlite()
    from tests.support import postgres  # starts a server

    return postgres.debian() if name == "postgresql15" else postgres.newest()


def _has_debian() -> bool:
    return shutil.which("/usr/lib/postgresql/15/bin/postgres") is not None
