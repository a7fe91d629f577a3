"""Each side's history of revisions makes exactly what its code says, and goes down and up again without losing rows."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Connection, MetaData, inspect

from portal.people.app import Base as PeopleBase
from portal.people.setup import REVISIONS as PEOPLE_REVISIONS
from portal.sandbox.app import Base as SandboxBase
from portal.sandbox.setup import REVISIONS as SANDBOX_REVISIONS
from portal.shared import migrations
from portal.shared.database import Database
from tests.people.site import ADA, BEN, Site
from tests.sandbox.small import load_small_scenario
from tests.sandbox.visitor import Visitor
from tests.support import engines
from tests.support.engines import Engine
from tests.support.schema import described
from tests.support.sides import people_app, sandbox_app

pytestmark = pytest.mark.every_version

A_MOMENT = 10**15  # microseconds since 1970; the scenarios' own moments are offsets in seconds
GUARDED = (
    *("notices", "consent_records", "consent_payloads", "suppressions", "consent_states", "audit_log"),
    *("signing_keys", "ways_out", "choices"),
    *("counted_records", "checkpoints"),
    *("publications", "offer_publications", "offer_withdrawals", "redemptions"),
    *("campaign_run_acts", "campaign_recipients"),
    *("restores", "replays", "mail_reports"),
)


def people_with_rows(data: Path) -> Flask:
    site = Site(people_app(data))
    site.agreed(ADA, "offers_email")
    site.post(site.agreed(BEN).opt_out)
    return site.app


def sandbox_with_rows(data: Path) -> Flask:
    app = sandbox_app(data)
    with app.extensions["database"].transaction() as db:
        load_small_scenario(db)
    Visitor(app).start().edit("L001", name="Own Row")
    return app


@dataclass(frozen=True)
class Side:
    """One side's schema, and how it gets rows."""

    name: str
    metadata: MetaData
    revisions: Path
    with_rows: Callable[[Path], Flask]


SIDES = (
    Side("people", PeopleBase.metadata, PEOPLE_REVISIONS, people_with_rows),
    Side("sandbox", SandboxBase.metadata, SANDBOX_REVISIONS, sandbox_with_rows),
)


@pytest.fixture(params=SIDES, ids=lambda side: side.name)
def side(request: pytest.FixtureRequest, engine: Engine) -> Side:
    found: Side = request.param
    return found


@pytest.fixture
def owner(side: Side, tmp_path: Path) -> Iterator[Database]:
    """The owner of a database without a table."""
    settings = engines.current().empty(side.name)
    url = settings.get(f"{side.name.upper()}_OWNER_URL", f"sqlite:///{tmp_path / 'new.db'}")
    database = Database(url, synchronous="NORMAL")
    yield database
    database.close()


def test_revisions_make_the_tables_of_the_code(side: Side, owner: Database) -> None:
    migrations.upgrade(owner.writer, side.revisions)
    with owner.reader.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
        assert compare_metadata(context, side.metadata) == []
        assert len(inspect(connection).get_table_names()) > 5


def test_revisions_make_the_checks_of_the_code(side: Side, owner: Database) -> None:
    """Alembic compares neither these nor whether a table has row numbers."""
    with owner.writer.begin() as connection:
        side.metadata.create_all(connection)
        wanted = checks(connection)
        side.metadata.drop_all(connection)
    migrations.upgrade(owner.writer, side.revisions)
    with owner.reader.connect() as connection:
        assert checks(connection) == wanted
        assert len(wanted) >= 4


def test_revisions_go_down_and_up_again_one_by_one_with_rows_in_the_tables(side: Side, tmp_path: Path) -> None:
    app = side.with_rows(tmp_path)
    app.extensions["database"].close()
    owner = Database(app.extensions["settings"].owner_url, synchronous="NORMAL")
    url = app.extensions["settings"].database_url
    whole, rows = schema(url), stored(url)
    numbers = sorted(path.name[:4] for path in side.revisions.glob("versions/0*.py"))
    for below in ["base", *numbers[:-1]][::-1]:
        migrations.downgrade(owner.writer, side.revisions, below)
        left = {table: kept for table, kept in stored(url).items() if table in rows}  # one may have stood for another
        assert all(holds(rows[table], kept) for table, kept in left.items()), below
        migrations.upgrade(owner.writer, side.revisions)
        assert schema(url) == whole, below
        again = stored(url)
        assert all(holds(again[table], kept) for table, kept in left.items()), below
        if "scenario_stories" in rows and below != "base":
            assert holds(rows["scenario_stories"], again["scenario_stories"]), below  # in whatever order
        migrations.downgrade(owner.writer, side.revisions, below)
    assert stored(url) == {}
    migrations.upgrade(owner.writer, side.revisions)
    assert schema(url) == whole
    owner.let_serve(side.metadata, url=url)
    owner.close()


def test_every_guarded_table_has_a_guard_for_each_way_to_change_it(engine: Engine, tmp_path: Path) -> None:
    site = Site(people_app(tmp_path))
    question = {
        "sqlite": "select name from sqlite_master where type = 'trigger'",
        "postgresql": "select tgname from pg_trigger where not tgisinternal",
    }[site.database.writer.dialect.name]
    events = ["insert", "update", "delete"]
    if site.database.writer.dialect.name == "postgresql":
        events.append("truncate")
    triggers = {name for (name,) in site.rows(question)}
    assert triggers >= {f"{table}_{event}" for table in GUARDED for event in events}


def is_ours(name: str | None, _kind: str, _parents: object) -> bool:
    """Whether SQLAlchemy knows it: of the search's index, which differs by engine, it only knows the making."""
    return name is None or not name.startswith("search_index")


def checks(connection: Connection) -> set[str]:
    """Every CHECK, and every table of SQLite that has no row numbers."""
    found = described(connection)
    if connection.dialect.name == "postgresql":
        return {line for line in found if " CHECK (" in line}
    named = {
        f"{line.split()[1]} {one}" for line in found for one in re.findall(r"CONSTRAINT ck_\w+ CHECK \(.*\)", line)
    }
    return named | {f"{line.split()[1]} has no row numbers" for line in found if "WITHOUT ROWID" in line}


def schema(url: str) -> list[str]:
    with engines.current().raw(url) as connection:
        return described(connection)


def stored(url: str) -> dict[str, list[dict[str, str]]]:
    """Every row of every table: its values as text, by column."""
    with engines.current().raw(url) as connection:
        tables = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
        return {
            table: [
                {column: alike(column, value) for column, value in row._mapping.items()}
                for row in connection.exec_driver_sql(f"select * from {table}")
            ]
            for table in tables
        }


def alike(column: str, value: object) -> str:
    """A value as text, however a revision stores it: moments as numbers, digests as bytes, a clock at 0 as NULL."""
    if column == "clock":
        return repr(value or 0)
    if column.endswith("_digest") and isinstance(value, bytes):
        return repr(value.hex())
    if isinstance(value, int) and (column.endswith("_at") or column == "epoch") and value > A_MOMENT:
        return repr(f"{datetime.fromtimestamp(value // 1_000_000, UTC):%F %T}.{value % 1_000_000:06}")
    return repr(value)


def holds(rows: list[dict[str, str]], kept: list[dict[str, str]]) -> bool:
    """Whether `kept` are the same rows, in the columns that it still has: a later revision may have added others."""
    columns = set(kept[0]) if kept else set()
    return sorted(sorted(row.items()) for row in kept) == sorted(
        sorted((column, value) for column, value in row.items() if column in columns) for row in rows
    )
