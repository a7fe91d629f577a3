"""`/metrics`: for whoever holds the token, by endpoint and never by person, and there when the database is not."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.people.jobs import Job
from portal.people.privacy.separation import keep_check
from portal.people.sessions import PeopleSession
from portal.people.worker import Turns
from portal.sandbox.drives.sweep import sweep
from portal.shared import clock
from portal.shared.database import Database
from portal.shared.metrics import counter, look_at_rows, measure
from tests.people.site import ADA, Site
from tests.sandbox.small import load_small_scenario
from tests.sandbox.visitor import Visitor
from tests.support.sides import people_app, sandbox_app

pytestmark = pytest.mark.usefixtures("engine")

TOKEN = "m" * 40
EARNEST = {
    "people": {
        "PEOPLE_URL": "https://learn.people.customerhub.net",
        "PEOPLE_SECRET_KEYS": "k" * 40,
        "MAIL_URL": "smtp://localhost:2525",
    },
    "sandbox": {
        "SANDBOX_URL": "https://practice.people.customerhub.net",
        "LEARNING_URL": "https://learn.people.customerhub.net",
        "SANDBOX_SECRET_KEYS": "k" * 40,
    },
}
MAKE: dict[str, Callable[..., Flask]] = {"people": people_app, "sandbox": sandbox_app}


def figures(client: FlaskClient, **headers: str) -> dict[str, float]:
    """Every series with its value."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    lines = [line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


@pytest.mark.parametrize("side", MAKE)
def test_in_earnest_it_answers_to_the_token_and_else_there_is_nothing(tmp_path: Path, side: str) -> None:
    client = MAKE[side](tmp_path, **EARNEST[side], METRICS_TOKEN=TOKEN).test_client()
    nothing = without_id(client.get("/nothing-here").text)
    for headers in ({}, bearer("m" * 39), bearer(""), {"Authorization": f"Basic {TOKEN}"}, bearer("ü")):
        answer = client.get("/metrics", headers=headers)
        assert answer.status_code == 404
        assert without_id(answer.text) == nothing
    answer = client.get("/metrics", headers=bearer(TOKEN))
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] in ("no-cache", "private, no-store")


@pytest.mark.parametrize("side", MAKE)
def test_without_a_token_it_answers_on_ones_own_machine_alone(tmp_path: Path, side: str) -> None:
    assert MAKE[side](tmp_path / "a").test_client().get("/metrics").status_code == 200
    with_token = MAKE[side](tmp_path / "b", METRICS_TOKEN=TOKEN).test_client()
    assert with_token.get("/metrics").status_code == 404
    assert with_token.get("/metrics", headers=bearer(TOKEN)).status_code == 200
    in_earnest = MAKE[side](tmp_path / "c", **EARNEST[side]).test_client()
    assert in_earnest.get("/metrics").status_code == 404
    assert in_earnest.get("/metrics", headers=bearer("")).status_code == 404


def test_the_form_is_what_was_asked_for(tmp_path: Path) -> None:
    client = people_app(tmp_path).test_client()
    plain = client.get("/metrics")
    assert plain.content_type.startswith("text/plain; version=")
    assert "# TYPE portal_requests_total counter" in plain.text
    opened = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert opened.content_type.startswith("application/openmetrics-text")
    assert opened.text.endswith("# EOF\n")


def test_requests_are_counted_by_endpoint_and_whatever_is_asked_for_makes_no_further_series(tmp_path: Path) -> None:
    client = people_app(tmp_path).test_client()
    for address in ("/offers/setup-day", "/offers/nothing", "/nowhere"):
        client.get(address)
        client.open(address, method="BREW")
    before = figures(client)
    assert before['portal_requests_total{endpoint="offers.show",method="GET",status="2xx"}'] == 1
    assert before['portal_requests_total{endpoint="offers.show",method="GET",status="4xx"}'] == 1
    assert before['portal_requests_total{endpoint="none",method="other",status="4xx"}'] >= 1
    assert before['portal_request_seconds_count{endpoint="offers.show"}'] == 2
    for number in range(200):
        client.get(f"/offers/{number}?q={number}", headers={"Host": f"localhost:{8000 + number % 2}"})
        client.open(f"/{number}", method=f"BREW{number}")
    assert set(figures(client)) - set(before) <= {
        line for line in figures(client) if "metrics.index" in line or 'method="other"' in line
    }


