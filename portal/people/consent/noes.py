"""The only place that says what the journal of noes keeps, so that a restored backup cannot forget who said no.

A line holds no name and no address: a person's id, the keyed hash of an address, what for, since when. It is on the
disk before anybody is answered (database.py).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.people.database import tell_journal

NO = "no"
ERASED = "erased"
CHOSE = "chose"


def note_no(
    db: Session,
    *,
    person_id: str | None,
    address_hash: str,
    channel: str,
    purpose: str | None,
    cause: str,
    at: datetime,
) -> None:
    """Somebody said no, or their address must not be used any more; without a purpose, to everything."""
    said = {"address_hash": address_hash, "channel": channel, "purpose": purpose, "cause": cause}
    tell_journal(db, {"what": NO, "at": at.isoformat(), "person_id": person_id, **said})


def note_choice(
    db: Session, *, person_id: str, kind: str, ends_at: datetime | None, most: int | None, at: datetime
) -> None:
    """Somebody asked for a pause or for less, or objected to all marketing."""
    chosen = {"kind": kind, "ends_at": ends_at and ends_at.isoformat(), "most": most}
    tell_journal(db, {"what": CHOSE, "at": at.isoformat(), "person_id": person_id, **chosen})


def note_erasure(db: Session, *, person_id: str, at: datetime) -> None:
    """A person was erased."""
    tell_journal(db, {"what": ERASED, "at": at.isoformat(), "person_id": person_id})


def moment_of(line: Mapping[str, Any]) -> datetime:
    """When what a line tells of happened."""
    return datetime.fromisoformat(line["at"])
