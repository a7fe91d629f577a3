"""The only place that adds, lists and ends the addresses that webhooks go to."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.people.webhooks.models import Event, WebhookEnd, WebhookEndpoint
from portal.people.webhooks.target import read_target
from portal.shared import ids

MOST = 10


class NoSuchEndpoint(LookupError):
    """No webhook has this id."""


class TooMany(Exception):
    """As many webhooks as there may be are already there."""


class NothingChosen(ValueError):
    """A webhook without any event would never be sent."""


def add(
    db: Session, *, url: str, events: Iterable[Event], is_development: bool, by: str, now: datetime
) -> WebhookEndpoint:
    """Let `url` be told of these events from now on. Raises TargetRefused, NothingChosen or TooMany."""
    read_target(url, is_development=is_development)
    chosen = [event for event in Event if event in set(events)]
    if not chosen:
        raise NothingChosen
    if len(list_active(db)) >= MOST:
        raise TooMany
    row = {"id": ids.new_id(), "url": url, "events": " ".join(chosen), "made_at": now, "made_by": by}
    db.execute(insert(WebhookEndpoint), [row])
    return get(db, endpoint_id=str(row["id"]))


def get(db: Session, *, endpoint_id: str) -> WebhookEndpoint:
    """The endpoint of this id; raises NoSuchEndpoint."""
    endpoint = db.get(WebhookEndpoint, endpoint_id)
    if endpoint is None:
        raise NoSuchEndpoint(endpoint_id)
    return endpoint


def find_end(db: Session, *, endpoint_id: str) -> WebhookEnd | None:
    """When and by whom an endpoint was ended, or None while it is told."""
    return db.get(WebhookEnd, endpoint_id)


def list_active(db: Session) -> list[WebhookEndpoint]:
    """The endpoints that are told, the oldest first."""
    ended = select(WebhookEnd.endpoint_id)
    active = select(WebhookEndpoint).where(WebhookEndpoint.id.not_in(ended))
    return list(db.scalars(active.order_by(WebhookEndpoint.made_at, WebhookEndpoint.id)))


def list_ended(db: Session) -> list[tuple[WebhookEndpoint, WebhookEnd]]:
    """The endpoints that are told nothing more, the newest end first."""
    ended = select(WebhookEndpoint, WebhookEnd).join(WebhookEnd, WebhookEnd.endpoint_id == WebhookEndpoint.id)
    return [
        (endpoint, end) for endpoint, end in db.execute(ended.order_by(WebhookEnd.ended_at.desc(), WebhookEndpoint.id))
    ]


def end(db: Session, *, endpoint_id: str, by: str, now: datetime) -> None:
    """Tell an endpoint nothing more; again is no different. Raises NoSuchEndpoint."""
    get(db, endpoint_id=endpoint_id)
    if find_end(db, endpoint_id=endpoint_id) is None:
        db.execute(insert(WebhookEnd), [{"endpoint_id": endpoint_id, "ended_at": now, "ended_by": by}])
