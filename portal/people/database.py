"""The only place that opens the people database."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Session

from portal.shared import database
from portal.shared.journal import Journal

log = structlog.get_logger()

_TOLD = "journal"  # in a session's `info`: the lines of this transaction


class Base(DeclarativeBase):
    """What every table of the people database derives from."""

    metadata = MetaData(naming_convention=database.NAMES)


class Database(database.Database):
    """The people database: a consent or an opt-out that was acknowledged survives a power cut.

    `journal` is the folder that keeps every no outside of it, too (consent/noes.py).
    """

    def __init__(self, url: str, *, journal: Path | None = None) -> None:
        super().__init__(url, synchronous="FULL")
        self.journal = Journal(journal) if journal else None
        self._writers = _new_writers()

    @contextmanager
    def transaction(self, *, is_one_go: bool = False) -> Iterator[Session]:
        """A session that commits at the end, or changes nothing where something is raised.

        What it told the journal is written there while it commits, so that one wait for the disk serves both, and is
        there when this ends. Where that cannot be, the no holds all the same, and the worker writes it down as soon as
        it can. A commit that fails may leave its line: a no that nobody was told of, but that somebody said.
        """
        with super().transaction(is_one_go=is_one_go) as db:
            yield db
            writing = self._begin_writing(db.info.pop(_TOLD, []))
        if writing is not None:
            writing.result()

    def close(self) -> None:
        """Let go of every connection, and of the threads that write the journal."""
        super().close()
        self._writers.shutdown()
        self._writers = _new_writers()  # as its engines do, it begins anew where it is used again

    def _begin_writing(self, lines: list[dict[str, Any]]) -> "Future[None] | None":
        if not lines or self.journal is None:
            return None
        return self._writers.submit(self._write, self.journal, lines)

    def _write(self, journal: Journal, lines: list[dict[str, Any]]) -> None:
        try:
            journal.append(lines, now=datetime.fromisoformat(lines[-1]["at"]))
        except OSError as fault:
            log.error("noes.unwritten", count=len(lines), error=fault.strerror)


def _new_writers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(8, thread_name_prefix="journal")  # started when first needed


def tell_journal(db: Session, line: dict[str, Any]) -> None:
    """Have this written to the journal when the transaction of `db` commits; `at` is when it happened."""
    db.info.setdefault(_TOLD, []).append(line)
