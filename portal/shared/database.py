"""The only place that knows how a database is opened and a transaction begun; each side opens its own, once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from sqlalchemy import Engine, Executable, MetaData, Row, make_url, text
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

MAY = "may"  # in a table's `info`: what a server may do with its rows, where that is not everything


class Database:
    """The database at `url`: one engine that writes, one that cannot.

    `synchronous=FULL` keeps every acknowledged commit through a power cut, NORMAL may lose the last ones. `bound_by` is
    the setting that binds a transaction on PostgreSQL, where a side has one.
    """

    session_class = Session
    bound_by: str | None = None

    def __init__(self, url: str, *, synchronous: Literal["FULL", "NORMAL"]) -> None:
        self.writer, self.reader = (self._engine(url, synchronous, is_writer) for is_writer in (True, False))
        # One statement needs no transaction around it: on PostgreSQL that saves two ways to the server and back.
        self._peeker = self.reader.execution_options(isolation_level="AUTOCOMMIT") if self._has_roles else self.reader

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

    def peek(self, statement: Executable, values: Mapping[str, Any]) -> Row[Any] | None:
        """One row, read by itself; for what almost every request asks, without a session's cost."""
        with self._peeker.connect() as connection:
            return connection.execute(statement, values).first()

    def let_serve(self, metadata: MetaData, *, url: str) -> None:
        """Let the role in `url` do with the tables what their `info` says; SQLite has no roles. The owner's to say."""
        role = make_url(url).username
        if self._has_roles and role != self.writer.url.username:
            from portal.shared.postgres import grant

            grant(self.writer, metadata, role=role or "")

    def require_safe_role(self, *, setting: str) -> None:
        """Raise SettingsError where the role that serves could take off what binds it; `setting` names it."""
        if self._has_roles:
            from portal.shared.postgres import refuse_unsafe_role

            refuse_unsafe_role(self.reader, setting=setting)

    def ping(self) -> None:
        """Read something; raises what the driver raises where the database does not answer."""
        with self.reader.connect() as connection:
            connection.execute(text("select 1"))

    def close(self) -> None:
        """Let go of every connection."""
        self.writer.dispose()
        self.reader.dispose()

    def _engine(self, url: str, synchronous: Literal["FULL", "NORMAL"], is_writer: bool) -> Engine:
        if url.startswith("sqlite"):
            return sqlite_engine(url, synchronous=synchronous, is_writer=is_writer)
        from portal.shared.postgres import postgres_engine  # its driver is slow to load, and SQLite needs none

        return postgres_engine(url, synchronous=synchronous, is_writer=is_writer, bound_by=self.bound_by)

    @property
    def _has_roles(self) -> bool:
        return self.writer.dialect.name == "postgresql"
