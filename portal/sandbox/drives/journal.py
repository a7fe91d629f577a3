"""The only place that writes a drive's own rows: every act remembers what it replaced, so that it can be undone."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from portal.sandbox.drives.models import Act, Before, Drive, OwnActivity, OwnLead

MOST_OWN_ROWS = 5_000
MOST_ACTS = 500  # an older act can no longer be undone

Place = Literal["lead", "activity"]


class TooManyRows(Exception):
    """The drive has as many rows of its own as one may have; nothing was changed."""


class Journal:
    """One act of the bound drive, open for writing; `words` say what it does, as the history and undo will."""

    def __init__(self, db: Session, drive: Drive, *, words: str, now: datetime) -> None:
        self._db = db
        self._drive_id = drive.id
        self._remembered: set[tuple[Place, str]] = set()
        self.number = _last_number(db) + 1
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
        for place, table in _TABLES.items():
            for row_id in self._db.scalars(select(table.id)).all():
                self._remember(place, row_id)
            self._db.execute(delete(table))

    def _replace(self, place: Place, row_id: str, columns: dict[str, Any]) -> None:
        if self._remember(place, row_id) is None and count_own_rows(self._db) >= MOST_OWN_ROWS:
            raise TooManyRows
        _put(self._db, place, columns | {"drive_id": self._drive_id, "id": row_id})

    def _remember(self, place: Place, row_id: str) -> str | None:
        """Keep the row as it was before this act's first touch; return it as it is, or None where there is none."""
        image = _image(self._db, place, row_id)
        if (place, row_id) not in self._remembered:
            self._remembered.add((place, row_id))
            row = {"drive_id": self._drive_id, "act": self.number, "place": place, "row_id": row_id, "image": image}
            self._db.execute(insert(Before), [row])
        return image


def undo(db: Session) -> str | None:
    """Take the last act of the bound drive back and return its words, or None where there is nothing to undo."""
    act = db.execute(select(Act.number, Act.words).order_by(Act.number.desc()).limit(1)).first()
    if act is None:
        return None
    for before in db.execute(select(Before.place, Before.row_id, Before.image).where(Before.act == act.number)).all():
        if before.image is None:
            table = _TABLES[before.place]
            db.execute(delete(table).where(table.id == before.row_id))
        else:
            _put(db, before.place, json.loads(before.image))
    db.execute(delete(Before).where(Before.act == act.number))
    db.execute(delete(Act).where(Act.number == act.number))
    return str(act.words)


def list_acts(db: Session, *, most: int) -> Sequence[tuple[str, datetime]]:
    """The last acts of the bound drive, newest first: words and moment."""
    found = db.execute(select(Act.words, Act.done_at).order_by(Act.number.desc()).limit(most))
    return [(row.words, row.done_at) for row in found]


def count_own_rows(db: Session) -> int:
    """How many rows the bound drive has of its own, tombstones included: what it costs to keep."""
    return sum(db.scalar(select(func.count()).select_from(table)) or 0 for table in _TABLES.values())


def count_acts(db: Session) -> int:
    """How many acts of the bound drive can be undone."""
    return db.scalar(select(func.count()).select_from(Act)) or 0


_TABLES: dict[Place, type[OwnLead] | type[OwnActivity]] = {"lead": OwnLead, "activity": OwnActivity}


def _last_number(db: Session) -> int:
    return db.scalar(select(func.max(Act.number))) or 0


def _forget(db: Session, *, until: int) -> None:
    if until > 0:
        db.execute(delete(Before).where(Before.act <= until))
        db.execute(delete(Act).where(Act.number <= until))


def _put(db: Session, place: Place, columns: dict[str, Any]) -> None:
    table = _TABLES[place]
    db.execute(delete(table).where(table.id == columns["id"]))
    db.execute(insert(table), [columns])


def _image(db: Session, place: Place, row_id: str) -> str | None:
    table = _TABLES[place]
    columns = [getattr(table, name) for name in table.__table__.columns.keys()]
    row = db.execute(select(*columns).where(table.id == row_id)).mappings().first()
    return None if row is None else json.dumps(dict(row), ensure_ascii=False)
