"""The only place that writes a drive's own rows: every act remembers what it replaced, so that it can be undone."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.kinds import OWN_TABLES
from portal.sandbox.drives.models import Act, Before, StartedDrive

MOST_OWN_ROWS = 10_000
MOST_ACTS = 200  # an older act can no longer be undone

Place = Literal["lead", "company", "deal", "task", "view", "segment", "activity"]


class TooManyRows(Exception):
    """The drive has as many rows of its own as one may have; nothing was changed."""


class Journal:
    """One act of the bound drive, open for writing; `words` say what it does, as the history and undo will."""

    def __init__(self, db: Session, drive: Drive, *, words: str, now: datetime) -> None:
        self._db = db
        self._drive_id = drive.id
        self._remembered: set[tuple[str, str]] = set()
        self.number = _last_number(db) + 1
        _revise(db, drive.id)
        db.execute(insert(Act), [{"drive_id": drive.id, "number": self.number, "words": words, "done_at": now}])
        _forget(db, until=self.number - MOST_ACTS)

    def write(self, place: Place, row_id: str, columns: dict[str, Any]) -> None:
        """Store a row of this drive's own, whole, in place of what it had under that id. Raises TooManyRows."""
        self._replace(place, row_id, {**columns, "is_deleted": False})

    def hide(self, place: Place, row_id: str, columns: dict[str, Any]) -> None:
        """Delete a row as this drive sees it: a tombstone stands in its place. Raises TooManyRows."""
        self._replace(place, row_id, {**columns, "is_deleted": True})

    def clear(self) -> None:
        """Let go of every own row: the scenario as it was."""
        for place, table in OWN_TABLES.items():
            self._remember(place, _images(self._db, place))
            self._db.execute(delete(table))

    def _replace(self, place: Place, row_id: str, columns: dict[str, Any]) -> None:
        found = _images(self._db, place, row_id)
        if not found and count_own_rows(self._db) >= MOST_OWN_ROWS:
            raise TooManyRows
        self._remember(place, found or {row_id: None})
        _put(self._db, place, [columns | {"drive_id": self._drive_id, "id": row_id}])

    def _remember(self, place: str, images: Mapping[str, str | None]) -> None:
        """Keep the rows as they were before this act's first touch."""
        rows = [
            {"drive_id": self._drive_id, "act": self.number, "place": place, "row_id": row_id, "image": image}
            for row_id, image in images.items()
            if (place, row_id) not in self._remembered
        ]
        self._remembered.update((place, row_id) for row_id in images)
        if rows:
            self._db.execute(insert(Before), rows)


def undo(db: Session, drive: Drive) -> str | None:
    """Take the last act of the bound drive back and return its words, or None where there is nothing to undo."""
    act = db.execute(select(Act.number, Act.words).order_by(Act.number.desc()).limit(1)).first()
    if act is None:
        return None
    _revise(db, drive.id)
    for place, table in OWN_TABLES.items():
        touched = (Before.act == act.number, Before.place == place)
        db.execute(delete(table).where(table.id.in_(select(Before.row_id).where(*touched))))
        images = db.scalars(select(Before.image).where(*touched, Before.image.is_not(None)))
        _put(db, place, [json.loads(image) for image in images if image])
    db.execute(delete(Before).where(Before.act == act.number))
    db.execute(delete(Act).where(Act.number == act.number))
    return str(act.words)


def reset(db: Session, drive: Drive, *, now: datetime) -> bool:
    """Take the bound drive back to its scenario, in one act that can itself be undone; False where it is there."""
    if not count_own_rows(db):
        return False
    Journal(db, drive, words="Reset this drive", now=now).clear()
    return True


def last_words(db: Session, drive: Drive) -> str:
    """What undo would take back, in words; empty where there is nothing."""
    return db.connection().execute(_LAST_WORDS, {"drive_id": drive.id}).scalar() or ""


def list_acts(db: Session, *, most: int) -> Sequence[tuple[str, datetime]]:
    """The last acts of the bound drive, newest first: words and moment."""
    found = db.execute(select(Act.words, Act.done_at).order_by(Act.number.desc()).limit(most))
    return [(row.words, row.done_at) for row in found]


def count_own_rows(db: Session) -> int:
    """How many rows the bound drive has of its own, tombstones included: what it costs to keep."""
    return sum(db.scalar(select(func.count()).select_from(table)) or 0 for table in OWN_TABLES.values())


def count_acts(db: Session) -> int:
    """How many acts of the bound drive can be undone."""
    return db.scalar(select(func.count()).select_from(Act)) or 0


# Of the table and not of the class, built once, since every page asks this; it says itself whose act it means.
_acts = Act.__table__.c
_LAST_WORDS = select(_acts.words).where(_acts.drive_id == bindparam("drive_id")).order_by(_acts.number.desc()).limit(1)


def _revise(db: Session, drive_id: int) -> None:
    """What was made of the drive's rows before is of an older revision; within this transaction, of none."""
    db.info["has_written"] = True
    db.execute(
        update(StartedDrive).where(StartedDrive.id == drive_id).values(revision=StartedDrive.revision + 1),
        execution_options={"synchronize_session": False},
    )


def _last_number(db: Session) -> int:
    return db.scalar(select(func.max(Act.number))) or 0


def _forget(db: Session, *, until: int) -> None:
    if until > 0:
        db.execute(delete(Before).where(Before.act <= until))
        db.execute(delete(Act).where(Act.number <= until))


def _put(db: Session, place: str, rows: list[dict[str, Any]]) -> None:
    """Store rows, each in place of what stood there under its id."""
    table = OWN_TABLES[place]
    if rows:
        db.execute(delete(table).where(table.id.in_([row["id"] for row in rows])))
        db.execute(insert(table), rows)


def _images(db: Session, place: str, *row_ids: str) -> dict[str, str]:
    """The rows of these ids, or all of them, as JSON of their columns."""
    table = OWN_TABLES[place]
    columns = [getattr(table, name) for name in table.__table__.columns.keys()]  # noqa: SIM118
    query = select(*columns).where(table.id.in_(row_ids)) if row_ids else select(*columns)
    return {row["id"]: json.dumps(dict(row), ensure_ascii=False) for row in db.execute(query).mappings()}
