"""Import by shape on the server: a closed schema, nobody let in, and a private scenario that ends with its drives."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import MetaData, func, select, update

from portal.sandbox.database import Database
from portal.sandbox.drives.models import StartedDrive
from portal.sandbox.drives.sweep import sweep
from portal.sandbox.scenarios.models import Scenario, ScenarioLead
from portal.sandbox.setup import REVISIONS
from portal.sandbox.shapes import routes
from portal.sandbox.shapes.invent import Inventor
from portal.sandbox.shapes.names import is_persons_column, looks_like_name
from portal.sandbox.shapes.pipeline import pipeline_of
from portal.sandbox.shapes.shape import KINDS, MOST_BYTES, NotAShape, read_shape
from portal.shared import clock, migrations
from portal.shared import database as any_database
from portal.shared.spotting import spotted
from tests.sandbox.shapes import COLUMNS, a_shape, with_column
from tests.sandbox.small import load_small_scenario
from tests.sandbox.visitor import Visitor, hidden_in
from tests.support import engines
from tests.support.engines import Engine
from tests.support.sides import sandbox_app

Arrive = Callable[[], Visitor]
TODAY = clock.now().date()

OUTSIDE_THE_SCHEMA = {
    "nothing": "",
    "no JSON": "hello",
    "a list": "[]",
    "a key too many": a_shape(rows=["Ann"]),
    "a key too few": a_shape(name=None),
    "a key twice": a_shape()[:-1] + ', "leads": 200}',
    "another version": a_shape(shape=2),
    "a version that is true": a_shape(shape=True),
    "a number of leads that is not offered": a_shape(leads=10_001),
    "leads as a float": a_shape(leads=200.0),
    "no column": a_shape(columns=None).replace(json.dumps(COLUMNS, ensure_ascii=False), "[]"),
    "61 columns": a_shape(columns=[{"name": f"C {n}x", "kind": "text", "filled": 0} for n in range(61)]),
    "a column that is none": a_shape(columns=["Name"]),  # type: ignore[list-item]
    "a key of a column too many": with_column(sample="Ann"),
    "a key of a column too few": with_column(filled=...),
    "an unknown kind": with_column(kind="secret"),
    "a kind that is a list": with_column(kind=["text"]),
    "a fill rate that is exact": with_column(filled=47),
    "a fill rate that is true": with_column(filled=True),
    "a part that there is not": with_column(**{"as": "password"}),
    "a part of another kind": with_column(**{"as": "value"}),
    "a part twice": with_column(kind="email", **{"as": "email"}),
    "a name twice": with_column(name="REGION"),
    "a day, not a month": with_column(kind="date", **{"from": "2025-01-03", "to": "2025-04"}),
    "months of a text": with_column(**{"from": "2025-01", "to": "2025-04"}),
    "months the wrong way round": with_column(kind="date", **{"from": "2025-05", "to": "2025-04"}),
    "one month alone": with_column(kind="date", **{"from": "2025-05"}),
    "values of a text": with_column(values=["Ok"]),
    "values of names": with_column(kind="names", values=["Ok"]),
    "no values": with_column(kind="choice", values=[]),
    "31 values": with_column(kind="choice", values=[f"V {n}x" for n in range(31)]),
    "a value twice": with_column(kind="choice", values=["Ok", "Ok"]),
    "a value that is a number": with_column(kind="choice", values=[7]),
    "a long value": with_column(kind="choice", values=["x" * 41]),
    "a long name": with_column(name="x" * 41),
    "a name of two lines": with_column(name="One\nTwo"),
    "a name with a control character": with_column(name="One\u0007"),
    "a name with a space around it": with_column(name=" One"),
    "half a character": with_column(name="x").replace('"x"', '"\\ud800"'),
    "too much": a_shape(name="x" * MOST_BYTES),
    "very deep": "[" * 50_000,
    "no number": a_shape().replace("200", "NaN"),
}
SOMEBODY = (
    "jane@gmail.com",
    "415 555 2671",
    "Jane Rosewater",
    "Rosewater, Jane",
    "Smith",
    "078-05-1120",
    "12 Mill Lane",
)


@pytest.mark.parametrize("what", OUTSIDE_THE_SCHEMA)
def test_nothing_is_accepted_outside_the_schema(what: str) -> None:
    with pytest.raises(NotAShape):
        read_shape(OUTSIDE_THE_SCHEMA[what])


@pytest.mark.parametrize("somebody", SOMEBODY)
def test_nobody_gets_in_as_a_name_or_a_value(somebody: str) -> None:
    for sent in (
        with_column(name=somebody),
        with_column(kind="choice", values=["Ok", somebody]),
        a_shape(name=somebody),
    ):
        with pytest.raises(NotAShape, match="looks like somebody") as refused:
            read_shape(sent)
        assert somebody not in str(refused.value)


def test_a_column_of_names_never_brings_values() -> None:
    for name in ("Owner", "Sales rep", "First name", "Created by"):
        with pytest.raises(NotAShape, match="column of names"):
            read_shape(with_column(name=name, kind="choice", values=["Zyx"]))


def test_what_only_together_reads_like_a_number_is_refused() -> None:
    with pytest.raises(NotAShape, match="address or number"):
        read_shape(with_column(name="Zip", kind="choice", values=["97201"]))


@pytest.mark.parametrize(
    ("text", "is_name"),
    [
        *(
            (name, True)
            for name in ("Jane", "jane doe", "Dr. Tom Zzyq", "O'Brien", "Müller, Hans", "Patel", "Ann-Marie Ann")
        ),
        *(
            (words, False)
            for words in ("Closed Won", "New", "Grant application", "Will call back", "North America", "B2B")
        ),
        *((words, False) for words in ("", "Trade Show 2025", "Qualified", "Website", "March", "Full name")),
    ],
)
def test_names_are_told_from_words(text: str, is_name: bool) -> None:
    assert looks_like_name(text) is is_name


@pytest.mark.parametrize(
    ("name", "is_persons"),
    [
        *((name, True) for name in ("Owner", "Lead owner", "Full Name", "first_name", "Created by", "Ansprechpartner")),
        *(
            (name, False)
            for name in ("Contact status", "Company name", "Product", "Stage", "Campaign name", "Agent type")
        ),
    ],
)
def test_columns_of_names_are_told_by_what_they_are_called(name: str, is_persons: bool) -> None:
    assert is_persons_column(name) is is_persons


def test_a_pipeline_leads_from_the_first_contact_to_won_and_lost() -> None:
    def marks(names: list[str]) -> list[tuple[str, str]]:
        return [(stage["name"], stage["mark"]) for stage in pipeline_of(names)]

    assert marks(["Closed Lost", "Closed Won", "Demo", "Fresh"]) == [
        *(("Fresh", "new"), ("Demo", "qualified"), ("Closed Won", "won"), ("Closed Lost", "lost")),
    ]
    assert [name for name, _ in marks([])] == ["New", "Contacted", "Qualified", "Proposal", "Won", "Lost"]
    assert [mark for _, mark in marks(["Customer"])] == ["new", "won", "lost"]


names = st.text("abcdefghij ÄéßЖ中'.-", min_size=1, max_size=20).map(str.strip).filter(bool)
columns = st.fixed_dictionaries(
    {"name": names, "kind": st.sampled_from([kind for kind in KINDS if kind != "choice"]), "filled": st.just(100)}
)


@settings(max_examples=40, deadline=None)
@given(st.lists(columns, min_size=1, max_size=8, unique_by=lambda column: str(column["name"]).casefold()))
def test_whatever_is_invented_reaches_nobody(found: list[dict[str, Any]]) -> None:
    try:
        inventor = Inventor(read_shape(a_shape(columns=found)), seed="x", today=TODAY)
    except NotAShape:
        return
    rows = [row for lot in inventor.lots(50) for part in vars(lot).values() for row in part[:80]]
    for row in rows:
        assert [
            one for value in row.values() if isinstance(value, str) for one in spotted(value) if not one.is_reserved
        ] == []


def test_the_same_shape_and_seed_make_the_same_leads() -> None:
    shape = read_shape(a_shape())
    made = [[lot.leads for lot in Inventor(shape, seed=seed, today=TODAY).lots(70)] for seed in ("a", "a", "b")]
    assert made[0] == made[1] != made[2]
    assert sum(map(len, made[0])) == 200


def test_a_shape_opens_a_drive_on_leads_in_its_own_columns(arrive: Arrive) -> None:
    ada = arrive()
    answer = ada.post("/shapes", {"shape": a_shape()})
    assert (answer.status_code, answer.location) == (303, "/leads?started=1")
    assert ada.list()["total"] == 200
    leads = [lead for page in range(4) for lead in ada.list(f"?page={page + 1}")["items"]]
    assert {lead["stage"] for lead in leads} == {"Closed Won", "Fresh", "In talks", "No interest"}
    assert {value for lead in leads for value in lead["more"]} == {"Region", "Remarks"}
    assert {lead["more"]["Region"] for lead in leads} == {"Coast", "Hills"}
    assert 0.15 < sum("Remarks" in lead["more"] for lead in leads) / 200 < 0.45
    page = ada.get(f"/leads/{leads[0]['id']}").text
    assert "Your own columns" in page
    assert leads[0]["more"]["Region"] in page


def test_own_columns_are_taken_out_with_the_leads(arrive: Arrive) -> None:
    ada = arrive()
    ada.post("/shapes", {"shape": a_shape()})
    more = ada.list()["items"][0]["more"]
    head, *rows = csv.reader(io.StringIO(ada.get("/leads/export?as=csv").text))
    assert head[-2:] == ["Region", "Remarks"]
    assert rows[0][-2:] == [more["Region"], more.get("Remarks", "")]
    alone = ada.get("/leads/export?as=json&columns=name,text-2").text
    assert all("Region" not in lead["more"] for lead in json.loads(alone)["leads"])
    assert more in [lead["more"] for lead in json.loads(ada.get("/leads/export?as=json").text)["leads"]]


def test_leads_of_a_shape_are_changed_and_taken_back_as_all_are(arrive: Arrive) -> None:
    ada = arrive()
    ada.post("/shapes", {"shape": a_shape()})
    before = ada.list()
    lead = before["items"][0]["id"]
    assert ada.edit(lead, **_form(ada, lead) | {"name": "Own Row"}).status_code == 303
    assert ada.lead(lead)["name"] == "Own Row"
    assert ada.lead(lead)["more"] == before["items"][0]["more"]
    ada.undo()
    assert ada.list() == before


def test_an_import_is_taken_back_to_where_one_was_and_done_again(arrive: Arrive) -> None:
    ada = arrive().start()
    before = ada.list()
    ada.post("/shapes", ada.hidden("/shapes") | {"shape": a_shape(name="My own list")})
    imported = ada.list()
    lead = imported["items"][0]["id"]
    assert "Imported the columns of “My own list”" in ada.get("/history").text
    ada.edit(lead, **_form(ada, lead) | {"name": "Own Row"})
    for _ in range(2):
        answer = ada.post("/undo", ada.hidden("/leads"))
    assert answer.location == "/leads"
    page = ada.get("/leads").text
    assert "Taken back: Imported the columns of “My own list”" in page
    assert ada.list() == before
    assert ada.post("/redo", hidden_in(page.partition("Taken back")[2].partition("</form>")[0])).status_code == 303
    assert "Done again: Imported the columns of “My own list”" in ada.get("/leads").text
    assert ada.list() == imported
    assert ada.post("/redo", ada.hidden("/leads")).status_code == 303
    assert ada.lead(lead)["name"] == "Own Row"
    page = ada.get("/history").text
    assert ada.post("/history", hidden_in(page) | {"act": "0"}).location == "/leads"
    assert ada.list() == before
    ada.post("/tasks", ada.hidden("/tasks/new") | {"words": "Something new", "due": "today", "kind": "call"})
    ada.post("/redo", ada.hidden("/leads"))
    assert "There is nothing to redo" in ada.get("/leads").text


def test_an_import_without_a_drive_before_it_is_taken_back_to_all_of_them(arrive: Arrive) -> None:
    ada = arrive()
    ada.post("/shapes", {"shape": a_shape()})
    assert ada.post("/undo", ada.hidden("/leads")).location == "/drives"
    assert "Taken back" in ada.get("/drives").text
    assert ada.get("/leads").status_code == 404
    drive = hidden_in(ada.get("/drives").text)
    assert ada.post("/open", drive).status_code == 303
    assert ada.list()["total"] == 200


@pytest.mark.parametrize(
    "sent", [with_column(name="Jane Rosewater"), "{}", with_column(kind="choice", values=["a@b.com"])]
)
def test_what_is_refused_is_stored_nowhere(fresh_app: Flask, sent: str) -> None:
    ada = Visitor(fresh_app)
    before = everything_in(fresh_app)
    answer = ada.post("/shapes", {"shape": sent})
    assert answer.status_code == 422
    assert "Nothing was stored" in answer.text
    after = everything_in(fresh_app)
    assert {name: rows for name, rows in after.items() if name != "limit_counters"} == {
        name: rows for name, rows in before.items() if name != "limit_counters"
    }


def test_a_private_scenario_is_offered_to_nobody(arrive: Arrive, fresh_database: Database) -> None:
    arrive().post("/shapes", {"shape": a_shape(name="Only Mine")})
    with fresh_database.reading() as db:
        slug = db.scalar(select(Scenario.slug).where(Scenario.name == "Only Mine"))
    ben = arrive()
    assert "Only Mine" not in ben.get("/").text
    assert ben.post("/drives", {"scenario": slug}).status_code == 404


def test_a_private_scenario_ends_with_the_last_of_its_drives(fresh_app: Flask, fresh_database: Database) -> None:
    ada = Visitor(fresh_app)
    ada.post("/shapes", {"shape": a_shape()})
    sweep(fresh_database)
    assert count(fresh_database) == (2, 320)
    passed = clock.now() - timedelta(days=15)
    with fresh_database.transaction() as db:
        scenario = db.scalars(select(Scenario).where(Scenario.is_private)).one()
        scenario_id = scenario.id
        scenario.loaded_at = passed
    sweep(fresh_database)
    assert count(fresh_database) == (2, 320), "A drive stands on it still."
    with engines.current().raw(fresh_app.extensions["settings"].database_url) as connection:
        connection.execute(update(StartedDrive).values(seen_at=passed, started_at=passed))
    assert sweep(fresh_database) == 1
    assert count(fresh_database) == (1, 120)
    left = everything_in(fresh_app)
    for table in (name for name in left if name.startswith("scenario_")):
        assert [row for row in left[table] if row[0] == scenario_id] == [], table


def test_a_scenario_that_is_being_made_is_left_alone(fresh_app: Flask, fresh_database: Database) -> None:
    with fresh_database.transaction() as db:
        small = db.scalars(select(Scenario)).one()
        row = {column.name: getattr(small, column.name) for column in Scenario.__table__.columns if column.name != "id"}
        db.add(Scenario(**row | {"slug": "shape-x", "is_private": True, "loaded_at": clock.now()}))
    sweep(fresh_database)
    assert count(fresh_database)[0] == 2
    with fresh_database.transaction() as db:
        db.execute(update(Scenario).where(Scenario.is_private).values(loaded_at=clock.now() - timedelta(hours=1)))
    sweep(fresh_database)
    assert count(fresh_database) == (1, 120)


def test_the_revision_before_would_offer_it_to_everyone_so_it_goes(engine: Engine, tmp_path: Path) -> None:
    app = sandbox_app(tmp_path)
    with app.extensions["database"].transaction() as db:
        load_small_scenario(db)
    Visitor(app).start().edit("L001", name="Own Row")
    assert Visitor(app).post("/shapes", {"shape": a_shape()}).status_code == 303
    app.extensions["database"].close()
    owner = any_database.Database(app.extensions["settings"].owner_url, synchronous="NORMAL")
    migrations.downgrade(owner.writer, REVISIONS, "0006")
    migrations.upgrade(owner.writer, REVISIONS)
    owner.close()
    left = everything_in(app)
    assert [len(left[table]) for table in ("scenarios", "scenario_leads", "drives", "drive_leads")] == [1, 120, 1, 1]


def test_there_is_room_for_so_many_and_no_more(fresh_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "MOST_PRIVATE", 1)
    assert Visitor(fresh_app).post("/shapes", {"shape": a_shape()}).status_code == 303
    answer = Visitor(fresh_app).post("/shapes", {"shape": a_shape()})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3600")


@pytest.fixture
def arrive(fresh_app: Flask) -> Arrive:
    """A visitor of a sandbox of this test's own, since other tests count scenarios."""
    return lambda: Visitor(fresh_app)


def everything_in(app: Flask) -> dict[str, list[tuple[Any, ...]]]:
    metadata = MetaData()
    with engines.current().raw(app.extensions["settings"].database_url) as connection:
        metadata.reflect(connection)
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))] for table in metadata.sorted_tables
        }


def count(database: Database) -> tuple[int, int]:
    """How many scenarios there are, and how many leads in them."""
    with database.reading() as db:
        return tuple(db.scalar(select(func.count()).select_from(table)) or 0 for table in (Scenario, ScenarioLead))  # type: ignore[return-value]


def _form(visitor: Visitor, lead_id: str) -> dict[str, str]:
    lead = visitor.lead(lead_id)
    return {key: lead[key] or "" for key in ("name", "role", "company", "email", "phone", "stage", "owner", "source")}
