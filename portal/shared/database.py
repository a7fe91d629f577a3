"""The only place that knows how a database is opened and a transaction begun; each side opens its own, once."""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import (
    ClauseElement,
    Compiled,
    Connection,
    Dialect,
    Engine,
    MetaData,
    Select,
    TypeDecorator,
    make_url,
    text,
)
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from portal.shared.group_commit import GroupCommit

# Constraints need names of their own, or no migration could ever change one.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Act = Literal["write", "read", "peek", "count"]  # what an engine is for
Peek = Callable[[Mapping[str, Any]], tuple[Any, ...] | None]  # values by name, to the first row

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
        self._commits = self._group_commit() if synchronous == "FULL" else None
        self._peeks: dict[Select[*tuple[Any, ...]], Callable[[Mapping[str, str]], Any]] = {}

    @contextmanager
    def transaction(self, *, is_one_go: bool = False) -> Iterator[Session]:
        """A session that commits at the end, or changes nothing where something is raised.

        With `is_one_go` everything is sent as `in_one_go` sends it, the commit too.
        """
        if self._commits is None:
            with (
                self._connected(is_one_go) as connection,
                self.session_class(connection, expire_on_commit=False) as db,
                db.begin(),
            ):
                yield db
            return
        with (
            self._commits.joined() as (connection, mode),
            self.session_class(connection, expire_on_commit=False, join_transaction_mode=mode) as db,
            db.begin(),
        ):
            yield db

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session on a transaction that can only read."""
        with self.session_class(self.reader, autoflush=False, expire_on_commit=False) as db, db.begin():
            yield db

    def peek(self, statement: Select[*tuple[Any, ...]], values: Mapping[str, str]) -> Any:
        """One row with its columns by name, or None; for the question that almost every request asks.

        It goes to the driver itself, compiled once, without a transaction around it or a ping before it, which together
        cost several times what the question does. Values are text.
        """
        ask = self._peeks.get(statement) or self._peeks.setdefault(statement, self._way_to_ask(statement))
        try:
            return ask(values)
        except self._peeker.dialect.loaded_dbapi.Error:
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

    @contextmanager
    def _connected(self, is_one_go: bool) -> Iterator[Engine | Connection]:
        if not (is_one_go and self._has_roles):
            yield self.writer
            return
        from portal.shared.postgres import pipelined

        with self.writer.connect() as connection, pipelined(connection):
            yield connection

    def _engine(self, url: str, synchronous: Literal["FULL", "NORMAL"], act: Act) -> Engine:
        if url.startswith("sqlite"):
            from portal.shared.sqlite import sqlite_engine

            return sqlite_engine(url, synchronous=synchronous, act=act)
        from portal.shared.postgres import postgres_engine  # its driver is slow to load, and SQLite needs none

        return postgres_engine(url, synchronous=synchronous, act=act, bound_by=self.bound_by)

    def _group_commit(self) -> "GroupCommit | None":
        if self._has_roles:
            return None  # PostgreSQL does it by itself
        from portal.shared.group_commit import GroupCommit
        from portal.shared.sqlite import BUSY_SECONDS

        return GroupCommit(self.writer, seconds_to_wait=BUSY_SECONDS)

    def _way_to_ask(self, statement: Select[*tuple[Any, ...]]) -> Callable[[Mapping[str, str]], Any]:
        ask = way_to_ask(self._peeker, statement)
        dialect, columns = self._peeker.dialect, statement.selected_columns
        row: Any = namedtuple("Row", [column.name for column in columns])  # type: ignore[misc]
        readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]

        def answer(values: Mapping[str, str]) -> Any:
            found = ask(values)
            if found is None:
                return None
            return row(*(read(value) if read else value for read, value in zip(readers, found, strict=True)))

        return answer

    @property
    def _has_roles(self) -> bool:
        return self.writer.dialect.name == "postgresql"


def way_to_ask(engine: Engine, statement: ClauseElement) -> Peek:
    """A way to ask the driver itself for the first row of one statement, compiled here once.

    It raises the driver's own errors. The values are text, numbers, or what a column type of ours makes of others.
    """
    if engine.dialect.name == "postgresql":
        from portal.shared.postgres import postgres_peek as peek
    else:
        from portal.shared.sqlite import sqlite_peek as peek
    compiled = statement.compile(engine)
    ask, writers = peek(engine, compiled), _writers(compiled, engine.dialect)
    return lambda values: ask({**values, **{name: write(values[name]) for name, write in writers.items()}})


@contextmanager
def in_one_go(db: Session) -> Iterator[None]:
    """Send what is written within to a server without waiting for each answer; what it refuses is raised at the end.

    What is read within is waited for, and so is all that was sent before it. It must not matter how many rows a
    statement has changed. SQLite, which is no server, is asked as ever.
    """
    connection = db.connection()
    if connection.dialect.name != "postgresql":
        yield
        return
    from portal.shared.postgres import pipelined

    with pipelined(connection):
        yield


def _writers(compiled: Compiled, dialect: Dialect) -> dict[str, Callable[[Any], Any]]:
    """How those values of a statement are stored that are not stored as they are."""
    binds = getattr(compiled, "binds", {}).items()
    ours = {name: one.type for name, one in binds if isinstance(one.type, TypeDecorator)}
    found = {name: kind.dialect_impl(dialect).bind_processor(dialect) for name, kind in ours.items()}
    return {name: write for name, write in found.items() if write is not None}


UNREAD = {"is_unread": True}  # execution options of a question that only locks: within `in_one_go` nobody waits for it
