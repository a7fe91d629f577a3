"""Beneath the features: a session meets the rows of the drive that it is bound to, however the question is put."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Executable, delete, exists, func, insert, select, text, union_all, update
from sqlalchemy.orm import Session, aliased

from portal.sandbox.database import Base, Database, DriveRow, DriveSession, NotBound, bind
from portal.sandbox.drives.drive import start_drive
from portal.sandbox.drives.kinds import OWN_TABLES
from portal.sandbox.drives.models import Act
from portal.sandbox.scenarios.models import Scenario

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
ADA, BEN = 1, 2
ACTS = Base.metadata.tables["drive_acts"]
OTHER = aliased(Act)
TWIN = ACTS.alias("twin")


@pytest.fixture
def both(fresh_database: Database) -> Database:
    """Ada's drive and Ben's, each with acts of its own."""
    for drive_id, words in ((ADA, ("a1", "a2")), (BEN, ("b1",))):
        with fresh_database.transaction() as db:
            start_drive(db, scenario_id=db.scalars(select(Scenario.id)).one(), now=NOW)
            bind(db, drive_id)
            db.execute(insert(Act), [act(drive_id, number, text) for number, text in enumerate(words, 1)])
    return fresh_database


def act(drive_id: int, number: int, words: str) -> dict[str, Any]:
    return {"drive_id": drive_id, "number": number, "words": words, "done_at": NOW}


NARROWED: dict[str, Executable] = {
    "a column": select(Act.words),
    "an alias": select(OTHER.words),
    "a subquery": select(select(Act.words).subquery().c.words),
    "a common table": select(select(Act.words).cte().c.words),
    "a union": union_all(select(Act.words), select(Act.words).where(Act.number > 99)),
    "a scalar subquery": select(select(func.max(Act.words)).scalar_subquery()).union(select(Act.words)),
    "a table that names the drive itself": select(ACTS.c.words).where(ACTS.c.drive_id == ADA),
}


@pytest.mark.parametrize("name", NARROWED)
def test_a_question_meets_the_bound_drive_alone(both: Database, name: str) -> None:
    with both.reading() as db:
        bind(db, ADA)
        assert set(db.execute(NARROWED[name]).scalars()) == {"a1", "a2"}


def test_a_join_of_drives_rows_stays_within(both: Database) -> None:
    with both.reading() as db:
        bind(db, BEN)
        pairs = db.execute(select(Act.words, OTHER.words).join(OTHER, OTHER.number <= Act.number)).all()
        assert [tuple(pair) for pair in pairs] == [("b1", "b1")]
        assert db.get(Act, (ADA, 1)) is None


def test_what_exists_is_asked_of_the_bound_drive_alone(both: Database) -> None:
    has_a_second_act = select(Scenario.id).where(exists().where(Act.number == 2))
    for drive_id, found in ((ADA, 1), (BEN, 0)):
        with both.reading() as db:
            bind(db, drive_id)
            assert len(db.scalars(has_a_second_act).all()) == found


def test_a_session_that_is_bound_to_no_drive_meets_no_row_of_one(both: Database) -> None:
    for reading in (both.reading, both.transaction):
        with reading() as db:
            assert db.scalars(select(Act)).all() == []
            assert db.scalar(select(func.count()).select_from(Act)) == 0
    with both.transaction() as db:
        assert changed(db, update(Act).values(words="taken")) == 0
        assert changed(db, delete(Act)) == 0
    assert words(both, ADA) == ["a1", "a2"]


SLIPPING: dict[str, Executable] = {
    "a table without a word of whose": select(ACTS.c.words),
    "a table that names another drive": select(ACTS.c.words).where(ACTS.c.drive_id == BEN),
    "a class that names another drive": select(Act.words).where(Act.drive_id == BEN),
    "an alias of a table": select(ACTS.alias().c.words),
    "two of a table and one of them named": select(ACTS.c.words)
    .join(TWIN, TWIN.c.number == ACTS.c.number)
    .where(ACTS.c.drive_id == ADA),
    "a subquery that names another drive": select(Scenario.id).where(exists().where(Act.drive_id == BEN)),
    "a subquery of a table": select(Scenario.id).where(exists(select(ACTS.c.words))),
    "text": text("SELECT words FROM drive_acts"),
    "text with a number in it": text("SELECT words FROM drive_acts WHERE drive_acts.drive_id = 2"),
    "text with another drive": text("SELECT words FROM drive_acts WHERE drive_acts.drive_id = :drive_id").bindparams(
        drive_id=BEN
    ),
    "text in capitals": text('select words from "DRIVE_ACTS"'),
    "a change of a table": ACTS.update().values(words="taken"),
    "a change of another drive": ACTS.update().where(ACTS.c.drive_id == BEN).values(words="taken"),
    "a deletion": ACTS.delete(),
    "a row for another drive": insert(Act).values(**act(BEN, 9, "planted")),
    "rows for two drives": insert(Act).values([act(ADA, 8, "mine"), act(BEN, 9, "planted")]),
    "a row by a table": ACTS.insert().values(**act(BEN, 9, "planted")),
    "a row by text": text("INSERT INTO drive_acts VALUES (2, 9, 'planted', '2026-03-05')"),
    "rows copied from another drive": ACTS.insert().from_select(
        ["drive_id", "number", "words", "done_at"],
        select(ACTS.c.drive_id, ACTS.c.number + 10, ACTS.c.words, ACTS.c.done_at).where(ACTS.c.drive_id == BEN),
    ),
}


@pytest.mark.parametrize("name", SLIPPING)
def test_what_does_not_keep_to_the_bound_drive_is_refused(both: Database, name: str) -> None:
    with pytest.raises(NotBound):
        run(both, ADA, SLIPPING[name])
    assert (words(both, ADA), words(both, BEN)) == (["a1", "a2"], ["b1"])


def test_neither_a_list_of_rows_nor_an_object_is_written_for_another_drive(both: Database) -> None:
    with pytest.raises(NotBound):
        run(both, ADA, insert(Act), [act(ADA, 8, "mine"), act(BEN, 9, "planted")])
    with pytest.raises(NotBound):
        add(both, ADA, Act(**act(BEN, 9, "planted")))
    with pytest.raises(NotBound):
        add(both, None, Act(**act(BEN, 9, "planted by a session that is bound to none")))
    assert (words(both, ADA), words(both, BEN)) == (["a1", "a2"], ["b1"])


def test_the_plain_connection_beneath_is_watched_too(both: Database) -> None:
    for engine in (both.reader, both.writer):
        for statement in (
            "SELECT words FROM drive_acts",
            "DELETE FROM drive_acts",
            "UPDATE drive_acts SET words = 'x'",
        ):
            with pytest.raises(NotBound), engine.begin() as connection:
                connection.exec_driver_sql(statement)


def test_a_binding_ends_with_its_transaction(both: Database) -> None:
    for _ in range(3):  # the pool hands the same connection out again
        with both.reading() as db:
            bind(db, ADA)
            assert len(db.scalars(select(Act)).all()) == 2
        with both.reading() as db:
            assert db.scalars(select(Act)).all() == []


def test_a_binding_does_not_follow_a_session_into_its_next_transaction(both: Database) -> None:
    with DriveSession(both.reader) as db:
        bind(db, ADA)
        db.rollback()
        with pytest.raises(NotBound):
            db.scalars(select(Act)).all()


def test_what_is_peeked_at_is_no_row_of_a_drive(both: Database) -> None:
    with pytest.raises(NotBound):
        both.peek(select(Act.words).where(Act.drive_id == ADA), {})


def test_every_table_of_drives_is_a_drive_row_and_its_key_leads_with_the_drive() -> None:
    mapped = {str(mapper.local_table): mapper.class_ for mapper in Base.registry.mappers}
    owned = {name for name, table in Base.metadata.tables.items() if "drive_id" in table.columns}
    assert owned == {name for name, found in mapped.items() if issubclass(found, DriveRow)}
    assert owned == {table.__tablename__ for table in OWN_TABLES.values()} | {"drive_acts", "drive_befores"}
    for name in owned:
        assert next(iter(Base.metadata.tables[name].primary_key.columns)).name == "drive_id"
        for index in Base.metadata.tables[name].indexes:
            assert next(iter(index.columns)).name == "drive_id"


def run(database: Database, drive_id: int, statement: Executable, rows: list[dict[str, Any]] | None = None) -> None:
    with database.transaction() as db:
        bind(db, drive_id)
        db.execute(statement, rows)


def add(database: Database, drive_id: int | None, row: Act) -> None:
    with database.transaction() as db:
        if drive_id:
            bind(db, drive_id)
        db.add(row)


def words(database: Database, drive_id: int) -> list[str]:
    with database.reading() as db:
        bind(db, drive_id)
        return list(db.scalars(select(Act.words).order_by(Act.number)))


def changed(db: Session, statement: Executable) -> int:
    found: int = db.execute(statement).rowcount  # type: ignore[attr-defined]
    return found
