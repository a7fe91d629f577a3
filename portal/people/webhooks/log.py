"""The only place that reads the log of an endpoint's deliveries, page by page."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.people.webhooks.models import WebhookAttempt, WebhookDelivery

PAGE = 25


@dataclass(frozen=True, kw_only=True)
class Logged:
    """A delivery and its newest try, if there was one."""

    delivery: WebhookDelivery
    last: WebhookAttempt | None


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of deliveries, the newest first."""

    entries: list[Logged]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


def read_page(db: Session, *, endpoint_id: str, number: int) -> Page:
    """A page of an endpoint's deliveries; beyond the last one, the last."""
    theirs = WebhookDelivery.endpoint_id == endpoint_id
    total = db.scalar(select(func.count()).select_from(WebhookDelivery).where(theirs)) or 0
    number = max(1, min(number, -(-total // PAGE)))
    newest = select(WebhookDelivery).where(theirs).order_by(WebhookDelivery.created_at.desc(), WebhookDelivery.id)
    found = list(db.scalars(newest.limit(PAGE).offset((number - 1) * PAGE)))
    tries: dict[str, list[WebhookAttempt]] = defaultdict(list)
    of_these = WebhookAttempt.delivery_id.in_([one.id for one in found])
    for attempt in db.scalars(select(WebhookAttempt).where(of_these).order_by(WebhookAttempt.attempt)):
        tries[attempt.delivery_id].append(attempt)
    entries = [Logged(delivery=one, last=tries[one.id][-1] if tries[one.id] else None) for one in found]
    return Page(entries=entries, total=total, number=number)


def count_by_state(db: Session) -> dict[tuple[str, str], int]:
    """How many deliveries of each endpoint stand at each state."""
    counted = select(WebhookDelivery.endpoint_id, WebhookDelivery.state, func.count().label("count"))
    grouped = counted.group_by(WebhookDelivery.endpoint_id, WebhookDelivery.state)
    return {(row.endpoint_id, row.state): row[2] for row in db.execute(grouped)}
