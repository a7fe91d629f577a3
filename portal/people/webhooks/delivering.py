"""The only place that hands webhooks over: claimed by a lease, told what holds now, tried again for three days."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import CursorResult, and_, delete, insert, select, update
from sqlalchemy.orm import Session

from portal.people.consent.restores import is_sending_held
from portal.people.database import Database
from portal.people.keyring import Seal
from portal.people.messages.channels.outcome import Outcome, Result
from portal.people.webhooks import endpoints, signing
from portal.people.webhooks.feed import PAUSES, spread
from portal.people.webhooks.models import Stand, WebhookAttempt, WebhookDelivery, WebhookEnd
from portal.people.webhooks.posting import GONE
from portal.people.webhooks.telling import find_body
from portal.shared import clock

LEASE = timedelta(minutes=2)
CLEAR_AFTER = timedelta(days=30)
MOST_A_TURN = 50

Post = Callable[[str, bytes, dict[str, str]], Result]  # URL, body, headers

log = structlog.get_logger()


class NoSuchDelivery(LookupError):
    """No delivery has this id, or it was cleared."""


class EndpointEnded(Exception):
    """The delivery's endpoint is told nothing more."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A delivery that this worker, and no other, may now try."""

    delivery_id: str
    attempt: int
    endpoint_id: str
    url: str
    body: bytes


def deliver(database: Database, *, keyring: Seal, post: Post, stopping: threading.Event) -> int:
    """Turn what happened into deliveries and try each that is due; how many were tried."""
    with database.transaction() as db:
        spread(db, now=clock.now())
    tried = 0
    while tried < MOST_A_TURN and not stopping.is_set():
        with database.transaction() as db:
            claimed = claim(db, keyring=keyring, now=clock.now())
        if claimed is None:
            break
        keys = signing.keys_of(claimed.endpoint_id, keyring=keyring)
        headers = signing.headers(keys, message_id=claimed.delivery_id, body=claimed.body, now=clock.now())
        result = post(claimed.url, claimed.body, headers)
        with database.transaction() as db:
            settle(db, claimed=claimed, result=result, now=clock.now())
        log.info("webhook.tried", delivery=claimed.delivery_id, outcome=result.outcome, detail=result.detail)
        tried += 1
    return tried


def claim(db: Session, *, keyring: Seal, now: datetime) -> Claim | None:
    """The next delivery that is due and still true, marked as being sent; None where nothing is due.

    None, too, while sending is held after a restore: what a backup calls a yes may have been taken back since.
    """
    if is_sending_held(db):
        return None
    while (delivery := _next_due(db, now)) is not None:
        body = find_body(db, delivery, keyring=keyring)
        if body is None:
            delivery.state = Stand.DROPPED
            db.flush()
            continue
        delivery.state = Stand.SENDING
        delivery.attempts += 1
        delivery.tries_left -= 1
        delivery.leased_until = now + LEASE
        db.flush()
        return Claim(
            delivery_id=delivery.id,
            attempt=delivery.attempts,
            endpoint_id=delivery.endpoint_id,
            url=endpoints.get(db, endpoint_id=delivery.endpoint_id).url,
            body=body,
        )
    return None


def settle(db: Session, *, claimed: Claim, result: Result, now: datetime) -> None:
    """Write down how a try ended; 410 ends the endpoint, as its owner asks by it (Standard Webhooks)."""
    delivery = db.get(WebhookDelivery, claimed.delivery_id, with_for_update=True)
    if delivery is None or delivery.state != Stand.SENDING or delivery.attempts != claimed.attempt:
        return
    attempt = {
        "delivery_id": delivery.id,
        "attempt": claimed.attempt,
        "outcome": result.outcome.value,
        "detail": result.detail[:100],
        "ended_at": now,
    }
    db.execute(insert(WebhookAttempt), [attempt])
    delivery.leased_until = None
    if result.outcome is Outcome.SENT:
        delivery.state = Stand.SENT
    elif delivery.tries_left <= 0 or result.detail == GONE:
        delivery.state = Stand.FAILED
    else:
        delivery.state = Stand.WAITING
        delivery.not_before = now + timedelta(seconds=PAUSES[-delivery.tries_left])
    if result.detail == GONE:
        endpoints.end(db, endpoint_id=delivery.endpoint_id, by="its answer (410)", now=now)
    db.flush()


def replay(db: Session, *, delivery_id: str, now: datetime) -> WebhookDelivery:
    """Try a delivery anew, with the same webhook-id and all its tries. Raises NoSuchDelivery or EndpointEnded.

    What holds no more is dropped again.
    """
    delivery = db.get(WebhookDelivery, delivery_id, with_for_update=True)
    if delivery is None:
        raise NoSuchDelivery(delivery_id)
    if endpoints.find_end(db, endpoint_id=delivery.endpoint_id) is not None:
        raise EndpointEnded(delivery.endpoint_id)
    if delivery.state != Stand.SENDING:
        delivery.state, delivery.tries_left, delivery.not_before = Stand.WAITING, len(PAUSES), now
        db.flush()
    return delivery


def clear_old(db: Session, *, now: datetime) -> int:
    """Delete deliveries of a month ago, their tries with them; how many those were."""
    is_final = WebhookDelivery.state.in_([Stand.SENT, Stand.DROPPED, Stand.FAILED])
    old = delete(WebhookDelivery).where(is_final, WebhookDelivery.created_at < now - CLEAR_AFTER)
    return cast("CursorResult[Any]", db.execute(old, execution_options={"synchronize_session": False})).rowcount


def _next_due(db: Session, now: datetime) -> WebhookDelivery | None:
    lost = and_(WebhookDelivery.state == Stand.SENDING, WebhookDelivery.leased_until < now)
    db.execute(
        update(WebhookDelivery).where(lost, WebhookDelivery.tries_left > 0).values(state=Stand.WAITING),
        execution_options={"synchronize_session": False},
    )
    db.execute(
        update(WebhookDelivery).where(lost).values(state=Stand.FAILED),
        execution_options={"synchronize_session": False},
    )
    due = and_(
        WebhookDelivery.state == Stand.WAITING,
        WebhookDelivery.not_before <= now,
        WebhookDelivery.endpoint_id.not_in(select(WebhookEnd.endpoint_id)),
    )
    in_turn = select(WebhookDelivery).where(due).order_by(WebhookDelivery.not_before, WebhookDelivery.happened_at)
    return db.scalars(
        in_turn.limit(1).with_for_update(skip_locked=True), execution_options={"populate_existing": True}
    ).first()
