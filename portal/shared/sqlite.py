"""The only place that opens SQLite: write-ahead log, no implicit transactions, one lock taken early by writers."""

import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from typing import Any, Literal

from sqlalchemy import Compiled, Connection, Engine, create_engine, event

from portal.shared.database import Act, Peek

BUSY_SECONDS = 5.0
KNOCK_SECONDS = 0.003  # SQLite's own waits grow to 100 ms, and who waits longest is the last to find the lock free


def sqlite_engine(url: str, *, synchronous: Literal["FULL", "NORMAL"], act: Act) -> Engine:
    """An engine whose transactions begin by `BEGIN IMMEDIATE` (to write) or on `PRAGMA query_only` (to read).

    One that peeks reads a single statement at a time, which needs no transaction; nor does one that counts, by writing
    a single one.

    A deferred BEGIN that writes later fails at once with SQLITE_BUSY_SNAPSHOT, whatever the time-out; hence IMMEDIATE.
    `synchronous=NORMAL` may lose the last commits in a power cut; where consent is kept it must be FULL.
    """
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,  # an error's text ends up in a log
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would be a deferred one
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)  # cannot even name another file
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            "trusted_schema=OFF",
            "secure_delete=ON",
            "temp_store=MEMORY",  # what a savepoint keeps to go back to needs no file, which a full disk would refuse
            "recursive_triggers=ON",  # else INSERT OR REPLACE deletes without firing a delete trigger
            f"query_only={'OFF' if act in ('write', 'count') else 'ON'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    if act in ("write", "read"):
        event.listen(engine, "begin", _begin_immediate if act == "write" else _begin)

    return engine


def sqlite_peek(engine: Engine, compiled: Compiled) -> Peek:
    """A way to ask one compiled statement for its first row, and nothing more; raises the driver's own errors."""
    order: list[str] = getattr(compiled, "positiontup", None) or []

    def ask(values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(compiled.string, [values[name] for name in order])
            found: tuple[Any, ...] | None = cursor.fetchone()
            return found

    return ask


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_immediate(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        if not _knock(driver):
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # raises as everything else does
    finally:
        driver.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")


def _knock(driver: sqlite3.Connection) -> bool:
    """Whether a transaction was begun; tried anew while another connection writes, for as long as we wait for one."""
    deadline = time.monotonic() + BUSY_SECONDS
    while time.monotonic() < deadline:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                return False
            time.sleep(KNOCK_SECONDS)
        else:
            return True
    return False
