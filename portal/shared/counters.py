"""The only place that counts for the limits: a row a counter in the side's own database, or a Valkey server.

A window begins with the first try and ends by its own time ("fixed window" to the library): one row, one statement, and
the time to wait is known to the second. Somebody may try up to twice the number across the end of a window; nobody can
aim at it, since it is no hour of the clock. What slides instead needs two rows and only guesses the time to wait.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

import structlog
from limits.storage import RedisStorage, Storage
from sqlalchemy import CursorResult, String, bindparam, delete, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.shared import clock
from portal.shared.columns import Moment
from portal.shared.database import Database
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
    """Counters in the table `row`, each counted by one atomic statement in a transaction of its own.

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
        self.database = Database(database_url, synchronous="NORMAL")
        table = row.__tablename__
        self._hit = text(_HIT.format(table=table)).bindparams(
            bindparam("now", type_=Moment()), bindparam("ends_at", type_=Moment())
        )
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
            with self.database.writer.begin() as connection:
                return int(connection.execute(self._hit, counted).scalar_one())
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
            self.database.ping()
        except STORE_FAULTS:
            return False
        return True

    def reset(self) -> int | None:
        """Forget every counter."""
        with self.database.transaction() as db:
            return cast("CursorResult[Any]", db.execute(delete(self._row))).rowcount

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with self.database.transaction() as db:
            db.execute(delete(self._row).where(self._row.key == key))

    def _find(self, key: str) -> tuple[int, datetime] | None:
        running = select(self._row.hits, self._row.ends_at).where(self._row.key == key, self._row.ends_at > clock.now())
        try:
            with self.database.reader.connect() as connection:
                found = connection.execute(running).first()
        except STORE_FAULTS as fault:
            self._miss(fault)
            return None
        return (found[0], found[1]) if found else None

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


def forget_old_counters(db: Session, row: type[Any], *, now: datetime) -> int:
    """Delete the counters whose window is over, and say how many those were."""
    return cast("CursorResult[Any]", db.execute(delete(row).where(row.ends_at <= now))).rowcount


_HIT = """
INSERT INTO {table} (key, hits, ends_at) VALUES (:key, :amount, :ends_at)
ON CONFLICT (key) DO UPDATE SET
  hits = CASE WHEN {table}.ends_at <= :now THEN excluded.hits ELSE {table}.hits + excluded.hits END,
  ends_at = CASE WHEN {table}.ends_at <= :now THEN excluded.ends_at ELSE {table}.ends_at END
RETURNING hits
"""
