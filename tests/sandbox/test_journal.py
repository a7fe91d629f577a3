"""The journal: many rows in few statements, the cap of own rows, undo and redo of anything against plain copies."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal.sandbox.database import Database, bind
from portal.sandbox.drives.bulk import count_by_place, count_own_rows, read_rows
from portal.sandbox.drives.drive import Drive, find_drive, start_drive
from portal.sandbox.drives.journal import (
    MOST_ACTS,
    Journal,
    Place,
    TooManyRows,
    go_to,
    list_acts,
    list_lines,
    next_words,
    redo,
    reset,
    undo,
)
from portal.sandbox.drives.kinds import KINDS, LEADS, OWN_TABLES
from portal.sandbox.drives.models import Before
from portal.sandbox.drives.past import CannotTakeBack, acts_on, take_back
from portal.sandbox.drives.rows import find_row
from portal.sandbox.scenarios.models import Scenario
from tests.sandbox.small import load_small_scenario
from tests.sandbox.visitor import Visitor
from tests.support.engines import Engine
from tests.support.sides import sandbox_app

MOST_OWN_ROWS = 10_000  # as the settings say by default
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
ENOUGH = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

Rows = dict[tuple[str, str], dict[str, Any]]

PLACES: tuple[Place, ...] = ("lead", "company", "deal", "task", "view")
IDS = {"lead": "L{:03}", "company": "C{}", "deal": "D{:03}", "task": "T{:03}", "view": "V{}"}
acts: st.SearchStrategy[tuple[str, list[tuple[Place, int]], int]] = st.one_of(
    st.tuples(
        st.sampled_from(("write", "write", "hide")),
        st.lists(st.tuples(st.sampled_from(PLACES), st.integers(1, 6)), min_size=1, max_size=8),
        st.integers(0, 9),
    ),
    st.tuples(st.sampled_from(("undo", "undo", "redo", "redo", "reset")), st.just([]), st.just(0)),
    st.tuples(st.sampled_from(("clock", "go to")), st.just([]), st.integers(0, 9)),
)


@dataclass
class Copy:
    """A drive, and beside it its own rows and clock as plain values: all states, and which of them is now."""

    token: str
    states: list[tuple[Rows, int]] = field(default_factory=lambda: [({}, 0)])
    at: int = 0

    @property
    def now(self) -> tuple[Rows, int]:
        return self.states[self.at]

    def add(self, rows: Rows, clock: int) -> None:
        self.states[self.at + 1 :] = [(rows, clock)]
        self.at += 1


@pytest.fixture
def token(database: Database) -> str:
    return started(database)


def started(database: Database) -> str:
    with database.transaction() as db:
        scenario = db.scalars(select(Scenario.id).where(Scenario.slug == "small")).one()
        return start_drive(db, scenario_id=scenario, now=NOW).token


@contextmanager
def opened(database: Database, token: str) -> Iterator[tuple[Session, Drive]]:
    with database.transaction() as db:
        drive = find_drive(db, token, now=NOW)
        assert drive
        yield db, drive


def stored(db: Session) -> Rows:
    """The drive's own rows as they lie in the tables, in the layer that it stands in."""
    found: Rows = {}
    for place, table in OWN_TABLES.items():
        names = [name for name in table.__table__.columns.keys() if name != "layer"]  # noqa: SIM118
        for row in db.execute(select(*(getattr(table, name) for name in names))):
            columns = dict(zip(names, row, strict=True))
            found[place, columns["id"]] = columns
    return found


def row_of(place: str, number: int, value: int) -> tuple[str, dict[str, Any]]:
    """A row of any kind that its tables take."""
    texts = {"tags": "[]", "email": None, "phone": None, "company_id": None, "lead_id": "L001"}
    numbers = {"value", "came_at", "contact_since", "last_at", "stage_rank", "amount", "opened_at", "moved_at"}
    numbers |= {"close_on", "closed_at", "due_at", "done_at", "place"}
    columns = {
        name: value if name in numbers else texts.get(name, f"{name[:6]} {value} “é”") for name in KINDS[place].fields
    }
    row_id = IDS[place].format(number)
    return row_id, columns | {"id": row_id}


