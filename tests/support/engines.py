"""The databases that tests run on. A test that opens a side asks for `engine`, and so runs once on each of them."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Protocol

from sqlalchemy import Connection, NullPool, create_engine

from portal.people.app import Base as PeopleBase
from portal.people.setup import REVISIONS as PEOPLE_REVISIONS
from portal.sandbox.app import Base as SandboxBase
from portal.sandbox.setup import REVISIONS as SANDBOX_REVISIONS
from portal.shared import migrations
from portal.shared.database import Database

SIDES = ("people", "sandbox")


class Engine(Protocol):
    """A kind of database; what it hands out are settings, as an operator would write them."""

    name: str

    def migrated(self, side: str, data: Path) -> dict[str, str]:
        """Settings that lead to a database with the newest schema and no row."""

    def empty(self, side: str) -> dict[str, str]:
        """Settings that lead to a database without a table; `migrate` has to come first."""

    def take_back(self) -> None:
        """Nobody uses what was handed out since `lend` was called."""

    def lend(self) -> None:
        """What is handed out from here on is taken back first."""

    def raw(self, url: str) -> AbstractContextManager[Connection]:
        """A connection of somebody who may do everything: none of our settings, no role that binds."""

    def unguarded(self, url: str) -> AbstractContextManager[Connection]:
        """The same, and neither triggers nor foreign keys nor checks hold what is done on it."""


class Sqlite:
    """A file for each database."""

    name = "sqlite"

    def migrated(self, side: str, data: Path) -> dict[str, str]:
        folder = data / side
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(_migrated_file(side), folder / f"{side}.db")
        return {}

    def empty(self, side: str) -> dict[str, str]:
        return {}

    def take_back(self) -> None: ...

    def lend(self) -> None: ...

    @contextmanager
    def raw(self, url: str) -> Iterator[Connection]:
        engine = create_engine(url, poolclass=NullPool)
        with engine.begin() as connection:
            yield connection

    @contextmanager
    def unguarded(self, url: str) -> Iterator[Connection]:
        with self.raw(url) as connection:
            triggers = connection.exec_driver_sql("select name, sql from sqlite_master where type = 'trigger'").all()
            for name, _sql in triggers:
                connection.exec_driver_sql(f"drop trigger {name}")
            connection.exec_driver_sql("pragma ignore_check_constraints = on")
            yield connection
            for _name, again in triggers:
                connection.exec_driver_sql(again)


_current: list[Engine] = []


def use(engine: Engine | None) -> None:
    """Let tests run on `engine` from here on."""
    _current[:] = [engine] if engine else []


def in_use() -> Engine | None:
    """The engine that tests run on now, if any."""
    return _current[0] if _current else None


def current() -> Engine:
    """The engine of the test that runs; a test that opens a side has to ask for the fixture."""
    if not _current:
        raise LookupError("This test opens a side: let it use the fixture `engine`, so that it runs on each of them.")
    return _current[0]


def migrate(side: str, owner_url: str, *, url: str) -> None:
    """Bring a database to the newest schema as `bin/portal migrate` does."""
    metadata, revisions = _SIDES[side]
    owner = Database(owner_url, synchronous="NORMAL")
    migrations.upgrade(owner.writer, revisions)
    owner.let_serve(metadata, url=url)
    owner.close()


_SIDES = {
    "people": (PeopleBase.metadata, PEOPLE_REVISIONS),
    "sandbox": (SandboxBase.metadata, SANDBOX_REVISIONS),
}


@cache
def _migrated_file(side: str) -> Path:
    path = Path(mkdtemp(prefix="portal-")) / "migrated.db"
    database = Database(f"sqlite:///{path}", synchronous="NORMAL")  # the owner's, who is bound to no drive
    migrations.upgrade(database.writer, _SIDES[side][1])
    database.close()  # the last connection to close folds the log into the file
    return path
