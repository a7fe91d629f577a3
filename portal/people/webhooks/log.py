"""The only place that reads the log of an endpoint's deliveries, page by page."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.people.webhooks.models import WebhookAttempt, WebhookDelivery
from portal.shared import paging
from portal.shared.paging import Page

PAGE = 25


@dataclass(frozen=True, kw_only=True)
class Logged:
    """A delivery and its newest try, if there was one."""

    delivery: WebhookDelivery
    last: WebhookAttempt | None


def read_page(db: Session, *, endpoint_id: str, number: int) -> Page[Logged]:
    """A page of an endpoint's deliveries, the newest first; beyond the last one, the last."""
    theirs = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint_id)
    newest = theirs.order_by(WebhookDelivery.created_at.desc(), WebhookDelivery.id)
    page = paging.read_page(db, newest, number=number, most=PAGE)
    of_these = WebhookAttempt.delivery_id.in_([one.id for one in page.entries])
    tries = db.scalars(select(WebhookAttempt).where(of_these).order_by(WebhookAttempt.attempt))
    last = {attempt.delivery_id: attempt for attempt in tries}
    return page.each(lambda one: Logged(delivery=one, last=last.get(one.id)))


def count_by_state(db: Session) -> dict[tuple[str, str], int]:
    """How many deliveries of each endpoint stand at each state."""
    counted = select(WebhookDelivery.endpoint_id, WebhookDelivery.state, func.count().label("count"))
    grouped = counted.group_by(WebhookDelivery.endpoint_id, WebhookDelivery.state)
    return {(row.endpoint_id, row.state): row[2] for row in db.execute(grouped)}
