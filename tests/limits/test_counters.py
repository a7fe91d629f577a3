"""Counting: in SQL, on a Valkey server, and in SQL again while that is away."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from limits import RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy.exc import OperationalError

from portal.people.database import Database
from portal.people.web import PeopleCounter
from portal.shared.counters import LEFT_ALONE, SqlCounters, ValkeyCounters, counters_beside, forget_old_counters
from tests.support.engines import Engine
from tests.support.sides import people_app
from tests.support.valkey import ValkeyServer

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
THREE = RateLimitItemPerMinute(3, 10)


@pytest.fixture
def database_url(engine: Engine, tmp_path: Path) -> str:
    url: str = people_app(tmp_path).extensions["settings"].database_url
    return url


@pytest.fixture
def counters(database_url: str) -> Iterator[SqlCounters]:
    counters = SqlCounters(database_url=database_url, row=PeopleCounter)
    yield counters
    counters.close()


@pytest.fixture
def server() -> Iterator[ValkeyServer]:
    with ValkeyServer() as server:
        yield server


@pytest.fixture
def on_server(server: ValkeyServer, database_url: str) -> Iterator[ValkeyCounters]:
    in_sql: dict[str, Any] = {"database_url": database_url, "row": PeopleCounter}
    counters = ValkeyCounters(server_url=server.url, prefix="limits-test", **in_sql)
    yield counters
    counters.close()


def hits(storage: Storage, who: str = "ada", times: int = 1) -> list[bool]:
    return [FixedWindowRateLimiter(storage).hit(THREE, who) for _ in range(times)]


def test_a_window_begins_with_the_first_try_and_ends_by_its_own_time(counters: SqlCounters) -> None:
    with time_machine.travel(NOON + timedelta(minutes=7), tick=False) as clock:
        assert hits(counters, times=5) == [True, True, True, False, False]
        assert FixedWindowRateLimiter(counters).get_window_stats(THREE, "ada").reset_time == clock_at(17)
        clock.move_to(NOON + timedelta(minutes=16, seconds=59))
        assert hits(counters) == [False]
        clock.move_to(NOON + timedelta(minutes=17))
        assert hits(counters, times=4) == [True, True, True, False]
        assert FixedWindowRateLimiter(counters).get_window_stats(THREE, "ada").reset_time == clock_at(27)


def test_each_counts_alone(counters: SqlCounters) -> None:
    assert hits(counters, "ada", 4)[-1] is False
    assert hits(counters, "ben") == [True]


def test_tries_at_once_are_all_counted(counters: SqlCounters) -> None:
    with ThreadPoolExecutor(8) as pool:
        counted = list(pool.map(lambda _: counters.incr("k", 60), range(100)))
    assert sorted(counted) == list(range(1, 101))


def test_what_is_over_is_forgotten_and_what_runs_is_kept(counters: SqlCounters, database_url: str) -> None:
    with time_machine.travel(NOON, tick=False):
        counters.incr("short", 60)
        counters.incr("long", 600)
        database = Database(database_url)
        with database.transaction() as db:
            assert forget_old_counters(db, PeopleCounter, now=NOON + timedelta(seconds=60)) == 1
        database.close()
        assert (counters.get("short"), counters.get("long")) == (0, 1)


def test_counters_have_a_file_of_their_own_beside_sqlite_and_lie_in_the_database_of_a_server() -> None:
    assert counters_beside("sqlite:////data/people/people.db") == "sqlite:////data/people/people-limits.db"
    assert counters_beside("postgresql+psycopg://ada:pw@db/hub") == "postgresql+psycopg://ada:pw@db/hub"


@pytest.mark.one_engine
def test_a_try_is_counted_while_somebody_elses_consent_is_being_written(
    counters: SqlCounters, database_url: str
) -> None:
    database = Database(database_url)
    with database.transaction():
        assert counters.incr("k", 60) == 1
    database.close()


def test_it_can_be_cleared_and_says_whether_it_answers(counters: SqlCounters, tmp_path: Path) -> None:
    counters.incr("a", 60, amount=5)
    counters.incr("b", 60)
    counters.clear("a")
    assert (counters.get("a"), counters.get("b")) == (0, 1)
    assert counters.reset() == 1
    assert counters.check()
    nowhere = SqlCounters(database_url=f"sqlite:///{tmp_path}/no/such.db", row=PeopleCounter)
    assert not nowhere.check()


def test_where_nothing_can_be_counted_only_what_may_miss_goes_on(tmp_path: Path) -> None:
    nowhere = f"sqlite:///{tmp_path}/no/such.db"
    with pytest.raises(OperationalError):
        SqlCounters(database_url=nowhere, row=PeopleCounter).incr("k", 60)
    assert SqlCounters(database_url=nowhere, row=PeopleCounter, may_miss=lambda: True).incr("k", 60) == 0


def test_a_server_counts_instead_and_lets_go_by_itself(on_server: ValkeyCounters, server: ValkeyServer) -> None:
    assert hits(on_server, times=4) == [True, True, True, False]
    assert SqlCounters.get(on_server, THREE.key_for("ada")) == 0
    [key] = server.counted()
    assert key.startswith(b"limits-test:")
    assert 590 < server.client.ttl(key) <= 600
    server.end_windows()
    assert hits(on_server, times=4) == [True, True, True, False]


def test_while_the_server_is_away_sql_counts(on_server: ValkeyCounters, server: ValkeyServer) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        assert hits(on_server, times=2) == [True, True]
        server.stop()
        assert hits(on_server, times=4) == [True, True, True, False]  # from nought, in SQL
        server.start()
        assert hits(on_server) == [False]  # it is left alone for a while, so that nobody waits for it at each try
        clock.shift(LEFT_ALONE)
        assert hits(on_server, times=4) == [True, True, True, False]


def test_a_server_that_refuses_is_no_better_than_one_that_is_away(
    on_server: ValkeyCounters, server: ValkeyServer
) -> None:
    server.client.config_set("requirepass", "closed")
    server.client.execute_command("AUTH", "closed")
    assert hits(on_server, times=4) == [True, True, True, False]
    assert SqlCounters.get(on_server, THREE.key_for("ada")) == 4


def clock_at(minute: int) -> float:
    return NOON.replace(minute=minute).timestamp()
