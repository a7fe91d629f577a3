"""The only place that reads and writes the media store: files named by the SHA-256 of their bytes."""

import hashlib
import os
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from portal.people.webinars.models import MediaFile

MOST_BYTES_AN_ANSWER = 1_000_000

TYPES = {".mp4": "video/mp4", ".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg", ".vtt": "text/vtt"}


class NotMedia(ValueError):
    """The file's kind is not one that the store takes."""


def store_file(db: Session, path: Path, *, store: Path, now: datetime) -> MediaFile:
    """Put a copy of `path` into the folder `store`: whole or not at all, and only once."""
    if path.suffix not in TYPES:
        raise NotMedia(f"{path.name} is none of {', '.join(sorted(TYPES))}.")
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    _write_whole(store / sha256, content)
    found = db.get(MediaFile, sha256)
    if found is None:
        found = MediaFile(sha256=sha256, content_type=TYPES[path.suffix], size=len(content), added_at=now)
        db.add(found)
    return found


def read_part(path: Path, *, start: int, stop: int) -> bytes:
    """The bytes from `start` up to, not including, `stop`, but no more than an answer may hold."""
    with path.open("rb") as file:
        file.seek(start)
        return file.read(min(stop - start, MOST_BYTES_AN_ANSWER))


def _write_whole(target: Path, content: bytes) -> None:
    if target.exists():
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_suffix(f".{os.getpid()}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
