"""The only place that keeps and finds results of the separation check, which runs elsewhere."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.people.privacy.models import SeparationCheck

KEPT = timedelta(days=60)


@dataclass(frozen=True, kw_only=True)
class LastCheck:
    """The newest result: when, how long it took, and its lines as the check wrote them."""

    checked_at: datetime
    seconds: float
    lines: list[dict[str, Any]]

    @property
    def holding(self) -> int:
        return sum(line["state"] == "holds" for line in self.lines)

    @property
    def failing(self) -> int:
        return sum(line["state"] == "fails" for line in self.lines)


def keep_check(db: Session, *, lines: list[dict[str, Any]], seconds: float, is_held: bool, now: datetime) -> None:
    """Add a result, and let go of those older than sixty days."""
    db.execute(delete(SeparationCheck).where(SeparationCheck.checked_at < now - KEPT))
    result = json.dumps(lines, ensure_ascii=False)
    db.add(SeparationCheck(checked_at=now, seconds=seconds, is_held=is_held, result=result))


def find_last_check(db: Session) -> LastCheck | None:
    """The newest result, or None where the check has never run."""
    found = db.scalar(select(SeparationCheck).order_by(SeparationCheck.id.desc()).limit(1))
    if found is None:
        return None
    return LastCheck(checked_at=found.checked_at, seconds=found.seconds, lines=json.loads(found.result))
