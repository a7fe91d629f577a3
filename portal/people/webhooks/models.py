"""The only place for the tables of webhooks: where they go, what is to be told, and each try with its outcome.

`webhook_feed` is filled by triggers of the ledger's own tables (see the migration), so that no act can forget to tell,
and emptied by the worker. No table holds an address: what a webhook says is read when it is sent.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment
from portal.shared.database import MAY


class Event(StrEnum):
    """What another system can be told."""

    CONFIRMED = "consent.confirmed"
    WITHDRAWN = "consent.withdrawn"
    SIGNED_UP = "signup.confirmed"
    ERASED = "person.erased"


class Stand(StrEnum):
    """Where a delivery stands; the last three are final, though a replay begins anew."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"  # what it would have told holds no more
    FAILED = "failed"


class WebhookEndpoint(Base):
    """Where webhooks go, of which events (words with spaces between), since when and by whom."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = ({"info": {MAY: "SELECT, INSERT"}},)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[str] = mapped_column(String(24))


class WebhookEnd(Base):
    """That an endpoint gets nothing more, since when and by whom."""

    __tablename__ = "webhook_ends"
    __table_args__ = ({"info": {MAY: "SELECT, INSERT"}},)

    endpoint_id: Mapped[str] = mapped_column(ForeignKey("webhook_endpoints.id"), primary_key=True)
    ended_at: Mapped[datetime] = mapped_column(Moment)
    ended_by: Mapped[str] = mapped_column(String(24))


class WebhookFeed(Base):
    """Something that happened and was not yet turned into deliveries: a consent record, or a confirmed sign-up."""

    __tablename__ = "webhook_feed"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    subject_id: Mapped[str] = mapped_column(String(16))


class WebhookDelivery(Base):
    """One event for one endpoint. `id` is its webhook-id; `subject_id` is the record, opt-in or person it is about."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event", "subject_id"),
        CheckConstraint(f"state IN ({', '.join(repr(state.value) for state in Stand)})", name="state_is_known"),
        Index("ix_webhook_deliveries_due", "state", "not_before"),
        Index("ix_webhook_deliveries_newest", "endpoint_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("webhook_endpoints.id"))
    event: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[str] = mapped_column(String(16))
    happened_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(8))
    attempts: Mapped[int]
    tries_left: Mapped[int]
    not_before: Mapped[datetime] = mapped_column(Moment)
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)


class WebhookAttempt(Base):
    """One try of a delivery, and how it ended: never changed, gone with its delivery."""

    __tablename__ = "webhook_attempts"
    __table_args__ = ({"info": {MAY: "SELECT, INSERT, DELETE"}},)

    delivery_id: Mapped[str] = mapped_column(ForeignKey("webhook_deliveries.id", ondelete="CASCADE"), primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[str] = mapped_column(String(8))
    detail: Mapped[str] = mapped_column(String(100))
    ended_at: Mapped[datetime] = mapped_column(Moment)
