"""The only place that says what a side's doctor finds, and that looks at what both sides have: store, folder, clock."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from portal.shared import clock, migrations
from portal.shared.database import Database
from portal.shared.environment import SettingsError
from portal.shared.faults import STORE_FAULTS, words_of
from portal.shared.room import BYTES
from portal.shared.soundness import find_fault

State = Literal["ok", "warning", "broken"]

LITTLE_ROOM = 1024**3


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was looked at, how it stands, in words that hold no secret, and what to do about it."""

    name: str
    state: State
    words: str
    advice: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def ok(name: str, words: str) -> Finding:
    """It works."""
    return Finding(name=name, state="ok", words=words)


def warning(name: str, words: str, advice: str) -> Finding:
    """It works for now, or cannot be told."""
    return Finding(name=name, state="warning", words=words, advice=advice)


def broken(name: str, words: str, advice: str) -> Finding:
    """It does not work."""
    return Finding(name=name, state="broken", words=words, advice=advice)


def look_at_database(url: str, revisions: Path, *, setting: str) -> Iterator[Finding]:
    """Whether the database at `url` answers, is of the newest revision, sound, and may be written to; changes nothing.

    `setting` is the name of what `url` was set by.
    """
    path = _file(url)
    if path is not None and not path.is_file():
        yield broken("database", f"There is no database at {path}.", "Run: bin/portal migrate")
        return
    database = Database(url, synchronous="FULL")
    try:
        yield from _look_inside(database, path, revisions, setting)
    except (*STORE_FAULTS, DBAPIError) as fault:
        yield broken(
            "database", f"The database does not do its part: {words_of(fault)}", f"Check {setting} and its server."
        )
    finally:
        database.close()


def look_at_folder(name: str, folder: Path, *, advice: str) -> Finding:
    """Whether a file can be written into `folder`, by writing one."""
    if not folder.is_dir():
        return warning(name, f"There is no folder {folder} yet.", advice)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"written")
    except OSError as fault:
        return broken(
            name, f"Nothing can be written into {folder}: {fault.strerror}.", f"Let this user write into {folder}."
        )
    return ok(name, f"{folder} can be written into.")


def look_at_disk(folder: Path) -> Finding:
    """How much room is left."""
    free = shutil.disk_usage(folder).free
    words = f"{free / 1024**2:,.0f} MB are free at {folder}."
    if free < 2 * BYTES:
        return broken("disk", words, "Make room: until then nothing is written but opt-outs.")
    if free < LITTLE_ROOM:
        return warning("disk", words, "Make room before it is full.")
    return ok("disk", words)


def look_at_key(folder: Path) -> Finding:
    """Whether the key that was made on a first run is read by its owner alone; without one they are set by hand."""
    path = folder / "secret_key"
    if path.exists() and path.stat().st_mode & 0o077:
        return broken("keys", f"Others may read {path}.", f"Run: chmod 600 {path}, and set a new key first in line.")
    return ok("keys", f"Made on the first run, in {path}." if path.exists() else "Set, and not kept in a file here.")


def look_at_clock(*moments: datetime | None) -> Finding:
    """Whether it is later than when this code was written here, and than when something last happened."""
    now = clock.now()
    written = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    last = max([written, *(moment for moment in moments if moment)])
    if (last - now).total_seconds() > 300:
        return broken(
            "clock",
            f"It is {now:%Y-%m-%d %H:%M} UTC by this machine’s clock, but {last:%Y-%m-%d %H:%M} was here already.",
            "Set the clock by NTP: links lapse and evidence is dated by it.",
        )
    return ok("clock", f"{now:%Y-%m-%d %H:%M} UTC, later than all that happened here.")


def _look_inside(database: Database, path: Path | None, revisions: Path, setting: str) -> Iterator[Finding]:
    standing, newest = migrations.revision(database.reader), migrations.newest(revisions)
    if standing != newest:
        yield broken(
            "database",
            f"The database is at revision {standing or 'none'}; this code needs {newest}.",
            "Run: bin/portal migrate (after a backup)",
        )
        return
    with database.writer.connect() as connection:
        connection.execute(text("delete from sessions where 1 = 0"))
        connection.rollback()
    yield ok("database", f"It answers, can be written to and is at the newest revision, {newest}.")
    yield _look_at_role(database, setting) if path is None else _look_at_file(database, path)


def _look_at_file(database: Database, path: Path) -> Finding:
    with database.reader.connect() as connection:
        fault = find_fault(connection.exec_driver_sql)
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
    if fault:
        return broken("integrity", f"{path} is damaged: {fault}", "Stop the portal and restore the newest backup.")
    if mode != "wal":
        return broken("integrity", f"{path} keeps its journal as {mode}.", "Put it on a local disk, not on a share.")
    if path.stat().st_mode & 0o077:
        return broken("integrity", f"Others may read {path}.", f"Run: chmod 600 {path}")
    return ok("integrity", "SQLite finds it sound; it writes ahead, and only its owner may open it.")


def _look_at_role(database: Database, setting: str) -> Finding:
    try:
        database.require_safe_role(setting=setting)
    except SettingsError as fault:
        return broken("role", str(fault), "The portal does not start until then.")
    return ok("role", "It owns nothing, and row-level security binds it.")


def _file(url: str) -> Path | None:
    """The file of a SQLite database, or None for a server."""
    parsed = make_url(url)
    return Path(parsed.database or "") if parsed.drivername.startswith("sqlite") else None
