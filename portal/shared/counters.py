"""The only place that counts for the limits: a row a counter in SQL, or a Valkey server.

On PostgreSQL the rows lie in the side's own database. Beside a SQLite database they have a file of their own, since one
file takes one writer at a time, and a try need not wait until somebody's consent has reached the disk.

A window begins with the first try and ends by its own time ("fixed window" to the library): one row, one statement, and
the time to wait is known to the second. Somebody may try up to twice the number across the end of a window; nobody can
aim at it, since it is no hour of the clock. What slides instead needs two rows and only guesses the time to wait.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

import structlog
from limits.storage import RedisStorage, Storage
from sqlalchemy import (
    CursorResult,
    Engine,
    Executable,
    String,
    bindparam,
    delete,
    event,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.schema import CreateTable

from portal.shared import clock
from portal.shared.columns import Moment
from portal.shared.database import way_to_ask
from portal.shared.faults import STORE_FAULTS, words_of

LEFT_ALONE = timedelta(seconds=5)  # a server that did not answer is asked again after this
ANSWERS_WITHIN = 0.25  # seconds

log = structlog.get_logger()
Answer = TypeVar("Answer")


class CounterRow:
    """The columns of a side's counters: what is counted for whom, how often by now, and when that is forgotten."""

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    hits: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(Moment, index=True)


