"""The worker's jobs: their turns are written down; a database that is away fails a turn, not the worker."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from portal.people.jobs import BEAT_EVERY, Job, JobState, list_jobs
from portal.people.worker import Turns
from tests.people.site import Site

START = datetime(2026, 3, 12, 9, tzinfo=UTC)


def job(site: Site) -> JobState:
    with site.database.reading() as db:
        (found,) = list_jobs(db)
    return found


def test_an_idle_turn_is_written_down_now_and_then_and_one_that_did_something_at_once(site: Site) -> None:
    with time_machine.travel(START, tick=False) as now:
        turns = Turns(site.database, Job.DELIVERY, noted_every=BEAT_EVERY)
        turns.take(lambda: 0)
        assert job(site).runs == 1
        now.shift(timedelta(seconds=1))
        turns.take(lambda: 0)
        assert (job(site).runs, job(site).ended_at) == (1, START)
        turns.take(lambda: 5)
        assert (job(site).runs, job(site).ended_at) == (3, START + timedelta(seconds=1))
        now.shift(BEAT_EVERY)
        turns.take(lambda: 0)
        assert job(site).runs == 4


def away() -> int:
    raise OperationalError("select 1", {}, Exception("the server closed the connection"))


def test_a_turn_that_the_database_breaks_off_is_counted_once_it_is_back(site: Site) -> None:
    with time_machine.travel(START, tick=False) as now:
        turns = Turns(site.database, Job.RETENTION, noted_every=timedelta())
        with capture_logs() as logged:
            assert not turns.take(away)
        assert [line["event"] for line in logged] == ["job.failed"]
        now.shift(timedelta(seconds=1))
        assert turns.take(lambda: 0)
    assert (job(site).runs, job(site).failures) == (1, 1)


def broken() -> int:
    raise KeyError("a fault of ours")


def test_a_fault_of_ours_ends_the_worker_which_is_then_started_anew(site: Site) -> None:
    with pytest.raises(KeyError):
        Turns(site.database, Job.RETENTION, noted_every=timedelta()).take(broken)


def test_two_workers_share_the_row_of_a_job(site: Site) -> None:
    for _ in range(2):
        Turns(site.database, Job.DELIVERY, noted_every=BEAT_EVERY).take(lambda: 1)
    assert job(site).runs == 2
    with site.database.reading() as db:
        assert db.scalar(text("select count(*) from jobs")) == 1