def do(db: Session, drive: Drive, copy: Copy, kind: str, touched: list[tuple[Place, int]], value: int) -> None:
    """Do it to the drive and to the plain copy."""
    if kind in ("write", "hide"):
        change(db, drive, copy, kind, touched, value)
    elif kind == "clock":
        Journal(db, drive, words=f"Clock {value}", now=NOW).move_clock(value * 3600)
        copy.add(copy.now[0], value * 3600)
    elif kind == "reset":
        assert reset(db, drive, now=NOW) == (copy.now != ({}, 0))
        if copy.now != ({}, 0):
            copy.add({}, 0)
    else:
        travel(db, drive, copy, kind, value)


def change(db: Session, drive: Drive, copy: Copy, kind: str, touched: list[tuple[Place, int]], value: int) -> None:
    journal = Journal(db, drive, words=f"{kind} {value}", now=NOW)
    after = dict(copy.now[0])
    for place in PLACES:
        rows = dict(row_of(place, number, value) for where, number in touched if where == place)
        (journal.hide_all if kind == "hide" else journal.write_all)(place, rows)
        for row_id, columns in rows.items():
            of_all = {"drive_id": drive.id, "is_deleted": kind == "hide"}
            after[place, row_id] = columns | of_all | ({"sought": ""} if place == "lead" else {})
    copy.add(after, copy.now[1])


def travel(db: Session, drive: Drive, copy: Copy, kind: str, value: int) -> None:
    if kind == "undo":
        assert (undo(db, drive, now=NOW) is None) == (copy.at == 0)
        copy.at = max(0, copy.at - 1)
    elif kind == "redo":
        assert (redo(db, drive) is None) == (copy.at == len(copy.states) - 1)
        copy.at = min(len(copy.states) - 1, copy.at + 1)
    else:
        lines = list_lines(db, page=1, size=99)[::-1]
        copy.at = value % (len(lines) + 1)
        go_to(db, drive, lines[copy.at - 1].number if copy.at else 0, now=NOW)


@ENOUGH
@given(acts=st.lists(st.tuples(st.integers(0, 1), acts), max_size=25))
def test_acts_undo_and_redo_in_any_order_leave_two_drives_as_their_plain_copies(
    database: Database, acts: list[tuple[int, tuple[str, list[tuple[Place, int]], int]]]
) -> None:
    copies = [Copy(started(database)), Copy(started(database))]
    for whose, act in acts:
        with opened(database, copies[whose].token) as (db, drive):
            do(db, drive, copies[whose], *act)
        for copy in copies:
            with opened(database, copy.token) as (db, drive):
                assert (stored(db), drive.clock) == copy.now
                lines = list_lines(db, page=1, size=99)
                assert [line.undone_at is None for line in lines[::-1]] == [
                    at < copy.at for at in range(len(copy.states) - 1)
                ]
                done = [line.words for line in lines if line.undone_at is None]
                undone = [line.words for line in lines if line.undone_at]
                assert next_words(db, drive) == (next(iter(done), ""), next(iter(undone[::-1]), ""))


def test_an_operator_says_how_many_rows_a_drive_may_have(engine: Engine, tmp_path: Path) -> None:
    app = sandbox_app(tmp_path, SANDBOX_MOST_ROWS="3")
    database = app.extensions["database"]
    with database.transaction() as db:
        load_small_scenario(db)
    visitor = Visitor(app).start()
    for number in (1, 2, 3):
        assert visitor.edit(f"L00{number}", owner="You").status_code == 303
    answer = visitor.edit("L004", owner="You")
    assert answer.status_code != 303
    assert "3" in answer.text
    assert visitor.edit("L003", owner="Tobias").status_code == 303


