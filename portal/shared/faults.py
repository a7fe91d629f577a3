"""The only place that says what a database's error means: the store does not answer, or there is no room left in it."""

import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

# What a driver raises while a database is away, restarts, is locked, refuses to write, or has no connection to spare.
STORE_FAULTS = (OperationalError, InterfaceError, NoConnectionFree)

# Not SQLITE_IOERR_FSYNC: what such a failure left on the disk nobody knows, so it is no reason to try again.
_FULL_SQLITE = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})
_FULL_POSTGRESQL = "53100"  # disk_full


def is_full(fault: BaseException) -> bool:
    """Whether `fault` says that there is no room left to write: on the disk, or within what this process may use."""
    orig = fault.orig if isinstance(fault, DBAPIError) else None
    return (
        getattr(orig, "sqlite_errorcode", None) in _FULL_SQLITE or getattr(orig, "sqlstate", None) == _FULL_POSTGRESQL
    )


def words_of(fault: BaseException) -> str:
    """What the driver says, in one line for a log; no value that was to be stored is in it."""
    orig = fault.orig if isinstance(fault, DBAPIError) else fault
    return " ".join(str(orig).split())[:200]
