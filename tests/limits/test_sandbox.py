"""How much one may ask of the sandbox: drives are not made without end, codes are not guessed, edits are free."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import time_machine
from flask import Flask

from portal.sandbox.drives.sweep import sweep
from portal.sandbox.limits import CHANGES, CODES, STARTS
from tests.limits.filling import counters, use_up
from tests.sandbox.visitor import Visitor, hidden_in
from tests.support.engines import Engine
from tests.support.sides import sandbox_app
from tests.support.valkey import ValkeyServer

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
PER_NETWORK = STARTS[0].most


def test_a_network_starts_so_many_drives_and_is_told_when_to_come_back(app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        visitor = Visitor(app)
        visitor.start()
        others = [neighbor(visitor, app) for _ in range(PER_NETWORK)]  # one browser holds a few drives at most
        answers = [other.post("/drives", {"scenario": "small"}).status_code for other in others]
        assert answers == [303] * (PER_NETWORK - 1) + [429]
        clock.shift(timedelta(minutes=3))
        held_up = visitor.post("/drives", {"scenario": "small"})
        assert held_up.headers["Retry-After"] == "420"
        assert "Too many test drives started from your network" in held_up.text
        assert "Try again in 7 minutes." in held_up.text
        assert Visitor(app).start().list()["total"] > 0
        assert visitor.list()["total"] > 0  # what is there goes on
        clock.shift(timedelta(minutes=7))
        assert visitor.post("/drives", hidden_in(held_up.text)).status_code == 303


def neighbor(visitor: Visitor, app: Flask) -> Visitor:
    """Another browser in the same network."""
    other = Visitor(app)
    other.client.environ_base["REMOTE_ADDR"] = visitor.client.environ_base["REMOTE_ADDR"]
    return other


def test_all_together_start_so_many_and_the_page_says_when_to_come_back(app: Flask) -> None:
    use_up(app, STARTS[2], "everyone")
    Visitor(app).start()
    held_up = Visitor(app).post("/drives", {"scenario": "small"})
    assert held_up.status_code == 429
    assert "Very many test drives are starting just now" in held_up.text
    assert "Try again in 10 minutes." in held_up.text


def test_a_note_that_comes_too_soon_is_kept_on_the_page_and_can_be_sent_again(app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        visitor = Visitor(app).start()
        use_up(app, CHANGES[0], drive_of(visitor))
        assert visitor.edit("L001", note="the first").status_code == 303
        note = 'She said "later" &\n<b>next week</b>\n'
        held_up = visitor.edit("L001", note=note)
        assert held_up.status_code == 429
        assert "what you sent is kept here" in held_up.text
        assert 'action="/leads/L001"' in held_up.text
        clock.shift(timedelta(minutes=10))
        kept = hidden_in(held_up.text)
        assert kept["note"] == note
        assert visitor.post("/leads/L001", kept).status_code == 303
        assert "next week" in unescape(visitor.get("/leads/L001").text)


def test_another_drive_is_not_held_up_by_the_first(app: Flask) -> None:
    busy, calm = Visitor(app).start(), Visitor(app).start()
    use_up(app, CHANGES[0], drive_of(busy))
    assert [busy.edit("L001", note=f"note {n}").status_code for n in range(2)] == [303, 429]
    assert busy.undo().status_code == 429
    assert calm.edit("L001", note="note").status_code == 303


def test_fifty_codes_that_open_nothing_are_too_many_and_a_true_one_is_never(app: Flask) -> None:
    visitor = Visitor(app).start()
    code = re.findall(r"/resume/([\w-]{43})", visitor.get("/").text)[0]
    guesser = Visitor(app)
    assert {guesser.get(f"/resume/{code}").status_code for _ in range(60)} == {200}
    answers = [guesser.get(f"/resume/{'x' * 43}").status_code for _ in range(50)]
    assert answers == [404] * CODES[0].most + [429] * (50 - CODES[0].most)
    assert guesser.post(f"/resume/{'x' * 43}").status_code == 429
    assert Visitor(app).post(f"/resume/{code}").status_code == 303


def test_counters_that_are_over_are_swept(app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        Visitor(app).start()
        assert len(counters(app)) == 2
        sweep(app.extensions["database"])
        assert len(counters(app)) == 2
        clock.shift(timedelta(minutes=10))
        sweep(app.extensions["database"])
        assert len(counters(app)) == 0


def test_a_server_counts_for_the_sandbox_under_its_own_name(engine: Engine, tmp_path: Path) -> None:
    with ValkeyServer() as server:
        app = sandbox_app(tmp_path, SANDBOX_LIMITS_URL=server.url)
        Visitor(app).post("/undo")
        assert len(counters(app)) == 0
        [key] = server.counted()
        assert key.startswith(b"limits-sandbox:LIMITER/")
        assert key.endswith(b"/changes/3000/10/minute")


def drive_of(visitor: Visitor) -> str:
    found = re.search(r'name="drive" value="(\w+)"', visitor.get("/leads").text)
    assert found
    return found[1]
