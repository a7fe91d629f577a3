"""The only place that opens the people database."""

from collections.abc import Iterator
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

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end, or changes nothing where something is raised.

        Once it has committed, what it told the journal is written there. Where that cannot be, the no holds all the
        same, and the worker writes it down as soon as it can.
        """
        with super().transaction() as db:
            yield db
        lines = db.info.pop(_TOLD, [])
        if lines and self.journal is not None:
            try:
                self.journal.append(lines, now=datetime.fromisoformat(lines[-1]["at"]))
            except OSError as fault:
                log.error("noes.unwritten", count=len(lines), error=fault.strerror)


def tell_journal(db: Session, line: dict[str, Any]) -> None:
    """Have this written to the journal once the transaction of `db` has committed; `at` is when it happened."""
    db.info.setdefault(_TOLD, []).append(line)
