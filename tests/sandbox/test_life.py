"""The life of a drive: its history, its clock, how long it is kept, ending it, and what an operator sees of that."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from click.testing import CliRunner
from flask import Flask

from portal.cli import portal
from portal.sandbox.database import Database
from portal.sandbox.drives import calendar, crowd
from portal.sandbox.drives.drive import BROUGHT_BACK, KEPT_AT_MOST, KEPT_IDLE, KEPT_WHEN_ASKED
from portal.sandbox.drives.frame import MOST_DAYS
from portal.sandbox.drives.journal import Journal
from portal.sandbox.drives.question import Filter, Question
from portal.sandbox.drives.sweep import sweep
from portal.sandbox.segments.segment import create_segment
from portal.sandbox.tasks import today
from tests.sandbox.small import load_small_scenario
from tests.sandbox.test_copies import checkpoint_of, fresh, open_drive_of
from tests.sandbox.test_drives import counts, tokens, written
from tests.sandbox.test_journal import many, opened
from tests.sandbox.visitor import Visitor
from tests.support import engines
from tests.support.engines import Engine
from tests.support.sides import sandbox_app

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)  # a Thursday; its drives begin on Tuesday, March 3, at nine


@pytest.fixture
def thursday() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as moment:
        yield moment


def words_of(visitor: Visitor) -> list[str]:
    """The lines of the history, newest first; those that stand undone after a minus sign."""
    found = re.findall(r'<(?:s|p) class="typed">([^<]+)<(/s)?', visitor.get("/history").text)
    return [f"-{words}" if undone else words for words, undone in found]


def acts_of(visitor: Visitor) -> list[str]:
    return re.findall(r'name="act" value="(\d+)"', visitor.get("/history").text)


def test_the_history_tells_all_acts_and_any_line_leads_back_there(ada: Visitor) -> None:
    states = [ada.everything()]
    for name in ("One", "Two", "Three", "Four"):
        ada.edit("L001", name=name)
        states.append(ada.everything())
    assert words_of(ada) == [f"Changed name of {name}" for name in ("Four", "Three", "Two", "One")]
    three, two, one, start = acts_of(ada)
    assert (start, sorted(acts_of(ada), key=int, reverse=True)) == ("0", [three, two, one, "0"])
    assert ada.send("/history", shown="/history", act=one).headers["Location"] == "/history"
    assert "3 acts taken back" in ada.get("/history").text
    assert words_of(ada)[:3] == [f"-Changed name of {name}" for name in ("Four", "Three", "Two")]
    assert ada.everything() == states[1]
    ada.send("/history", shown="/history", act=three)
    assert ada.everything() == states[3]
    ada.send("/history", shown="/history", act="0")
    assert ada.everything() == states[0]
    ada.send("/redo")
    assert ada.everything() == states[1]
    ada.edit("L002", name="Something New")
    assert words_of(ada) == ["Changed name of Something New", "Changed name of One"]


def test_a_history_that_went_on_meanwhile_changes_nothing(ada: Visitor) -> None:
    ada.edit("L001", name="One")
    form = ada.hidden("/history")
    ada.edit("L001", name="Two")
    answer = ada.post("/history", form | {"act": "0"})
    assert answer.status_code == 409
    assert "The history went on meanwhile" in answer.text
    assert ada.lead("L001")["name"] == "Two"
    for act in ("", "x", "-1", "9" * 30):
        assert ada.send("/history", shown="/history", act=act).status_code == 400


def test_the_history_turns_its_pages(ada: Visitor, database: Database) -> None:
    with opened(database, next(iter(tokens(ada).values()))) as (db, drive):
        for number in range(60):
            Journal(db, drive, words=f"Act {number}", now=NOON).write("lead", *next(many(1)))
    assert len(words_of(ada)) == 50
    page = ada.get("/history?page=2").text
    assert "Act 0<" in page
    assert "Back to the start" in page
    assert [ada.get(f"/history?page={odd}").status_code for odd in ("3", "0", "x", "-1", "9" * 40)] == [404] * 5


def test_redo_is_offered_where_there_is_something_and_forgotten_by_a_new_act(ada: Visitor) -> None:
    ada.edit("L001", name="One")
    assert 'action="/redo"' not in ada.get("/leads").text
    ada.undo()
    assert "Redo<span" in ada.get("/leads").text
    assert ada.send("/redo", back="/history").headers["Location"] == "/history"
    assert "Done again: Changed name of One" in ada.get("/history").text
    ada.undo()
    ada.edit("L002", name="Other")
    assert 'action="/redo"' not in ada.get("/leads").text
    assert "There is nothing to redo" in ada.get(ada.send("/redo").headers["Location"]).text


@pytest.mark.parametrize(
    ("back", "to"),
    [
        ("/history", "/history"),
        ("/leads?q=a&stage=Won", "/leads?q=a&stage=Won"),
        ("/settings", "/settings"),
        ("/leads/L001", "/leads/L001"),
        ("/leads/nothing", "/leads"),
        ("//people.customerhub.net", "/leads"),
        ("https://people.customerhub.net", "/leads"),
        ("/nothing", "/leads"),
        ("/reset", "/leads"),
        ("/leads\r\nX: y", "/leads"),
    ],
)
def test_undo_leads_back_to_a_page_of_this_drive_and_nowhere_else(ada: Visitor, back: str, to: str) -> None:
    assert ada.send("/undo", back=back).headers["Location"] == to


def test_reset_takes_the_clock_back_too_and_undo_both(ada: Visitor) -> None:
    ada.edit("L001", name="Changed")
    ada.send("/clock", by="30")
    ada.send("/reset")
    assert "day 1<" in ada.get("/leads").text
    assert ada.lead("L001")["name"] == "Osric Halloran"
    ada.undo()
    assert "day 31<" in ada.get("/leads").text
    assert ada.lead("L001")["name"] == "Changed"


def test_the_clock_moves_on_and_back_and_moving_it_is_an_act(thursday: time_machine.Traveller, app: Flask) -> None:
    ada = Visitor(app).start()
    page = ada.get(ada.send("/clock", by="30").headers["Location"]).text
    assert "30 days later" in page
    assert "From <time" in page
    assert "Thu, Apr 2<span" in page
    for form, day in (({"by": "7"}, 38), ({"by": "-1"}, 37), ({"to": "2026-03-10"}, 8), ({"to": "start"}, 1)):
        assert ada.send("/clock", **form).status_code == 303
        assert f"day {day}<" in ada.get("/leads").text
    assert words_of(ada)[:2] == [
        "Moved the clock 7 days back, to Tuesday, March 3, 2026",
        "Moved the clock 29 days back, to Tuesday, March 10, 2026",
    ]
    ada.undo()
    assert "day 8<" in ada.get("/leads").text
    assert ada.send("/clock", to="2026-03-10").status_code == 303  # where it is already
    assert len(words_of(ada)) == 5


@pytest.mark.parametrize(
    "form",
    [
        *({"to": "2026-03-02"}, {"by": "-1"}, {"by": str(MOST_DAYS + 1)}, {"to": "9999-12-31"}, {"to": "0001-01-01"}),
        *({"to": ""}, {}, {"to": "soon"}, {"to": "2026-02-30"}),
    ],
)
def test_the_clock_stays_within_bounds_and_says_which(
    thursday: time_machine.Traveller, app: Flask, form: dict[str, str]
) -> None:
    ada = Visitor(app).start()
    answer = ada.send("/clock", **form)
    assert answer.status_code == 422
    assert "The practice clock goes from" in answer.text or "Type a date" in answer.text
    assert words_of(ada) == []


def test_odd_moves_of_the_clock_are_refused(ada: Visitor) -> None:
    assert [ada.send("/clock", by=odd).status_code for odd in ("x", "1.5", "--1", "9" * 30, "१")] == [400] * 5
    assert [ada.get(f"/clock?since={odd}").status_code for odd in ("0", "x", "-3", "9" * 30)] == [404] * 4
    assert ada.send("/clock", by=str(MOST_DAYS)).status_code == 303
    assert "disabled" in ada.get("/leads").text


def test_after_a_move_the_page_tells_who_came_in_and_who_went_out(
    thursday: time_machine.Traveller, app: Flask, database: Database
) -> None:
    """By hand from the small scenario: task N is due on day N % 21 - 10, counted from 0, and open unless N % 3 is 2."""
    ada = Visitor(app).start()
    open_tasks = [number for number in range(30) if number % 3 != 2]
    due = {number: number % 21 - 10 for number in open_tasks}
    ada.send("/clock", by="2")
    with opened(database, next(iter(tokens(ada).values()))) as (db, drive):
        due_now, overdue, quiet, *_ = calendar.shifts(db, drive, since=0, until=drive.clock)
        assert set(due_now.entered) == {f"T{number:03}" for number, day in due.items() if day == 2}
        assert set(due_now.left) == {f"T{number:03}" for number, day in due.items() if day == 0}
        assert overdue.count == sum(day < 2 for day in due.values())
        assert set(overdue.entered) == {f"T{number:03}" for number, day in due.items() if 0 <= day < 2}
        assert overdue.left == {}
        assert quiet.left == {}
        assert calendar.happenings(db, drive, since=0, until=drive.clock) == ()
    page = ada.get("/clock?since=1").text
    for name in due_now.entered.values():
        assert name in page


def test_one_looks_ahead_at_who_would_come_in_and_go_out_without_going_there(
    thursday: time_machine.Traveller, app: Flask, database: Database
) -> None:
    ada = Visitor(app).start()
    ahead = unescape(ada.get("/clock?ahead=30").text)
    assert re.search(r"If it were .*Thursday, April 2.*, 30 days on", ahead)
    assert "would come in" in ahead
    assert ada.get("/history").text.count("Moved the clock") == 0
    told = re.findall(r'<a class="typed" href="(/(?:tasks|leads)/\w+)">', ahead)
    ada.send("/clock", by="30")
    assert re.findall(r'<a class="typed" href="(/(?:tasks|leads)/\w+)">', ada.get("/clock?since=1").text) == told != []
    back = ada.get("/clock?ahead=-30").text
    assert "30 days back" in back
    assert re.findall(r'<a class="typed" href="(/(?:tasks|leads)/\w+)">', back)
    for odd in ("x", "²", "999", "-31", "--1", "1e1"):
        assert ada.get("/clock", query_string={"ahead": odd}).status_code == 404


def test_a_lead_has_gone_quiet_here_as_it_has_on_today(
    thursday: time_machine.Traveller, app: Flask, database: Database
) -> None:
    ada = Visitor(app).start()
    ada.send("/clock", by="30")
    by_hand = {
        lead["id"]
        for page in (1, 2, 3)
        for lead in ada.list(f"?page={page}")["items"]
        if lead["stage"] in ("New", "Contacted", "Proposal")
        and datetime.fromisoformat(lead["last"]["at"]) < datetime(2026, 3, 3, 9, tzinfo=UTC)
    }
    assert len(by_hand) > 10
    for quiet in (by_hand, by_hand - {"L000"}):
        with opened(database, next(iter(tokens(ada).values()))) as (db, drive):
            assert set(calendar.gone_quiet(db, drive, drive.clock)) == quiet
            assert today.gone_quiet(db, drive).total == len(quiet)
            assert calendar.gone_quiet(db, drive, 0) == {}
        ada.edit("L000", note="Rang at last")


def test_a_segment_tells_who_the_clock_brings_in(
    thursday: time_machine.Traveller, app: Flask, database: Database
) -> None:
    ada = Visitor(app).start()
    with opened(database, next(iter(tokens(ada).values()))) as (db, drive):
        question = Question((Filter("last", "before", ("30d",)),))
        create_segment(db, drive, name="Silent", question=question, now=NOON)
    ada.send("/clock", by="30")
    with opened(database, next(iter(tokens(ada).values()))) as (db, drive):
        silent = next(
            shift for shift in calendar.shifts(db, drive, since=0, until=drive.clock) if shift.watched.name == "Silent"
        )
        assert (silent.count, len(silent.entered), silent.left) == (120, 120, {})
    ada.edit("L000", note="Rang at last")
    with opened(database, next(iter(tokens(ada).values()))) as (db, drive):
        silent = next(
            shift for shift in calendar.shifts(db, drive, since=0, until=drive.clock) if shift.watched.name == "Silent"
        )
        assert set(silent.entered) == {f"L{number:03}" for number in range(1, 120)}
    assert "Silent" in ada.get("/clock?since=1").text


def test_ages_follow_the_clock(thursday: time_machine.Traveller, app: Flask) -> None:
    ada = Visitor(app).start()
    assert ">1 h</td>" in ada.get("/leads").text or "1 h" in ada.get("/leads").text
    ada.send("/clock", by="7")
    assert "7 d" in ada.get("/leads").text


def test_one_press_keeps_a_drive_that_nobody_comes_to(thursday: time_machine.Traveller, app: Flask) -> None:
    ada = Visitor(app).start()
    assert "until Mar 19" in ada.get("/leads").text
    assert "Kept until April 4, even if" in ada.get(ada.send("/settings/keep").headers["Location"]).text
    assert "until Apr 4" in ada.get("/leads").text
    thursday.shift(KEPT_WHEN_ASKED)
    sweep(app.extensions["database"])
    assert ada.get("/leads").status_code == 200
    thursday.shift(timedelta(days=10))
    ada.send("/settings/keep")
    page = ada.get("/settings").text
    assert 'Kept until <time datetime="2026-05-04"' in page
    assert "Keep it for 30 days" not in page
    thursday.move_to(NOON + KEPT_AT_MOST + timedelta(seconds=1))
    sweep(app.extensions["database"])
    assert ada.get("/leads").status_code == 404


def test_a_drive_that_was_asked_to_stay_ends_when_that_is_over(thursday: time_machine.Traveller, app: Flask) -> None:
    ada = Visitor(app).start()
    ada.send("/settings/keep")
    thursday.shift(KEPT_WHEN_ASKED + timedelta(seconds=1))
    assert ada.get("/leads").status_code == 404


def test_a_drive_is_ended_at_once_and_can_be_brought_back_for_ten_minutes(
    thursday: time_machine.Traveller, app: Flask
) -> None:
    ada = Visitor(app).start()
    ada.edit("L001", name="Not Lost")
    before, drive = ada.everything(), open_drive_of(ada)
    assert ada.post(f"/drives/{drive}/end", ada.hidden("/drives")).headers["Location"] == "/drives"
    assert ada.get("/leads").status_code == 404
    assert "Bring it back" in ada.get("/drives").text
    assert ">Go on<" not in ada.get("/").text
    thursday.shift(BROUGHT_BACK)
    sweep(app.extensions["database"])
    form = ada.hidden("/drives")
    assert ada.post(f"/drives/{drive}/bring-back", form).headers["Location"] == "/drives"
    assert ada.everything() == before
    ada.post(f"/drives/{drive}/end", form)
    thursday.shift(BROUGHT_BACK + timedelta(seconds=1))
    answer = ada.post(f"/drives/{drive}/bring-back", form)
    assert answer.status_code == 410
    assert "That test drive is gone" in answer.text
    assert sweep(app.extensions["database"]) >= 1
    assert "None yet" in ada.get("/drives").text


def test_nobody_ends_the_drive_of_another(ada: Visitor, ben: Visitor) -> None:
    drive, form = open_drive_of(ada), ben.hidden("/drives")
    assert ben.post(f"/drives/{drive}/end", form).status_code == 404
    ada.post(f"/drives/{drive}/end", ada.hidden("/drives"))
    assert ben.post(f"/drives/{drive}/bring-back", form).status_code == 410
    assert ada.post(f"/drives/{drive}/bring-back", ada.hidden("/drives")).status_code == 303


def test_the_settings_say_how_full_a_drive_is_and_warn_when_it_is_nearly(ada: Visitor, database: Database) -> None:
    ada.edit("L001", name="One", note="And a note")
    page = ada.get("/settings").text
    assert '<b class="sum">2</b> of 10,000 rows of its own' in page
    assert "nearly full" not in page
    with opened(database, next(iter(tokens(ada).values()))) as (db, drive):
        Journal(db, drive, words="Many", now=NOON).write_all("lead", dict(many(10_000 - 2)))
    page = ada.get("/settings").text
    assert "This drive is nearly full" in page
    assert "room for 0 more" in page
    answer = ada.edit("L003", note="One too many")
    assert answer.status_code == 409
    assert "It has no room left" in answer.text


def test_when_there_are_as_many_drives_as_may_be_the_idle_go_first(
    thursday: time_machine.Traveller, engine: Engine, tmp_path: Path
) -> None:
    app = sandbox_app(tmp_path, SANDBOX_MOST_DRIVES="3")
    with app.extensions["database"].transaction() as db:
        load_small_scenario(db)
    idle = [Visitor(app).start() for _ in range(2)]
    thursday.shift(crowd.IDLE_ENOUGH + timedelta(minutes=1))
    busy = Visitor(app).start()
    newest = Visitor(app).start()
    assert [one.get("/leads").status_code for one in (*idle, busy, newest)] == [404, 404, 200, 200]
    Visitor(app).start()
    late = Visitor(app)
    for answer in (late.post("/drives", {"scenario": "small"}), busy.send("/fork")):
        assert answer.status_code == 503
        assert "Every test drive is taken just now" in answer.text
        assert answer.headers["Retry-After"] == "600"
    assert [one.get("/leads").status_code for one in (busy, newest)] == [200, 200]
    app.extensions["database"].close()


def commanded(app: Flask, data: Path, *words: str) -> tuple[int, dict[str, Any]]:
    settings = app.extensions["settings"]
    environ = {
        "DATA": str(data),
        "SANDBOX_DATABASE_URL": settings.database_url,
        "SANDBOX_OWNER_URL": settings.owner_url,
    }
    with patch.dict("os.environ", environ):
        result = CliRunner().invoke(portal, [*words, "--json"])
    return result.exit_code, json.loads(result.stdout or "{}")


def test_an_operator_starts_a_drive_by_command(fresh_app: Flask, tmp_path: Path) -> None:
    code, created = commanded(fresh_app, tmp_path, "drive", "create", "--scenario", "small")
    assert (code, created["scenario"]) == (0, "small")
    visitor = Visitor(fresh_app)
    assert visitor.post(created["link"].removeprefix(visitor.url)).headers["Location"] == "/leads"
    assert open_drive_of(visitor) == created["drive"]
    assert commanded(fresh_app, tmp_path, "drive", "create", "--scenario", "nothing")[0] == 1


def test_an_operator_removes_what_is_over_and_sees_that_nothing_is_left(
    thursday: time_machine.Traveller, fresh_app: Flask, fresh_database: Database, tmp_path: Path
) -> None:
    old, kept = Visitor(fresh_app).start(), Visitor(fresh_app).start()
    for visitor in (old, kept):
        visitor.edit("L001", name="Own", note="Own")
        visitor.delete("L002")
        visitor.send("/checkpoints")
    kept.send("/settings/keep")
    thursday.shift(KEPT_IDLE + timedelta(seconds=1))
    new = Visitor(fresh_app).start()
    code, report = commanded(fresh_app, tmp_path, "drive", "expire")
    assert (code, report["drives"], report["checkpoints"]) == (0, 1, 1)
    removed = {table: count for table, count in report["removed"].items() if count}
    assert removed == {"drives": 2, "drive_leads": 4, "drive_activities": 2, "drive_acts": 2, "drive_befores": 3}
    assert set(report["left"].values()) == {0}
    assert counts(fresh_database)["drives"] == 3
    assert counts(fresh_database)["drive_leads"] == 4
    assert fresh(kept).lead("L001")["name"] == "Own"
    assert checkpoint_of(kept)
    assert commanded(fresh_app, tmp_path, "drive", "expire")[1]["drives"] == 0
    code, report = commanded(fresh_app, tmp_path, "drive", "expire", "--drive", open_drive_of(new))
    assert (code, report["drives"], report["ended"]) == (0, 1, report["ended"])
    assert new.get("/leads").status_code == 404
    assert commanded(fresh_app, tmp_path, "drive", "expire", "--drive", "nothing")[0] == 1


STAYS = {
    "sqlite": (
        "create trigger stays before delete on drives begin select raise(ignore); end",
        "drop trigger stays",
    ),
    "postgresql": ("create rule stays as on delete to drives do instead nothing", "drop rule stays on drives"),
}


def test_the_command_fails_where_rows_are_left(
    thursday: time_machine.Traveller, fresh_app: Flask, fresh_database: Database, tmp_path: Path
) -> None:
    ada = Visitor(fresh_app).start()
    drive = open_drive_of(ada)
    spoil, mend = STAYS[fresh_database.writer.dialect.name]
    with engines.current().raw(written(fresh_database)) as raw:
        raw.exec_driver_sql(spoil)
    code, report = commanded(fresh_app, tmp_path, "drive", "expire", "--drive", drive)
    with engines.current().raw(written(fresh_database)) as raw:
        raw.exec_driver_sql(mend)
    assert code == 1
    assert report["left"]["drives"] == 1