def test_many_rows_take_as_few_statements_as_a_few(database: Database, token: str) -> None:
    spent = []
    for count in (1000, 3):
        with opened(database, token) as (db, drive), counted(database) as statements:
            journal = Journal(db, drive, words="Many", now=NOW)
            journal.write_all("lead", dict(many(count)))
            spent.append(len(statements))
    assert spent[0] <= spent[1] + 4
    with opened(database, token) as (db, drive):
        assert count_own_rows(db) == 1000
        undo(db, drive, now=NOW)
        undo(db, drive, now=NOW)
        assert stored(db) == {}
        redo(db, drive)
        assert len(stored(db)) == 1000


def test_what_is_copied_within_the_database_is_what_would_have_been_written(database: Database) -> None:
    with database.transaction() as db:
        scenario = db.scalars(select(Scenario)).one()
        token = start_drive(db, scenario_id=scenario.id, now=NOW).token
    with database.transaction() as db:
        drive = find_drive(db, token, now=NOW)
        assert drive
        leads = [find_row(db, drive, LEADS, f"L{number:03}") for number in range(1, 9)]
        after = {lead.id: lead._replace(owner="You", tags='["Net 30"]') for lead in leads if lead}
        assert len(after) == 8
        Journal(db, drive, words="Changed one", now=NOW).write("lead", "L001", after["L001"]._asdict())
        journal = Journal(db, drive, words="Changed many", now=NOW)
        journal.shadow_all(LEADS, after, changed={"owner", "tags"}, scenario_id=scenario.id)
        assert {row_id: find_row(db, drive, LEADS, row_id) for row_id in after} == after
        again = start_drive(db, scenario_id=scenario.id, now=NOW).token
        other = find_drive(db, again, now=NOW)
        assert other
        written = Journal(db, other, words="Wrote many", now=NOW)
        written.write_all("lead", {row_id: lead._asdict() for row_id, lead in after.items()})
        theirs = [row | {"drive_id": drive.id} for row in read_rows(db, count_by_place(db))["lead"]]
        bind(db, drive.id)
        assert read_rows(db, count_by_place(db))["lead"] == theirs
        with pytest.raises(LookupError):
            journal.shadow_all(LEADS, {"L999": after["L001"]._replace(id="L999")}, changed=(), scenario_id=scenario.id)


def test_a_second_act_on_many_rows_takes_as_many_statements_as_the_first_and_keeps_the_same(
    database: Database, token: str
) -> None:
    with opened(database, token) as (db, drive):
        leads = [lead for number in range(1, 121) if (lead := find_row(db, drive, LEADS, f"L{number:03}"))]
        first = {lead.id: lead._replace(tags='["It\'s “é” \\\\ 1"]', value=None) for lead in leads}
        second = {lead.id: lead._replace(owner="You", contact_since=3) for lead in first.values()}
        spent, states, kept = list[int](), [stored(db)], list[dict[str, Any]]()
        for number, (after, changed) in enumerate(
            ((first, {"tags", "value"}), (second, {"owner", "contact_since"})), 1
        ):
            with counted(database) as statements:
                journal = Journal(db, drive, words=f"Act {number}", now=NOW)
                journal.shadow_all(LEADS, after, changed=changed, scenario_id=drive.scenario_id)
            spent.append(len(statements))
            states.append(stored(db))
        kept = [
            json.loads(image or "") for image in db.scalars(select(Before.image).where(Before.act == journal.number))
        ]
        assert spent[1] <= spent[0]
        assert [{name: row[name] for name in row if name != "layer"} for row in kept] == [*states[1].values()]
        assert {type(row["is_deleted"]) for row in kept} == {bool}
        assert {one.id: find_row(db, drive, LEADS, one.id) for one in second.values()} == second
        Journal(db, drive, words="Deleted", now=NOW).shadow_all(
            LEADS, second, changed=(), scenario_id=drive.scenario_id, hidden=True
        )
        assert {row["is_deleted"] for row in stored(db).values()} == {True}
        for state in states[::-1]:
            undo(db, drive, now=NOW)
            assert stored(db) == state
        for state in states[1:]:
            redo(db, drive)
            assert stored(db) == state


