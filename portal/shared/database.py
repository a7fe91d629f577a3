"""The only place that knows how a database is opened and a transaction begun; each side opens its own, once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from portal.shared.sqlite import sqlite_engine

# Constraints need names of their own, or no migration could ever change one.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Database:
    """The database at `url`: one engine that writes, one that cannot.

    `synchronous` is SQLite's: FULL keeps every acknowledged commit through a power cut, NORMAL may lose the last ones.
    """

    session_class = Session

    def __init__(self, url: str, *, synchronous: Literal["FULL", "NORMAL"]) -> None:
        self.writer, self.reader = _engines(url, synchronous)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end, or changes nothing where something is raised."""
        with self.session_class(self.writer, expire_on_commit=False) as db, db.begin():
            yield db

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session on a transaction that can only read."""
        with self.session_class(self.reader, autoflush=False, expire_on_commit=False) as db, db.begin():
            yield db

    def ping(self) -> None:
        """Read something; raises what the driver raises where the database does not answer."""
        with self.reader.connect() as connection:
            connection.execute(text("select 1"))

    def close(self) -> None:
        """Let go of every connection."""
        self.writer.dispose()
        self.reader.dispose()


def _engines(url: str, synchronous: Literal["FULL", "NORMAL"]) -> tuple[Engine, Engine]:
    if url.startswith("sqlite"):
        return (
            sqlite_engine(url, synchronous=synchronous, is_writer=True),
            sqlite_engine(url, synchronous=synchronous, is_writer=False),
        )
    read_only = {"postgresql_readonly": True}
    return create_engine(url, hide_parameters=True), create_engine(
        url, hide_parameters=True, execution_options=read_only
    )
