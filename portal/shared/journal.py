"""The only place that appends lines to a file so that they outlive the database beside it.

A journal is a folder: `journal.json` names it, and `YYYY-MM.jsonl` holds a month's lines, each one JSON object. A line
is on the disk when `append` returns. Several processes may append at once; what a crash left half written is passed
over.
"""

import fcntl
import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from portal.shared import ids
from portal.shared.disk import sync

Line = Mapping[str, Any]


@dataclass(frozen=True)
class End:
    """How far a journal had been written: its id, and how many bytes its months held together."""

    id: str
    size: int


class Journal:
    """The journal in `folder`, which is made by the first line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pending: list[bytes] = []
        self._waiting = threading.Lock()
        self._writing = threading.Lock()

    def append(self, lines: Iterable[Line], *, now: datetime) -> None:
        """Write the lines and wait until the disk has them; raises OSError, and then tries again with the next ones.

        Threads that come at once share one wait.
        """
        with self._waiting:
            self._pending += [json.dumps(line, sort_keys=True).encode() + b"\n" for line in lines]
        with self._writing:
            with self._waiting:
                mine = list(self._pending)
            if not mine:  # somebody else has written them meanwhile
                return
            self._write(b"".join(mine), self.folder / f"{now:%Y-%m}.jsonl")
            with self._waiting:
                del self._pending[: len(mine)]

    def read(self, *, since: datetime | None = None) -> Iterator[Line]:
        """Every whole line, the oldest first; with `since`, from the beginning of its month."""
        first = f"{since:%Y-%m}" if since else ""
        for month in self._months():
            if month.stem < first:
                continue
            for line in month.read_bytes().split(b"\n"):
                try:
                    found = json.loads(line)
                except ValueError:  # empty, or broken off by a crash: nobody was told that it is kept
                    continue
                yield found

    def end(self) -> End:
        """How far it is written; an empty id where there is no journal yet."""
        name = self.folder / "journal.json"
        found = json.loads(name.read_text()) if name.is_file() else {"id": ""}
        return End(found["id"], sum(month.stat().st_size for month in self._months()))

    def _months(self) -> list[Path]:
        return sorted(self.folder.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9].jsonl"))

    def _write(self, content: bytes, month: Path) -> None:
        self._make()
        is_new = not month.exists()
        descriptor = os.open(month, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            size = os.fstat(descriptor).st_size
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                content = b"\n" + content
            while content:
                content = content[os.write(descriptor, content) :]
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            sync(self.folder)

    def _make(self) -> None:
        name = self.folder / "journal.json"
        if name.exists():
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.folder / f".{ids.new_id()}"
        with draft.open("w") as file:
            json.dump({"id": ids.new_id()}, file)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, name)  # by whoever comes first
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        sync(self.folder)
        sync(self.folder.parent)