class SqlCounters(Storage):
    """Counters in the table `row`, each counted by one atomic statement that is a transaction by itself.

    A custom storage of the library `limits`. Its connections write with `synchronous=NORMAL`: counters that a power cut
    takes away harm nobody, and a try then costs no wait for the disk. While the database does not
    answer, or has no room, a try that `may_miss` is let through; for any other its fault is raised.
    """

    STORAGE_SCHEME = ["counters"]  # noqa: RUF012  # the library's

    def __init__(
        self,
        uri: str = "",
        *,
        database_url: str,
        row: type[Any],
        may_miss: Callable[[], bool] = lambda: False,
        **options: Any,
    ) -> None:
        super().__init__(uri, **options)
        self.engine = _open(database_url, row)
        is_file = self.engine.dialect.name == "sqlite"
        self._turn = threading.Lock() if is_file else nullcontext()  # SQLite lets whoever knocks in vain sleep
        self._hit = text(_HIT.format(table=row.__tablename__)).bindparams(
            bindparam("now", type_=Moment()), bindparam("ends_at", type_=Moment())
        )
        self._quick_hit = way_to_ask(self.engine, self._hit)
        self._row = row
        self._may_miss = may_miss

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """What it raises where the database is away."""
        return STORE_FAULTS

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` more, in a window of `expiry` seconds that begins now where none runs; how many by now."""
        now = clock.now()
        counted = {"key": key, "amount": amount, "now": now, "ends_at": now + timedelta(seconds=expiry)}
        try:
            return self._count(counted)
        except STORE_FAULTS as fault:
            self._miss(fault)
            return 0

    def get(self, key: str) -> int:
        """How many by now."""
        found = self._find(key)
        return found[0] if found else 0

    def get_expiry(self, key: str) -> float:
        """When the running window ends, in seconds since 1970."""
        found = self._find(key)
        return (found[1] if found else clock.now()).timestamp()

    def check(self) -> bool:
        """Whether the database answers."""
        try:
            self._run(text("select 1"), CursorResult.first)
        except STORE_FAULTS:
            return False
        return True

    def reset(self) -> int | None:
        """Forget every counter."""
        return self._run(delete(self._row), _rowcount)

    def clear(self, key: str) -> None:
        """Forget one counter."""
        self._run(delete(self._row).where(self._row.key == key), _rowcount)

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    def _count(self, counted: Mapping[str, Any]) -> int:
        """By the driver itself, at a third of the cost; where that fails, the long way, which says why."""
        try:
            with self._turn:
                found = self._quick_hit(counted)
        except self.engine.dialect.loaded_dbapi.Error:
            found = None
        return int(found[0] if found else self._run(self._hit, CursorResult.scalar_one, counted))

    def _find(self, key: str) -> tuple[int, datetime] | None:
        running = select(self._row.hits, self._row.ends_at).where(self._row.key == key, self._row.ends_at > clock.now())
        try:
            found = self._run(running, CursorResult.first)
        except STORE_FAULTS as fault:
            self._miss(fault)
            return None
        return (found[0], found[1]) if found else None

    def _run(
        self, statement: Executable, read: Callable[[Any], Answer], values: Mapping[str, Any] | None = None
    ) -> Answer:
        """Run one statement; once more where its connection proves dead, since nothing has asked for it before."""
        for is_last in (False, True):
            try:
                with self._turn, self.engine.connect() as connection:
                    return read(connection.execute(statement, values))
            except DBAPIError as fault:
                if is_last or not fault.connection_invalidated:
                    raise
        raise AssertionError  # never reached

    def _miss(self, fault: Exception) -> None:
        if not self._may_miss():
            raise fault
        log.warning("limits.not_counted", error=words_of(fault))


class ValkeyCounters(SqlCounters):
    """Counters on a Valkey server, and while that is away in SQL: neither open to all nor closed to all."""

    STORAGE_SCHEME = ["counters+valkey"]  # noqa: RUF012

    def __init__(self, uri: str = "", *, server_url: str, prefix: str, **options: Any) -> None:
        super().__init__(uri, **options)
        self.server = RedisStorage(
            server_url, key_prefix=prefix, socket_timeout=ANSWERS_WITHIN, socket_connect_timeout=ANSWERS_WITHIN
        )
        self._asked_again_at: datetime | None = None

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count on the server, or in SQL."""
        return self._ask(
            lambda: self.server.incr(key, expiry, amount), lambda: SqlCounters.incr(self, key, expiry, amount)
        )

    def get(self, key: str) -> int:
        """How many by now."""
        return self._ask(lambda: self.server.get(key), lambda: SqlCounters.get(self, key))

    def get_expiry(self, key: str) -> float:
        """When the running window ends, in seconds since 1970."""
        return self._ask(lambda: self.server.get_expiry(key), lambda: SqlCounters.get_expiry(self, key))

    def _ask(self, on_server: Callable[[], Answer], in_sql: Callable[[], Answer]) -> Answer:
        now = clock.now()
        if self._asked_again_at is None or now >= self._asked_again_at:
            try:
                answer = on_server()
            except self.server.base_exceptions as fault:
                log.warning("limits.server_away", error=type(fault).__name__)
                self._asked_again_at = now + LEFT_ALONE
            else:
                self._asked_again_at = None
                return answer
        return in_sql()


def counters_beside(database_url: str) -> str:
    """Where the counters of a side lie: a file beside that of SQLite, or the same database of a server."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        return database_url
    file = Path(url.database or "")
    return url.set(database=str(file.with_name(f"{file.stem}-limits.db"))).render_as_string(hide_password=False)


def forget_old_counters(db: Session, row: type[Any], *, now: datetime) -> int:
    """Delete the counters whose window is over, and say how many those were."""
    over = delete(row).where(row.ends_at <= now)
    deleted = cast("CursorResult[Any]", db.execute(over)).rowcount
    url = db.get_bind().engine.url.render_as_string(hide_password=False)
    if counters_beside(url) == url:
        return deleted
    beside = _open(url, row)
    try:
        with beside.connect() as connection:
            return deleted + connection.execute(over).rowcount
    finally:
        beside.dispose()


_HIT = """
INSERT INTO {table} (key, hits, ends_at) VALUES (:key, :amount, :ends_at)
ON CONFLICT (key) DO UPDATE SET
  hits = CASE WHEN {table}.ends_at <= :now THEN excluded.hits ELSE {table}.hits + excluded.hits END,
  ends_at = CASE WHEN {table}.ends_at <= :now THEN excluded.ends_at ELSE {table}.ends_at END
RETURNING hits
"""


def _open(database_url: str, row: type[Any]) -> Engine:
    """An engine on which every statement is a transaction; a file gets its table where it has none."""
    url = counters_beside(database_url)
    if url == database_url:
        from portal.shared.postgres import postgres_engine  # its driver is slow to load, and SQLite needs none

        return postgres_engine(url, synchronous="NORMAL", act="count")
    from portal.shared.sqlite import sqlite_engine

    engine = sqlite_engine(url, synchronous="NORMAL", act="count")
    table = str(CreateTable(row.__table__, if_not_exists=True).compile(engine))
    event.listen(engine, "connect", lambda connection, _record: connection.execute(table))
    return engine


def _rowcount(result: CursorResult[Any]) -> int:
    return result.rowcount
