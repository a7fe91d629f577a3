"""The only place that copies a SQLite database while it is written to, and puts a copy in its place.

By SQLite's own backup, which holds up nobody and sees one moment; a file copied by hand lacks the write-ahead log.
"""

import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from portal.shared.backups.refusals import InUse, NotABackup
from portal.shared.disk import sync
from portal.shared.soundness import find_fault

DATABASE = "database.db"
APART = "apart.db"


def path_of(url: str) -> Path:
    """The file behind a SQLite address."""
    return Path(url.removeprefix("sqlite:///")).absolute()


def dump(url: str, folder: Path, *, apart: Iterable[str] = (), keys: Path | None = None) -> dict[str, int]:
    """Copy the database into `folder`, but the tables `apart`, which go into `keys`; the rows of each table."""
    source = path_of(url)
    if not source.is_file():
        raise NotABackup(f"There is no database at {source} yet. Run: bin/portal migrate")
    target = folder / DATABASE
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target, isolation_level=None)) as copy:
        live.execute("PRAGMA query_only=ON")
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file
        copy.execute("PRAGMA secure_delete=ON")  # what is taken out is overwritten
        counts = count_rows(copy)
        if keys is not None:
            _take_out(copy, apart, keys / APART)
        fault = find_fault(copy.execute)
    if fault:
        raise NotABackup(f"The database at {source} is damaged: {fault}. Restore the last backup that is sound.")
    return counts


def rows_in(url: str) -> int:
    """How many rows an installation holds; 0 where there is none. What migrations themselves keep does not count."""
    path = path_of(url)
    if not path.is_file():
        return 0
    with closing(sqlite3.connect(path)) as live:
        return sum(count for table, count in count_rows(live).items() if table not in KEPT_BY_MIGRATIONS)


KEPT_BY_MIGRATIONS = frozenset({"alembic_version", "root_key", "signing_keys", "signing_secrets"})


def prepare(folder: Path, target: Path, *, apart: Mapping[str, str], keys: Path | None = None) -> None:
    """A copy of the backup at `target`, with what was kept apart put back into it; the backup stays as it is."""
    for stale in (target, _beside(target, "-wal"), _beside(target, "-shm"), _beside(target, "-journal")):
        stale.unlink(missing_ok=True)
    with closing(sqlite3.connect(folder / DATABASE)) as backup, closing(sqlite3.connect(target)) as copy:
        backup.backup(copy)
    target.chmod(0o600)
    belong_to_folder(target)
    if keys is not None:
        with closing(sqlite3.connect(target, isolation_level=None)) as copy:
            copy.execute("ATTACH ? AS apart", [str(keys / APART)])
            copy.execute("BEGIN")
            for table, holds in apart.items():
                copy.execute(f"INSERT INTO main.{table} SELECT * FROM apart.{table} WHERE {holds}")  # noqa: S608
            copy.execute("COMMIT")


def put_in_place(draft: Path, url: str) -> None:
    """Let `draft`, which nobody has open, be the database from now on. Raises InUse where the old one is open."""
    target = path_of(url)
    _fold(draft)
    if target.exists():
        _fold(target)
    for stale in (_beside(target, "-wal"), _beside(target, "-shm"), _beside(target, "-journal")):
        stale.unlink(missing_ok=True)  # a log of the old file would be played into the new one
    draft.replace(target)
    for path in (target, target.parent):
        sync(path)


def belong_to_folder(path: Path) -> None:
    """Give a file that root has made to whoever owns the folder it is in, or they could not open it."""
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def count_rows(connection: sqlite3.Connection) -> dict[str, int]:
    """The rows of each table."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    shadows = {name for (name,) in connection.execute("SELECT name FROM pragma_table_list WHERE type = 'shadow'")}
    tables = sorted(name for (name,) in names if name not in shadows)
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608


def _take_out(copy: sqlite3.Connection, tables: Iterable[str], target: Path) -> None:
    copy.execute("ATTACH ? AS apart", [str(target)])
    copy.execute("BEGIN")
    for table in tables:
        copy.execute(f"CREATE TABLE apart.{table} AS SELECT * FROM main.{table}")  # noqa: S608
        copy.execute(f"DELETE FROM main.{table}")  # noqa: S608
    copy.execute("COMMIT")
    copy.execute("DETACH apart")


def _fold(path: Path) -> None:
    """Play the log into the file and take SQLite out of WAL, which it refuses while anybody else has it open."""
    with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as alone:
        try:
            alone.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as fault:
            raise InUse(f"{path} is in use. Stop the people site, the sandbox and the worker first.") from fault


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
