"""The only place that turns what the ledger's triggers noted into deliveries, one for each endpoint that wants it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from portal.people.consent.models import ConsentRecord, OptIn, OptInOutcome
from portal.people.consent.states import State
from portal.people.webhooks.endpoints import list_active
from portal.people.webhooks.models import Event, Stand, WebhookDelivery, WebhookFeed
from portal.people.webhooks.telling import moment_of
from portal.shared import ids

AT_ONCE = 200
# How long to wait before each try, counted from the one before: the schedule that Standard Webhooks proposes.
PAUSES = (0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)


@dataclass(frozen=True)
class Happened:
    """Something to tell of."""

    event: Event
    subject_id: str
    person_id: str
    at: datetime


def spread(db: Session, *, now: datetime) -> int:
    """Make deliveries of what was noted, and forget the notes; how many notes that were."""
    noted = select(WebhookFeed).order_by(WebhookFeed.id).limit(AT_ONCE).with_for_update(skip_locked=True)
    notes = list(db.scalars(noted))
    if not notes:
        return 0
    endpoints = list_active(db)
    for note in notes:
        for happened in _read(db, note):
            for endpoint in endpoints:
                if happened.event in endpoint.events.split():
                    _add(db, endpoint.id, happened, now)
    db.execute(delete(WebhookFeed).where(WebhookFeed.id.in_([note.id for note in notes])))
    return len(notes)


def _read(db: Session, note: WebhookFeed) -> Iterator[Happened]:
    if note.kind == "signup":
        opt_in, outcome = db.get(OptIn, note.subject_id), db.get(OptInOutcome, note.subject_id)
        if opt_in is not None and outcome is not None:
            yield Happened(Event.SIGNED_UP, opt_in.id, opt_in.person_id, outcome.ended_at)
        return
    record = db.scalars(select(ConsentRecord).where(ConsentRecord.id == note.subject_id)).one_or_none()
    if record is None:
        return
    if record.state == State.CONFIRMED:
        yield Happened(Event.CONFIRMED, record.id, record.person_id, moment_of(record))
    elif record.state == State.WITHDRAWN and record.was == State.CONFIRMED:
        yield Happened(Event.WITHDRAWN, record.id, record.person_id, moment_of(record))
    elif record.state == State.ERASED and _was_ever_told(db, record.person_id):
        yield Happened(Event.ERASED, record.person_id, record.person_id, moment_of(record))


def _was_ever_told(db: Session, person_id: str) -> bool:
    """Whether somebody may have heard of this person: they confirmed something once."""
    said_yes = select(ConsentRecord.id).where(
        ConsentRecord.person_id == person_id, ConsentRecord.state == State.CONFIRMED
    )
    return db.scalar(said_yes.limit(1)) is not None


def _add(db: Session, endpoint_id: str, happened: Happened, now: datetime) -> None:
    same = select(WebhookDelivery.id).where(
        WebhookDelivery.endpoint_id == endpoint_id,
        WebhookDelivery.event == happened.event,
        WebhookDelivery.subject_id == happened.subject_id,
    )
    if db.scalar(same) is not None:  # an erasure writes a record for each line
        return
    row = {
        "id": f"msg_{ids.new_id()}",
        "endpoint_id": endpoint_id,
        "event": happened.event.value,
        "subject_id": happened.subject_id,
        "person_id": happened.person_id,
        "happened_at": happened.at,
        "state": Stand.WAITING.value,
        "attempts": 0,
        "tries_left": len(PAUSES),
        "not_before": now,
        "created_at": now,
    }
    db.execute(insert(WebhookDelivery), [row])
