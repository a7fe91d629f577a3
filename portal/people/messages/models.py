"""The only place for the tables of the outbox: what is to be sent, and each attempt with its outcome."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment


class MessageState(StrEnum):
    """Where a message stands; the last four are final."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    SHOWN = "shown"  # in the outbox of a development machine, instead of being sent
    DROPPED = "dropped"  # no longer allowed when its turn came
    FAILED = "failed"


class Offering(StrEnum):
    """Every kind of message that needs a permission."""

    OFFER = "offer"
    ANNOUNCEMENT = "announcement"  # of a webinar
    REMINDER = "reminder"


class Message(Base):
    """One message to one address. What it says and to whom is sealed, and forgotten after 7 days.

    `cause_id` names what allows it: the opt-in that a service message answers, or the consent record behind an offer,
    whose `purpose` is that record's. What was dropped says by which rule.
    `request_id` names the request that put it here, as its answer, its log lines and the mail's header do.
    """

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(state.value) for state in MessageState)})", name="state_is_known"),
        Index("ix_messages_due", "state", "not_before"),
        Index("ix_messages_cap", "address_hash", "kind", "created_at"),
        Index("ix_messages_purpose", "purpose", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    channel: Mapped[str] = mapped_column(String(8))
    address_hash: Mapped[str] = mapped_column(String(64))
    cause_id: Mapped[str] = mapped_column(String(16), index=True)
    purpose: Mapped[str | None] = mapped_column(String(32))
    request_id: Mapped[str | None] = mapped_column(String(16))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(8))
    attempts: Mapped[int]
    not_before: Mapped[datetime] = mapped_column(Moment)
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    dropped_by: Mapped[str | None] = mapped_column(String(20))


class Delivery(Base):
    """One attempt to hand a message over, and how it ended: never changed, gone with its message."""

    __tablename__ = "deliveries"

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[str] = mapped_column(String(8))
    detail: Mapped[str] = mapped_column(String(100))
    ended_at: Mapped[datetime] = mapped_column(Moment, index=True)
