"""The only place that puts a file into the media store: its bytes first, whole or not at all, then its rows."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.people.media.bucket import Bucket
from portal.people.media.folder import Folder
from portal.people.media.kinds import NotMedia, type_of
from portal.people.media.models import MediaFile, MediaName
from portal.people.settings import Settings

__all__ = ["NotMedia", "Store", "Stored", "note_file", "open_store", "put_file", "store_file"]

_CHUNK = 1 << 20


Store = Bucket | Folder


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A file whose bytes are in the store and whose rows are not there yet."""

    path: Path
    sha256: str
    size: int
    name: str
    content_type: str


def open_store(settings: Settings) -> Store:
    """The store that MEDIA_URL names."""
    if settings.s3_public_url:
        return Bucket(settings.media_url, endpoint=settings.s3_endpoint_url, public=settings.s3_public_url)
    return Folder(settings.media_folder)


def store_file(
    db: Session, path: Path, *, store: Store, now: datetime, name: str | None = None, content_type: str | None = None
) -> MediaFile:
    """Keep the file at `path` and serve it at `/media/<its SHA-256>/<name>`: whole or not at all, and once.

    `name` is the file's own where it is not given. Raises NotMedia, StoreAway. A large one is better put first, by
    `put_file`, and noted then: no transaction should wait for its bytes.
    """
    return note_file(db, put_file(path, store=store, name=name, content_type=content_type), store=store, now=now)


def put_file(path: Path, *, store: Store, name: str | None = None, content_type: str | None = None) -> Stored:
    """Bring the bytes into the store, outside of any transaction. Raises NotMedia, StoreAway."""
    name = name or path.name
    size = path.stat().st_size
    found = type_of(name, size=size, content_type=content_type)
    sha256 = _hash(path)
    store.put(path, sha256=sha256, size=size, content_type=found)
    return Stored(path=path, sha256=sha256, size=size, name=name, content_type=found)


def note_file(db: Session, stored: Stored, *, store: Store, now: datetime) -> MediaFile:
    """Write down that the file is there and what it is served as. Raises StoreAway."""
    file = _lock(db, stored, now)
    file.added_at = now
    if db.get(MediaName, (stored.sha256, stored.name)) is None:
        db.add(MediaName(sha256=stored.sha256, name=stored.name, content_type=stored.content_type))
    db.flush()
    # Old bytes that had no row may have been swept since they were put. Whoever sweeps holds the row; now we do.
    if not store.has(stored.sha256):
        store.put(stored.path, sha256=stored.sha256, size=stored.size, content_type=stored.content_type)
    return file


def _lock(db: Session, stored: Stored, now: datetime) -> MediaFile:
    """The row of these bytes, which is ours until this transaction ends; made where there is none."""
    while True:
        found = db.get(MediaFile, stored.sha256, with_for_update=True)
        if found is not None:
            return found
        with suppress(IntegrityError), db.begin_nested():  # somebody else may add it in the same moment
            made = MediaFile(sha256=stored.sha256, size=stored.size, added_at=now)
            db.add(made)
            db.flush()
            return made


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_CHUNK):
            digest.update(part)
    return digest.hexdigest()
