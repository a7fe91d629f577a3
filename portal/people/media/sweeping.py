"""The only place that takes media away: what nothing needs any more, and what was never finished.

A file is needed while a row of another table refers to it, or a publication names its hash, an old one too: any version
may be rolled back to. Whoever takes bytes away holds their row meanwhile, as whoever stores them does.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.people.database import Base, Database
from portal.people.media.models import MediaFile, MediaName
from portal.people.media.store import Store

log = structlog.get_logger()

GRACE = timedelta(days=7)
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What was taken away, or would be: files with rows, bytes without, and what was begun and never finished."""

    unneeded: int
    without_rows: int
    unfinished: int

    @property
    def total(self) -> int:
        return self.unneeded + self.without_rows + self.unfinished


def sweep_media(
    database: Database,
    *,
    store: Store,
    texts: InstrumentedAttribute[str],
    now: datetime,
    is_rehearsal: bool = False,
) -> Sweep:
    """Take away what nothing has needed for `GRACE`; `texts` is the column that names files by their hashes.

    Raises StoreAway; what was taken away until then stays so, and the rest is found by the next sweep.
    """
    before = now - GRACE
    unneeded = _unneeded(database, texts, before)
    without_rows = _without_rows(database, store, before)
    unfinished = len(store.unfinished(before=before))
    if not is_rehearsal:
        taken = [_take(database, store, sha256, texts, before) for sha256 in unneeded]
        alone = [_take_alone(database, store, sha256, now) for sha256 in without_rows]
        return Sweep(unneeded=sum(taken), without_rows=sum(alone), unfinished=store.clear_unfinished(before=before))
    return Sweep(unneeded=len(unneeded), without_rows=len(without_rows), unfinished=unfinished)


def _unneeded(database: Database, texts: InstrumentedAttribute[str], before: datetime) -> list[str]:
    with database.reading() as db:
        found = set(db.scalars(_candidates(before)))
        return sorted(found - set(_named_in(db, texts))) if found else []


def _without_rows(database: Database, store: Store, before: datetime) -> list[str]:
    old = [sha256 for sha256, written_at in store.listed() if written_at < before]
    if not old:
        return []
    with database.reading() as db:
        known = set(db.scalars(select(MediaFile.sha256)))
    return sorted(sha256 for sha256 in old if sha256 not in known)


def _take(database: Database, store: Store, sha256: str, texts: InstrumentedAttribute[str], before: datetime) -> bool:
    """The rows and the bytes, while nobody can store the same; False where somebody needs it since."""
    with database.transaction() as db:
        held = db.scalar(_candidates(before).where(MediaFile.sha256 == sha256).with_for_update(of=MediaFile))
        if held is None or db.scalar(select(texts).where(texts.contains(sha256)).limit(1)) is not None:
            return False
        db.execute(delete(MediaName).where(MediaName.sha256 == sha256))
        db.execute(delete(MediaFile).where(MediaFile.sha256 == sha256))
        store.delete(sha256)
    log.info("media.swept", sha256=sha256)
    return True


def _take_alone(database: Database, store: Store, sha256: str, now: datetime) -> bool:
    """Bytes without a row: one is made for as long as this takes, so that whoever stores the same waits."""
    with suppress(IntegrityError), database.transaction() as db:  # somebody has just noted it
        db.add(MediaFile(sha256=sha256, size=0, added_at=now))
        db.flush()
        store.delete(sha256)
        db.execute(delete(MediaFile).where(MediaFile.sha256 == sha256))
        log.info("media.swept", sha256=sha256)
        return True
    return False


def _candidates(before: datetime) -> Select[str]:
    """Files that were last stored before that moment, and to which no row refers but those of their own names."""
    referring = [
        select(column).where(column == MediaFile.sha256).exists()
        for table in Base.metadata.tables.values()
        if table is not MediaName.__table__
        for column in table.columns
        if any(key.column is MediaFile.__table__.c.sha256 for key in column.foreign_keys)
    ]
    return select(MediaFile.sha256).where(MediaFile.added_at < before, ~or_(False, *referring))


def _named_in(db: Session, texts: InstrumentedAttribute[str]) -> Iterator[str]:
    for text in db.scalars(select(texts).execution_options(yield_per=20)):
        yield from _HASH.findall(text)
