"""The only place for canaries: random words that each side keeps in its database, and that must be seen nowhere else.

Whoever copies a database, a backup or a log to the wrong side carries them along.
"""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.shared.columns import Moment


class CanaryRow:
    """The columns of a side's canary table."""

    words: Mapped[str] = mapped_column(String(40), primary_key=True)
    planted_at: Mapped[datetime] = mapped_column(Moment)


def plant_canary(db: Session, table: type[Any], *, now: datetime) -> None:
    """Put a canary into `table` where there is none."""
    if not list_canaries(db, table):
        db.add(table(words=f"canary-{secrets.token_hex(16)}", planted_at=now))


def list_canaries(db: Session, table: type[Any]) -> list[str]:
    """The words to look for on the other side."""
    return list(db.scalars(select(table.words)))
