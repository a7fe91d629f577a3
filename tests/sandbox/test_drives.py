"""Drives: how one is started, held, opened again by its private code, and ended."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from portal.sandbox.database import Database
from portal.sandbox.drives.drive import KEPT_AT_MOST, KEPT_IDLE
from portal.sandbox.drives.holding import SEEN_EVERY
from portal.sandbox.drives.models import StartedDrive
from portal.sandbox.drives.sweep import start_sweeping, sweep
from portal.shared import ids
from tests.sandbox.small import load_small_scenario
from tests.sandbox.visitor import Visitor
from tests.support import engines
from tests.support.engines import Engine
from tests.support.sides import sandbox_app

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)  # a Thursday
DRIVE_TABLES = ("drives", "drive_leads", "drive_activities", "drive_acts", "drive_befores")


def cookies(visitor: Visitor) -> dict[str, str]:
    return {cookie.key: cookie.value for cookie in (visitor.client._cookies or {}).values()}


def tokens(visitor: Visitor) -> dict[str, str]:
    return {name.removeprefix("drive-"): value for name, value in cookies(visitor).items() if name.startswith("drive-")}


def test_one_post_starts_a_drive_and_leads_to_its_leads(arrive: Callable[[], Visitor]) -> None:
    visitor = arrive()
    answer = visitor.post("/drives", {"scenario": "small"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/leads?started=1")
    page = visitor.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "This copy of Small Shop is yours alone" in page.text
    assert "of 120 leads" in page.text


def test_the_home_page_of_the_learning_center_may_start_one_and_no_other_page(app: Flask) -> None:
    home, stranger = app.extensions["settings"].learning_url, "https://shop.people.customerhub.net"
    for origin, status in ((home, 303), (stranger, 403), ("null", 403)):
        visitor = Visitor(app)
        assert visitor.post("/drives", {"scenario": "small"}, headers={"Origin": origin}).status_code == status
    held = Visitor(app).start()
    assert held.post("/drives", {"scenario": "small"}, headers={"Origin": home}).status_code == 303
    for address in ("/undo", "/reset", "/open", "/leads/L001", "/leads/new"):
        assert held.post(address, headers={"Origin": home}).status_code == 403


@pytest.mark.parametrize(
    ("page", "where"),
    [
        ("/today", "/today"),
        ("/leads?f=stage:is:Proposal&sort=-value", "/leads?f=stage:is:Proposal&sort=-value"),
        ("/nothing", "/leads?started=1"),
        ("/undo", "/leads?started=1"),
        ("//elsewhere.example/today", "/leads?started=1"),
        ("https://elsewhere.example/", "/leads?started=1"),
        ("/today\r\nSet-Cookie: a=b", "/leads?started=1"),
    ],
)
def test_a_start_may_name_the_page_to_begin_on(arrive: Callable[[], Visitor], page: str, where: str) -> None:
    answer = arrive().post("/drives", {"scenario": "small", "page": page})
    assert (answer.status_code, answer.headers["Location"]) == (303, where)


@pytest.mark.parametrize(
    ("sent", "status"), [({"scenario": "nope"}, 404), ({}, 404), ({"scenario": ["small", "small"]}, 400)]
)
def test_a_business_that_is_not_there_starts_nothing(
    fresh_app: Flask, fresh_database: Database, sent: dict[str, str], status: int
) -> None:
    visitor = Visitor(fresh_app)
    assert visitor.post("/drives", sent).status_code == status
    assert cookies(visitor) == {}
    assert count(fresh_database) == 0


def test_a_new_start_takes_no_earlier_drive_away(ada: Visitor) -> None:
    ada.edit("L001", name="First Drive")
    first = set(tokens(ada))
    ada.start()
    assert ada.lead("L001")["name"] != "First Drive"
    assert len(tokens(ada)) == 2
    page = ada.get("/").text
    assert page.count(">Go on</button>") == 2
    assert "1 change" in page
    assert ada.send("/open", shown="/", drive=first.pop()).status_code == 303
    assert ada.lead("L001")["name"] == "First Drive"


def test_a_browser_that_keeps_no_cookie_is_told_what_to_do(app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    started = client.post("/drives", base_url="http://127.0.0.1:8001", data={"scenario": "small"})
    page = client.get(started.headers["Location"], base_url="http://127.0.0.1:8001")
    assert page.status_code == 404
    assert "Your browser keeps no cookie" in page.text
    assert "Allow cookies" in page.text


def test_the_private_code_opens_the_drive_elsewhere_by_a_press_alone(
    ada: Visitor, arrive: Callable[[], Visitor], database: Database
) -> None:
    ada.edit("L001", name="Carried Over")
    found = re.search(r'href="(/resume/[\w-]{43})"', ada.get("/").text)
    assert found
    elsewhere = arrive()
    for _ in range(3):
        assert "1 change so far" in elsewhere.get(found[1]).text
    assert cookies(elsewhere) == {}
    assert elsewhere.get("/leads").status_code == 404
    assert elsewhere.post(found[1]).headers["Location"] == "/leads"
    assert elsewhere.lead("L001")["name"] == "Carried Over"
    elsewhere.undo()
    assert ada.lead("L001")["name"] != "Carried Over"


def test_a_code_with_a_bit_flipped_opens_nothing(ada: Visitor, arrive: Callable[[], Visitor]) -> None:
    public_id, token = next(iter(tokens(ada).items()))
    flipped = ("A" if token[0] != "A" else "B") + token[1:]
    for code in (flipped, token[:-1], public_id, "x" * 5000, "%F0%9F%9A%B2"):
        for answer in (arrive().get(f"/resume/{code}"), arrive().post(f"/resume/{code}")):
            assert answer.status_code == 404
            assert "opens no test drive" in answer.text


def test_a_drive_is_not_opened_by_another_ones_token_or_by_its_name(
    ada: Visitor, ben: Visitor, arrive: Callable[[], Visitor]
) -> None:
    (of_ada, _), (_, token_of_ben) = next(iter(tokens(ada).items())), next(iter(tokens(ben).items()))
    thief = arrive()
    thief.client.set_cookie(f"drive-{of_ada}", token_of_ben, domain="127.0.0.1")
    assert thief.send("/open", shown="/", drive=of_ada).status_code == 404
    assert ">Go on</button>" not in thief.get("/").text
    assert thief.get("/leads").status_code == 404
    ada.client.set_cookie(f"drive-{of_ada}", token_of_ben, domain="127.0.0.1")
    assert ada.get("/leads").status_code == 404


def test_what_is_stored_opens_nothing(fresh_app: Flask, fresh_database: Database) -> None:
    (public_id, token) = next(iter(tokens(Visitor(fresh_app).start()).items()))
    with fresh_database.reading() as db:
        drive = db.scalars(select(StartedDrive)).one()
        assert (drive.public_id, drive.token_digest) == (public_id, ids.digest(token))


def test_under_https_each_cookie_is_bound_to_the_host_and_the_transport(engine: Engine, tmp_path: Path) -> None:
    app = sandbox_app(
        tmp_path,
        SANDBOX_URL="https://try.people.customerhub.net",
        LEARNING_URL="https://learn.people.customerhub.net",
        SANDBOX_SECRET_KEYS="k" * 32,
    )
    with app.extensions["database"].transaction() as db:
        load_small_scenario(db)
    visitor = Visitor(app)
    set_cookies = visitor.post("/drives", {"scenario": "small"}).headers.getlist("Set-Cookie")
    assert len(set_cookies) == 2
    for line, beginning in zip(sorted(set_cookies), ("__Host-drive-", "__Host-sandbox-session="), strict=True):
        assert line.startswith(beginning)
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(line.split("; "))
        assert "Domain" not in line
    assert visitor.get("/leads").status_code == 200
    app.extensions["database"].close()


def test_two_tabs_on_two_drives_do_not_write_into_each_other(ada: Visitor) -> None:
    form_of_first = ada.hidden("/leads/L001")
    ada.start()
    for address in ("/leads/L001", "/leads/L001/delete", "/leads/new", "/undo", "/reset"):
        answer = ada.post(address, form_of_first | {"name": "Wrong Drive"})
        assert answer.status_code == 409
        assert "Another test drive is open" in answer.text
    assert ada.list("?q=wrong")["total"] == 0
    assert ada.list()["total"] == 120


def test_a_drive_ends_when_nobody_came_for_fourteen_days_and_after_sixty_at_most(app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as moment:
        visitor = Visitor(app).start()
        moment.shift(KEPT_IDLE)
        assert visitor.get("/leads").status_code == 200
        moment.shift(KEPT_IDLE + timedelta(seconds=1))
        assert visitor.get("/leads").status_code == 404
        steady = Visitor(app).start()
        for _ in range(4):
            moment.shift(KEPT_IDLE)
            assert steady.get("/leads").status_code == 200
        moment.shift(KEPT_AT_MOST - 4 * KEPT_IDLE + timedelta(seconds=1))
        assert steady.get("/leads").status_code == 404


def test_a_visit_is_noted_at_most_every_five_minutes(fresh_app: Flask, fresh_database: Database) -> None:
    def seen_at() -> datetime:
        with fresh_database.reading() as db:
            return db.scalars(select(StartedDrive.seen_at)).one()

    with time_machine.travel(NOON, tick=False) as moment:
        visitor = Visitor(fresh_app).start()
        moment.shift(SEEN_EVERY)
        visitor.get("/leads")
        assert seen_at() == NOON
        moment.shift(timedelta(seconds=1))
        visitor.get("/leads")
        assert seen_at() == NOON + SEEN_EVERY + timedelta(seconds=1)


def test_the_sweep_ends_drives_with_every_row_of_theirs_and_leaves_the_rest(
    fresh_app: Flask, fresh_database: Database
) -> None:
    with time_machine.travel(NOON, tick=False) as moment:
        old = [Visitor(fresh_app).start() for _ in range(3)]
        for visitor in old:
            visitor.edit("L001", name="Old", note="Old")
            visitor.delete("L002")
        moment.shift(KEPT_IDLE + timedelta(seconds=1))
        new = Visitor(fresh_app).start()
        new.edit("L001", name="New")
        before = counts(fresh_database)
        assert sweep(fresh_database) == 3
        assert counts(fresh_database) == {
            "drives": 1,
            "drive_leads": 1,
            "drive_activities": 0,
            "drive_acts": 1,
            "drive_befores": 1,
        }
        assert before != counts(fresh_database)
        assert new.lead("L001")["name"] == "New"
        assert sweep(fresh_database) == 0


def test_the_process_sweeps_by_itself_from_its_start(fresh_app: Flask, fresh_database: Database) -> None:
    with time_machine.travel(NOON, tick=False):
        Visitor(fresh_app).start()  # long ago
    start_sweeping(fresh_database, count=lambda _act, _times: None)
    deadline = time.monotonic() + 10
    while count(fresh_database) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert count(fresh_database) == 0


def test_the_practice_date_is_the_last_tuesday_at_nine(app: Flask) -> None:
    for day, epoch in ((3, 3), (2, 24), (5, 3), (9, 3), (10, 10)):
        with time_machine.travel(datetime(2026, 3, day, 9, tzinfo=UTC), tick=False):
            created = Visitor(app).start().lead("L000")["created"]
            month = 2 if epoch == 24 else 3
            assert created == f"{datetime(2026, month, epoch, 9, tzinfo=UTC) - timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}"


def test_search_engines_are_asked_to_stay_away(arrive: Callable[[], Visitor]) -> None:
    assert arrive().get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    assert '<meta name="robots" content="noindex">' in arrive().get("/").text


def test_no_cookie_is_set_before_a_drive_is_started(arrive: Callable[[], Visitor]) -> None:
    visitor = arrive()
    for address in ("/", "/leads", "/leads?started=1", "/resume/x", "/robots.txt"):
        assert "Set-Cookie" not in visitor.get(address).headers


def count(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(StartedDrive)) or 0


def written(database: Database) -> str:
    return database.writer.url.render_as_string(hide_password=False)


def counts(database: Database) -> dict[str, int]:
    """By another connection than the app's, which shows a session one drive at a time."""
    with engines.current().raw(written(database)) as raw:
        return {table: raw.exec_driver_sql(f"select count(*) from {table}").scalar_one() for table in DRIVE_TABLES}


def test_leads_of_two_businesses_with_the_same_ids_are_told_apart(fresh_app: Flask, fresh_database: Database) -> None:
    with fresh_database.transaction() as db:
        other_id = load_small_scenario(db, slug="other").id
    with engines.current().raw(written(fresh_database)) as raw:  # the sandbox itself may not change a scenario
        raw.exec_driver_sql(f"update scenario_leads set name = 'Somebody Else' where scenario_id = {other_id}")
    one, two = Visitor(fresh_app).start("small"), Visitor(fresh_app).start("other")
    for visitor, expected in ((one, "Osric Halloran"), (two, "Somebody Else"), (one, "Osric Halloran")):
        assert visitor.lead("L001")["name"] == expected
    assert "Somebody Else" not in one.get("/leads").text
    assert "Osric Halloran" not in two.get("/leads").text
    page = one.get("/").text
    assert page.count("Open Small Shop") == 2