def test_a_reset_takes_as_many_statements_whatever_was_changed(database: Database, token: str) -> None:
    spent = []
    for count, clock in ((1, 0), (1000, 0), (3, 86_400), (500, 86_400)):
        with opened(database, token) as (db, drive):
            journal = Journal(db, drive, words="Some", now=NOW)
            journal.write_all("lead", dict(many(count)))
            if clock:
                journal.move_clock(clock)
        with opened(database, token) as (db, drive), counted(database) as statements:
            assert reset(db, drive, now=NOW)
            spent.append(len(statements))
    assert spent == [3, 3, 5, 5]


def test_an_act_that_would_exceed_the_cap_says_what_is_left_and_writes_nothing(database: Database, token: str) -> None:
    with opened(database, token) as (db, drive):
        Journal(db, drive, words="Some", now=NOW).write_all("lead", dict(many(MOST_OWN_ROWS - 5)))
    six = dict(row_of("company", number, 1) for number in range(6))
    with pytest.raises(TooManyRows) as refused, opened(database, token) as (db, drive):
        Journal(db, drive, words="Too many", now=NOW).write_all("company", six)
    with opened(database, token) as (db, drive), counted(database) as statements:
        with pytest.raises(TooManyRows):
            Journal(db, drive, words="Too many", now=NOW).write_all("company", six)
        assert not [one for one in statements if one.startswith(("INSERT INTO drive_befores", "INSERT INTO drive_co"))]
        undo(db, drive, now=NOW)
    assert (refused.value.have, refused.value.wanted, refused.value.left) == (MOST_OWN_ROWS - 5, 6, 5)
    with opened(database, token) as (db, drive):
        assert [words for words, _ in list_acts(db, most=9)] == ["Some"]
        assert redo(db, drive) == "Too many"
        journal = Journal(db, drive, words="As many as fit", now=NOW)
        journal.write_all("company", dict(row_of("company", number, 1) for number in range(5)))
        journal.write_all("lead", dict(many(50)))  # rows that it has already take no room
        assert count_own_rows(db) == MOST_OWN_ROWS
        with pytest.raises(TooManyRows):
            journal.hide("deal", *row_of("deal", 1, 1))


def test_a_new_act_forgets_what_was_undone(database: Database, token: str) -> None:
    with opened(database, token) as (db, drive):
        for name in ("One", "Two", "Three"):
            Journal(db, drive, words=name, now=NOW).write("lead", *row_of("lead", 1, 1))
        undo(db, drive, now=NOW)
        undo(db, drive, now=NOW)
        Journal(db, drive, words="Four", now=NOW).write("lead", *row_of("lead", 1, 2))
        assert [line.words for line in list_lines(db, page=1, size=9)] == ["Four", "One"]
        assert redo(db, drive) is None
        assert next_words(db, drive) == ("Four", "")


def test_the_oldest_acts_are_forgotten_and_undone_ones_do_not_count(database: Database, token: str) -> None:
    with opened(database, token) as (db, drive):
        for number in range(MOST_ACTS):
            Journal(db, drive, words=f"Act {number}", now=NOW).write("lead", *row_of("lead", 1, number))
        for _ in range(3):
            undo(db, drive, now=NOW)
        Journal(db, drive, words="Another", now=NOW).write("lead", *row_of("lead", 1, 7))
        lines = list_lines(db, page=1, size=MOST_ACTS * 2)
        assert (lines[0].words, lines[-1].words, len(lines)) == ("Another", "Act 0", MOST_ACTS - 2)
        for number in range(3):
            Journal(db, drive, words=f"More {number}", now=NOW).write("lead", *row_of("lead", 1, number))
        lines = list_lines(db, page=1, size=MOST_ACTS * 2)
        assert (lines[-1].words, len(lines)) == ("Act 1", MOST_ACTS)


