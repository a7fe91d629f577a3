"""Both engines as an operator runs them: commits reach the disk, and the server's role owns nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import MetaData

from portal.shared.database import Database
from tests.support import engines
from tests.support.engines import Engine, Sqlite

SERVERS = "PUBLIC"  # a peer's table has no policy, so whoever serves may use it


class Store(NamedTuple):
    """An engine, and how the table names it."""

    name: str
    engine: Engine


def stores() -> Iterator[Store]:
    """SQLite, then PostgreSQL; each is the current engine until the next is asked for."""
    from tests.support import postgres  # starts a server

    for name, opened in (("SQLite", Sqlite), ("PostgreSQL", postgres.durable)):
        engine = opened()
        engines.use(engine)
        yield Store(name, engine)
    engines.use(None)


@contextmanager
def owned(owner_url: str, metadata: MetaData) -> Iterator[Database]:
    """The owner of a database, after making the tables of `metadata` beside ours."""
    owner = Database(owner_url, synchronous="NORMAL")
    with owner.writer.begin() as connection:
        metadata.create_all(connection)
        if connection.dialect.name == "postgresql":
            for name in metadata.tables:
                connection.exec_driver_sql(f"GRANT ALL ON {name} TO {SERVERS}")
            connection.exec_driver_sql(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {SERVERS}")
    yield owner
    owner.close()
