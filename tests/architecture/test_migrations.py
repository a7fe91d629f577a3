"""Each side's history of revisions makes exactly the tables that its code knows, and takes them away again."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

import portal.people.app
import portal.sandbox.app  # noqa: F401  # importing the apps fills the metadata
from portal.people.database import Base as PeopleBase
from portal.people.database import Database as PeopleDatabase
from portal.people.setup import REVISIONS as PEOPLE_REVISIONS
from portal.sandbox.database import Base as SandboxBase
from portal.sandbox.database import Database as SandboxDatabase
from portal.sandbox.setup import REVISIONS as SANDBOX_REVISIONS
from portal.shared import migrations

SIDES = [
    pytest.param(PeopleBase, PeopleDatabase, PEOPLE_REVISIONS, id="people"),
    pytest.param(SandboxBase, SandboxDatabase, SANDBOX_REVISIONS, id="sandbox"),
]


@pytest.mark.parametrize(("base", "database_class", "revisions"), SIDES)
def test_revisions_make_the_tables_of_the_code(
    tmp_path: Path,
    base: type[PeopleBase] | type[SandboxBase],
    database_class: type[PeopleDatabase] | type[SandboxDatabase],
    revisions: Path,
) -> None:
    database = database_class(f"sqlite:///{tmp_path / 'new.db'}")
    migrations.upgrade(database.writer, revisions)
    with database.reader.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, base.metadata) == []
        assert len(inspect(connection).get_table_names()) > 5
    database.close()


@pytest.mark.parametrize(("base", "database_class", "revisions"), SIDES)
def test_revisions_go_down_and_up_again(
    tmp_path: Path,
    base: type[PeopleBase] | type[SandboxBase],
    database_class: type[PeopleDatabase] | type[SandboxDatabase],
    revisions: Path,
) -> None:
    database = database_class(f"sqlite:///{tmp_path / 'new.db'}")
    migrations.upgrade(database.writer, revisions)
    with database.reader.connect() as connection:
        before = connection.exec_driver_sql("select type, name, sql from sqlite_master order by 1, 2").all()
    migrations.downgrade(database.writer, revisions, "base")
    with database.reader.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    migrations.upgrade(database.writer, revisions)
    with database.reader.connect() as connection:
        assert connection.exec_driver_sql("select type, name, sql from sqlite_master order by 1, 2").all() == before
    database.close()