def test_what_acts_did_to_a_row_is_told_with_its_fields_before_and_after(database: Database, token: str) -> None:
    with opened(database, token) as (db, drive):
        lead = found(db, drive)
        for name in ("Once", "Twice"):
            Journal(db, drive, words=name, now=NOW).write("lead", "L001", lead._replace(name=name)._asdict())
        Journal(db, drive, words="Another lead", now=NOW).write("lead", *row_of("lead", 2, 1))
        Journal(db, drive, words="Gone", now=NOW).hide("lead", "L001", lead._asdict())
        gone, twice, once = acts_on(db, drive, "lead", "L001")
        assert [(touch.words, touch.changed("name", "phone")) for touch in (gone, twice, once)] == [
            ("Gone", []),
            ("Twice", ["name"]),
            ("Once", ["name"]),
        ]
        names = [touch.before["name"] if touch.before else None for touch in (once, twice, gone)]
        assert names == [lead.name, "Once", "Twice"]
        assert gone.after is None
        undo(db, drive, now=NOW)
        assert [touch.words for touch in acts_on(db, drive, "lead", "L001")] == ["Twice", "Once"]
        assert acts_on(db, drive, "lead", "L003") == []


def test_one_field_goes_back_as_it_was_before_an_act_and_the_rest_stays(database: Database, token: str) -> None:
    with opened(database, token) as (db, drive):
        lead = found(db, drive)
        first = Journal(db, drive, words="Both", now=NOW)
        changed = lead.changed(("New", "Contacted", "Proposal", "Won", "Lost"), name="New Name", stage="Lost")
        first.write("lead", "L001", changed._asdict())
        Journal(db, drive, words="Tags", now=NOW).write("lead", "L001", changed._replace(tags='["x"]')._asdict())
        words = take_back(db, drive, act=first.number, place="lead", row_id="L001", field="stage", now=NOW)
        assert words == "Put stage of New Name back"
        now = found(db, drive)
        assert (now.name, now.stage, now.stage_rank, now.tags) == ("New Name", lead.stage, lead.stage_rank, '["x"]')
        again = take_back(db, drive, act=first.number, place="lead", row_id="L001", field="stage", now=NOW)
        assert again is None
        undo(db, drive, now=NOW)
        assert found(db, drive).stage == "Lost"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("unknown", "was undone meanwhile"),
        ("created", "nothing before"),
        ("deleted", "is deleted now"),
        ("field", "no such field"),
    ],
)
def test_what_cannot_go_back_says_why(database: Database, token: str, kind: str, words: str) -> None:
    with opened(database, token) as (db, drive):
        journal = Journal(db, drive, words="Act", now=NOW)
        row_id, columns = row_of("company", 99 if kind == "created" else 1, 1)
        journal.write("company", row_id, columns)
        if kind == "deleted":
            Journal(db, drive, words="Gone", now=NOW).hide("company", row_id, columns)
        with pytest.raises(CannotTakeBack, match=words):
            take_back(
                *(db, drive),
                act=journal.number + (99 if kind == "unknown" else 0),
                place="company",
                row_id=row_id,
                field="sesame" if kind == "field" else "name",
                now=NOW,
            )


@pytest.mark.parametrize("count", [1, 5])
def test_an_image_from_before_a_column_was_added_is_put_back_whole(database: Database, token: str, count: int) -> None:
    with opened(database, token) as (db, drive):
        for value in (1, 2):
            rows = dict(row_of("lead", number, value) for number in range(1, count + 1))
            Journal(db, drive, words="Act", now=NOW).write_all("lead", rows)
        for before in db.scalars(select(Before).where(Before.image.is_not(None))).all():
            older = json.loads(before.image or "")
            del older["role"], older["company_id"]
            before.image = json.dumps(older)
        db.flush()
        undo(db, drive, now=NOW)
        assert found(db, drive).role == ""


def found(db: Session, drive: Drive) -> Any:
    return find_row(db, drive, KINDS["lead"], "L001")


def many(number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    for at in range(number):
        _, columns = row_of("lead", 1, at % 5)
        yield f"own{at:05}", columns | {"id": f"own{at:05}"}


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(database.writer, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.writer, "before_cursor_execute", note)
