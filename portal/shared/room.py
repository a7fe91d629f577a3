"""The only place that keeps room on the disk for what has to be written even when it is full."""

import os
import shutil
from pathlib import Path

BYTES = 8 * 1024 * 1024


class Room:
    """A file of 8 MB in a database’s folder, given up when an opt-out finds no room; without a folder, nothing.

    While the file is gone, the room it left belongs to opt-outs: whoever else wants to write asks `keep` first.
    """

    def __init__(self, folder: Path | None) -> None:
        self.path = None if folder is None else folder / "reserve"

    def keep(self) -> bool:
        """Whether the reserve stands; made where it is missing and twice its size is free."""
        if self.path is None or self.path.exists():
            return True
        if shutil.disk_usage(self.path.parent).free < 2 * BYTES:
            return False
        try:
            _allocate(self.path)
        except OSError:  # a quota, or somebody else was quicker to fill the disk
            self.give_up()
            return False
        return True

    def give_up(self) -> None:
        """Leave the room to what has to be written now."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def beside(database_url: str) -> Room:
    """The room beside a SQLite database; a database server keeps its own."""
    is_file = database_url.startswith("sqlite:///")
    return Room(Path(database_url.removeprefix("sqlite:///")).absolute().parent if is_file else None)


def _allocate(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, BYTES)  # blocks of its own: a file with a hole would keep nothing free
    finally:
        os.close(descriptor)
