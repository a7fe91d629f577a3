"""The only place that keeps media in a folder: a file for each hash, written aside, synced, then given its name."""

import hashlib
import os
import secrets
from pathlib import Path

from portal.people.media.faults import ChangedMeanwhile, StoreAway
from portal.shared.disk import sync

DRAFT = "draft-"
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
            draft = self.folder / f".{DRAFT}{secrets.token_hex(8)}"
            try:
                _copy(path, draft, sha256)
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
