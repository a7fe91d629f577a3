"""The only place that knows how a database is opened and a transaction begun; each side opens its own, once."""

from collections import namedtuple
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, Literal

from sqlalchemy import Engine, MetaData, Select, make_url, text
from sqlalchemy.orm import Session

# Constraints need names of their own, or no migration could ever change one.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Act = Literal["write", "read", "peek"]  # what an engine is for

MAY = "may"  # in a table's `info`: what a server may do with its rows, where that is not everything


class Database:
    """The database at `url`: one engine that writes, one that cannot.

    `synchronous=FULL` keeps every acknowledged commit through a power cut, NORMAL may lose the last ones. `bound_by` is
    the setting that binds a transaction on PostgreSQL, where a side has one.
    """

    session_class = Session
    bound_by: str | None = None

    def __init__(self, url: str, *, synchronous: Literal["FULL", "NORMAL"]) -> None:
        self.writer, self.reader, self._peeker = (
            self._engine(url, synchronous, act) for act in ("write", "read", "peek")
        )
        self._peeks: dict[Select[*tuple[Any, ...]], Peek] = {}

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

    def peek(self, statement: Select[*tuple[Any, ...]], values: Mapping[str, str]) -> Any:
        """One row with its columns by name, or None; for the question that almost every request asks.

        It goes to the driver itself, compiled once, without a transaction around it or a ping before it, which together
        cost several times what the question does.
        """
        peek = self._peeks.get(statement) or self._peeks.setdefault(statement, Peek(self._peeker, statement))
        try:
            return peek(values)
        except peek.fault:
            self._peeker.dispose()  # the database may have been restarted, and no connection be alive
        with self._peeker.connect() as connection:  # the long way, which says what is wrong as everything else does
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
        for engine in (self.writer, self.reader, self._peeker):
            engine.dispose()

    def _engine(self, url: str, synchronous: Literal["FULL", "NORMAL"], act: Act) -> Engine:
        if url.startswith("sqlite"):
            from portal.shared.sqlite import sqlite_engine

            return sqlite_engine(url, synchronous=synchronous, act=act)
        from portal.shared.postgres import postgres_engine  # its driver is slow to load, and SQLite needs none

        return postgres_engine(url, synchronous=synchronous, act=act, bound_by=self.bound_by)

    @property
    def _has_roles(self) -> bool:
        return self.writer.dialect.name == "postgresql"


class Peek:
    """One statement, compiled once for the driver of `engine`; its values are text."""

    def __init__(self, engine: Engine, statement: Select[*tuple[Any, ...]]) -> None:
        self.fault: type[Exception] = engine.dialect.loaded_dbapi.Error
        self._engine = engine
        self._compiled = statement.compile(engine)
        columns = statement.selected_columns
        self._row: Any = namedtuple("Row", [column.name for column in columns])  # type: ignore[misc]
        self._readers = [
            column.type.dialect_impl(engine.dialect).result_processor(engine.dialect, None) for column in columns
        ]

    def __call__(self, values: Mapping[str, str]) -> Any:
        """The first row for these values, or None; raises the driver's own `fault`."""
        with closing(self._engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
            order = self._compiled.positiontup
            cursor.execute(self._compiled.string, values if order is None else [values[name] for name in order])
            found = cursor.fetchone()
        if found is None:
            return None
        return self._row(*(read(value) if read else value for read, value in zip(self._readers, found, strict=True)))
