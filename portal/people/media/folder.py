"""The only place that keeps media in a folder: a file for each hash, written aside, synced, then given its name."""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from portal.people.media.faults import ChangedMeanwhile, StoreAway
from portal.shared.disk import sync

DRAFT = ".draft-"
_HASH = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20


class Folder:
    """A folder of this machine, or one that several machines share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"file:{folder}"

    def put(self, path: Path, *, sha256: str, size: int, content_type: str) -> None:
        """Copy it, whole or not at all, also through a power cut."""
        if self.has(sha256):
            return
        try:
            self._make_folder()
            draft = self.folder / f"{DRAFT}{secrets.token_hex(8)}"
            try:
                _copy(path, draft, sha256)
                draft.chmod(0o600 | (self.folder.stat().st_mode & 0o044))  # nginx may read what its group may list
                draft.replace(self.path(sha256))
            finally:
                draft.unlink(missing_ok=True)
            sync(self.folder)
        except OSError as fault:
            raise StoreAway(f"{self.folder} cannot be written into: {fault.strerror}.") from fault

    def has(self, sha256: str) -> bool:
        """Whether the file is there; under its name it always is whole."""
        return self.path(sha256).is_file()

    def path(self, sha256: str) -> Path:
        """Where the bytes lie."""
        return self.folder / sha256

    def read(self, sha256: str) -> bytes | None:
        """A text, whole, or None where it is not there."""
        try:
            return self.path(sha256).read_bytes()
        except FileNotFoundError:
            return None

    def listed(self) -> Iterator[tuple[str, datetime]]:
        """The hash of each file of ours and when it was written."""
        for path in self._files():
            if _HASH.fullmatch(path.name):
                yield path.name, _written_at(path)

    def delete(self, sha256: str) -> None:
        """Take the file away, if it is there."""
        self.path(sha256).unlink(missing_ok=True)

    def unfinished(self, *, before: datetime) -> list[str]:
        """What was begun before that moment and never ended, since whoever wrote it was killed."""
        drafts = (path for path in self._files() if path.name.startswith(DRAFT))
        return sorted(path.name for path in drafts if _written_at(path) < before)

    def clear_unfinished(self, *, before: datetime) -> int:
        """Take that away; how much it was."""
        found = self.unfinished(before=before)
        for name in found:
            (self.folder / name).unlink(missing_ok=True)
        return len(found)

    def _files(self) -> Iterator[Path]:
        return self.folder.iterdir() if self.folder.is_dir() else iter(())

    def _make_folder(self) -> None:
        if not self.folder.is_dir():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync(self.folder.parent)


def _copy(source: Path, target: Path, sha256: str) -> None:
    digest = hashlib.sha256()
    with source.open("rb") as reading, target.open("xb") as writing:
        while part := reading.read(_CHUNK):
            digest.update(part)
            writing.write(part)
        writing.flush()
        os.fsync(writing.fileno())
    if digest.hexdigest() != sha256:
        raise ChangedMeanwhile(source)


def _written_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
