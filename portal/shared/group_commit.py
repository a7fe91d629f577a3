"""The only place where several transactions on one SQLite file share a commit, and so one wait for the disk.

SQLite lets one write at a time, and each commit waits for the disk (fsync). Whoever comes while another writes queues
here, first come first served, and goes on in the transaction that is open, within a savepoint of their own. The first
needs none: while it writes, there is nobody else's work to keep. The last of a group commits it. Nobody's transaction
ends before that commit: what is acknowledged is on the disk, as it was when each had a commit of its own. PostgreSQL
does the same by itself.

It is for the threads of one process. Other processes knock at SQLite's own lock every few milliseconds (`sqlite.py`),
and find it open for a moment ten times a second.
"""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal, NamedTuple

from sqlalchemy import Connection, Engine, ExceptionContext, event
from sqlalchemy.exc import OperationalError

from portal.shared.sqlite import KNOCK_SECONDS

MOST_SECONDS = 0.1  # after which a group takes in nobody else: its first member waits for the last one's commit
GIVE_WAY_SECONDS = 2 * KNOCK_SECONDS
_IN_GROUP = "is_in_group"  # in a connection's `info`


class Place(NamedTuple):
    """Where a member works: a connection within the transaction, and how a session joins that."""

    connection: Connection
    mode: Literal["rollback_only", "create_savepoint"]


class GroupCommit:
    """The transactions of one process on the file behind `engine`."""

    def __init__(self, engine: Engine, *, seconds_to_wait: float) -> None:
        self._engine = engine
        self._queue = _Queue(seconds_to_wait)
        self._group: _Group | None = None  # the one that takes in whoever has the turn
        self._gave_way_at = 0.0
        event.listen(engine, "handle_error", _tell_a_lost_transaction)

    @contextmanager
    def joined(self) -> Iterator[Place]:
        """A place within a transaction that others share; ends once what was done there is on the disk.

        What raises is rolled back by the caller's session: the whole transaction by its first member, a savepoint by
        the others. Raises what the commit raised: then nothing was kept. Where SQLite itself gave up the whole
        transaction, all who shared it are told.
        """
        self._queue.take()
        is_first = self._group is None
        group = self._group or self._begin()
        try:
            yield Place(group.connection, "rollback_only" if is_first else "create_savepoint")
        except BaseException as fault:
            self._leave(group, lost=fault if is_first or group.connection.invalidated else None)
            raise
        self._leave(group)
        group.wait()

    def _begin(self) -> "_Group":
        try:
            group = self._group = _Group(self._engine.connect())
        except BaseException:
            self._queue.release()
            raise
        return group

    def _leave(self, group: "_Group", *, lost: BaseException | None = None) -> None:
        """Let the next one go on in this group, or end it, where nobody waits or its first has waited enough."""
        if lost is None and not group.is_old and self._queue.hand_over():
            return
        self._group = None
        try:
            group.end(lost)
        finally:
            self._give_way()
            self._queue.release()

    def _give_way(self) -> None:
        """Let another process in, where ours would go on at once and has done so for a while."""
        if self._queue.is_awaited and time.monotonic() - self._gave_way_at > MOST_SECONDS:
            time.sleep(GIVE_WAY_SECONDS)
            self._gave_way_at = time.monotonic()


class _Group:
    """A transaction, and how it ended."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._ended = threading.Event()
        self._fault: BaseException | None = None
        self._began = time.monotonic()
        try:
            self._transaction = connection.begin()
            connection.info[_IN_GROUP] = True
        except BaseException:
            connection.close()
            raise

    @property
    def is_old(self) -> bool:
        return time.monotonic() - self._began > MOST_SECONDS

    def end(self, lost: BaseException | None) -> None:
        """Commit, or roll back what is lost; all who wait are told, and nobody gets a connection that is in doubt."""
        self._fault = lost
        is_in_doubt = False
        try:
            if lost is None:
                self._transaction.commit()
            elif self._transaction.is_active:  # else the session of the first has rolled it back
                self._transaction.rollback()
        except BaseException as fault:  # told to each member by `wait`
            self._fault, is_in_doubt = lost or fault, True
        finally:
            self._let_go(is_in_doubt)
            self._ended.set()

    def wait(self) -> None:
        """Until it has ended; raises what kept it from being written down."""
        self._ended.wait()
        if isinstance(self._fault, OperationalError):  # one of its own for each thread that raises it
            fault = self._fault
            raise OperationalError(fault.statement, fault.params, fault.orig or fault) from fault
        if self._fault is not None:
            raise self._fault

    def _let_go(self, is_in_doubt: bool) -> None:
        if is_in_doubt and not self.connection.invalidated:
            self.connection.invalidate()  # what it still holds is not to be believed
        with suppress(Exception):
            self.connection.info.pop(_IN_GROUP, None)
        with suppress(Exception):
            self.connection.close()


class _Queue:
    """One turn, which goes to whoever has waited longest."""

    def __init__(self, seconds_to_wait: float) -> None:
        self._seconds = seconds_to_wait
        self._lock = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._is_taken = False

    @property
    def is_awaited(self) -> bool:
        return bool(self._waiting)

    def take(self) -> None:
        """Wait for the turn; raises OperationalError, as SQLite does where its lock does not become free."""
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return
            gate = threading.Lock()
            gate.acquire()
            self._waiting.append(gate)
        if gate.acquire(timeout=self._seconds):
            return
        with self._lock:
            if gate not in self._waiting:  # handed over to us in this very moment
                return
            self._waiting.remove(gate)
        raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))

    def hand_over(self) -> bool:
        """Give the turn to the next in line; False, and nothing happens, where nobody waits."""
        with self._lock:
            if not self._waiting:
                return False
            self._waiting.popleft().release()
            return True

    def release(self) -> None:
        """Give the turn to the next in line, or to whoever comes."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False


def _tell_a_lost_transaction(context: ExceptionContext) -> None:
    """Where an error ended the whole transaction (a full disk does), there is no savepoint left to go back to.

    https://www.sqlite.org/lang_transaction.html, "Response To Errors Within A Transaction".
    """
    connection = context.connection
    if connection is None or connection.invalidated or not connection.info.get(_IN_GROUP):
        return
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection) and not driver.in_transaction:
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False
