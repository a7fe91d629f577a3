"""The only place that reads a person's records back one by one, the newest first, for the person themselves."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people.accounts.persons import NoSuchPerson, get_seal
from portal.people.consent import envelope
from portal.people.consent.models import ConsentPayload, ConsentRecord
from portal.people.consent.notices import in_a_sentence, purpose_title
from portal.people.consent.states import State
from portal.people.keyring import Seal
from portal.shared.paging import Page, read_page

PAGE = 20


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One record in words; `words`, `page` and `means` are empty where its content is forgotten."""

    record_id: str
    purpose: str
    channel: str
    title: str
    was: State
    state: State
    at: datetime
    words: str = ""
    page: str = ""
    means: str = ""
    actor: str = ""
    requested_at: datetime | None = None

    @property
    def named(self) -> str:
        """What the purpose is called where a sentence says itself that they asked for it."""
        return in_a_sentence(self.title)


def read_history(db: Session, *, person_id: str, keyring: Seal, number: int = 1) -> Page[Entry]:
    """A page of what somebody said, the newest first; beyond the last one, the last."""
    theirs = select(ConsentRecord).where(ConsentRecord.person_id == person_id)
    page = read_page(db, theirs.order_by(ConsentRecord.position.desc()), number=number, most=PAGE)
    seal = _find_seal(db, person_id, keyring)
    return page.each(lambda record: _entry(db, record, seal))


def find_entry(db: Session, *, record_id: str, keyring: Seal) -> Entry | None:
    """One record, whoever's it is."""
    record = db.scalars(select(ConsentRecord).where(ConsentRecord.id == record_id)).one_or_none()
    return _entry(db, record, _find_seal(db, record.person_id, keyring)) if record else None


def find_newest(db: Session, *, person_id: str, line: tuple[str, str], keyring: Seal) -> Entry | None:
    """The newest record of one purpose on one channel."""
    of_line = select(ConsentRecord).filter_by(person_id=person_id, purpose=line[0], channel=line[1])
    record = db.scalars(of_line.order_by(ConsentRecord.position.desc()).limit(1)).one_or_none()
    return _entry(db, record, _find_seal(db, person_id, keyring)) if record else None


def _find_seal(db: Session, person_id: str, keyring: Seal) -> Seal | None:
    try:
        return get_seal(db, person_id=person_id, keyring=keyring)
    except NoSuchPerson:  # erased
        return None


def _entry(db: Session, record: ConsentRecord, seal: Seal | None) -> Entry:
    said: dict[str, Any] = {
        "record_id": record.id,
        "purpose": record.purpose,
        "channel": record.channel,
        "was": State(record.was),
        "state": State(record.state),
        "at": datetime.fromisoformat(json.loads(record.head)["at"]),
    }
    content = _content(db, record.id, seal)
    if not content:
        return Entry(**said, title=purpose_title(record.purpose))
    event, shown = content["event"], content.get("shown", {})
    asked_at = content.get("requested_at")
    return Entry(
        **said,
        title=content.get("processing", {}).get("purpose_title") or purpose_title(record.purpose),
        words=shown.get("words", ""),
        page=shown.get("page", ""),
        means=event.get("means", ""),
        actor=event.get("actor", ""),
        requested_at=datetime.fromisoformat(asked_at) if asked_at else None,
    )


def _content(db: Session, record_id: str, seal: Seal | None) -> dict[str, Any]:
    sealed = db.scalar(select(ConsentPayload.sealed).where(ConsentPayload.record_id == record_id))
    if seal is None or sealed is None:
        return {}
    opened: dict[str, Any] = json.loads(seal.open(sealed, label=envelope.payload_label(record_id)))
    return opened