def test_what_people_did_is_counted_and_names_none_of_them(tmp_path: Path) -> None:
    site = Site(people_app(tmp_path))
    mail = site.agreed(ADA, "offers_email")
    site.sign_up(ADA)  # on the same day: nothing is written
    site.post(mail.opt_out)
    found = figures(site.client)
    acts = {name: found[f'portal_acts_total{{act="{name}"}}'] for name in ("sign-up", "confirmation", "opt-out")}
    assert acts == {"sign-up": 1, "confirmation": 1, "opt-out": 1}
    assert found["portal_ledger_records"] == 3
    text = site.get("/metrics").text
    (person_id,) = site.rows("select id from people")[0]
    for personal in (ADA, "Ada", "customerhub", person_id, mail.opt_out.rpartition("/")[2], "/opt-out/"):
        assert personal not in text


def test_the_outbox_tells_how_long_the_oldest_message_has_waited(tmp_path: Path) -> None:
    with time_machine.travel(datetime(2026, 3, 12, 9, tzinfo=UTC), tick=False) as now:
        site = Site(people_app(tmp_path))
        assert figures(site.client)["portal_outbox_age_seconds"] == 0
        site.sign_up(ADA)
        now.shift(timedelta(seconds=90))
        found = figures(site.client)
    assert found["portal_outbox_age_seconds"] == 90
    assert found['portal_messages{state="waiting"}'] == 1
    assert found['portal_messages{state="sent"}'] == 0


def test_the_workers_jobs_are_told_by_the_people_process(tmp_path: Path) -> None:
    with time_machine.travel(datetime(2026, 3, 12, 9, tzinfo=UTC), tick=False) as now:
        site = Site(people_app(tmp_path))
        turns = Turns(site.database, Job.RETENTION, noted_every=timedelta())
        assert turns.take(lambda: pass_by(now, seconds=2))
        now.shift(timedelta(seconds=60))
        found = figures(site.client)
    assert found['portal_job_age_seconds{job="retention"}'] == 60
    assert found['portal_job_seconds{job="retention"}'] == 2
    assert found['portal_job_runs_total{job="retention"}'] == 1
    assert found['portal_job_failures_total{job="retention"}'] == 0


def test_the_last_separation_check_is_told_with_its_age(tmp_path: Path) -> None:
    with time_machine.travel(datetime(2026, 3, 12, 9, tzinfo=UTC), tick=False) as now:
        site = Site(people_app(tmp_path))
        assert "portal_separation_check_held" not in figures(site.client)
        with site.database.transaction() as db:
            keep_check(db, lines=[], seconds=1.5, is_held=False, now=clock.now())
        now.shift(timedelta(minutes=5))
        found = figures(site.client)
    assert found["portal_separation_check_age_seconds"] == 300
    assert found["portal_separation_check_held"] == 0


def test_drives_are_counted_as_they_begin_change_and_end(tmp_path: Path) -> None:
    with time_machine.travel(datetime(2026, 3, 12, 9, tzinfo=UTC), tick=False) as now:
        app = sandbox_app(tmp_path)
        database = app.extensions["database"]
        with database.transaction() as db:
            load_small_scenario(db)
        ada, _ben = Visitor(app).start(), Visitor(app).start()
        ada.edit("L001", name="Zoe Newname")
        found = figures(ada.client)
        assert found["portal_drives"] == 2
        assert found['portal_acts_total{act="drive-started"}'] == 2
        assert found['portal_drive_rows{table="drive_leads"}'] >= 0  # an estimate on PostgreSQL
        now.shift(timedelta(days=15))
        counter(app)("drive-ended", sweep(database))
        found = figures(ada.client)
    assert found["portal_drives"] == 0
    assert found['portal_acts_total{act="drive-ended"}'] == 2


def test_while_the_database_is_away_it_says_so_and_tells_the_rest() -> None:
    app = Flask("small")
    away = Database("sqlite:////nowhere/away.db", synchronous="FULL")
    measure(app, database=away, token="", is_open=True, acts=("act",))
    look_at_rows(app, sessions)
    found = figures(app.test_client())
    assert found["portal_database_up"] == 0
    assert found['portal_acts_total{act="act"}'] == 0
    assert found["process_open_fds"] > 0


def sessions(db: Session) -> list[Metric]:
    return [
        GaugeMetricFamily("sessions", "Sessions.", value=db.scalar(select(func.count()).select_from(PeopleSession)))
    ]


def pass_by(now: time_machine.Traveller, *, seconds: int) -> int:
    now.shift(timedelta(seconds=seconds))
    return 0


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def without_id(page: str) -> str:
    return re.sub(r"\b[0-9a-hjkmnp-tv-z]{16}\b", "", page)
