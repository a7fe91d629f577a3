"""The only place for the tables of outreach: runs of campaigns, what was done to them, and who got what by which."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment
from portal.shared.database import MAY


class RunAct(StrEnum):
    """What somebody, or the worker, did to a run; the newest says where it stands."""

    BEGUN = "begun"
    PAUSED = "paused"
    RESUMED = "resumed"
    CANCELLED = "cancelled"
    ENQUEUED = "enqueued"  # everybody was looked at


class CampaignRun(Base):
    """One sending of a campaign, with its text as it was then. `reached` is the last person who was looked at."""

    __tablename__ = "campaign_runs"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    campaign: Mapped[str] = mapped_column(String(64), index=True)
    source: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(Moment)
    begun_at: Mapped[datetime] = mapped_column(Moment)
    reached: Mapped[str] = mapped_column(String(16))


class CampaignRunAct(Base):
    """Something that was done to a run, by whom and when: only ever added."""

    __tablename__ = "campaign_run_acts"
    __table_args__ = ({"sqlite_with_rowid": False, "info": {MAY: "SELECT, INSERT"}},)

    run_id: Mapped[str] = mapped_column(ForeignKey("campaign_runs.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    act: Mapped[str] = mapped_column(String(9))
    by_account: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime] = mapped_column(Moment)


class CampaignRecipient(Base):
    """That a campaign put a message to a person into the outbox: its key keeps there from being a second one, ever.

    How the message ended is noted before the outbox forgets it. It names the person by id alone and outlives them.
    """

    __tablename__ = "campaign_recipients"
    __table_args__ = (
        Index("ix_campaign_recipients_run", "run_id", "outcome"),
        {"sqlite_with_rowid": False, "info": {MAY: "SELECT, INSERT, UPDATE"}},
    )

    campaign: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("campaign_runs.id"))
    message_id: Mapped[str] = mapped_column(String(16), unique=True)
    address_hash: Mapped[str] = mapped_column(String(64))
    put_at: Mapped[datetime] = mapped_column(Moment)
    outcome: Mapped[str | None] = mapped_column(String(8))
    dropped_by: Mapped[str | None] = mapped_column(String(20))


class CampaignRefusal(Base):
    """How many a run passed over by one rule when it looked at them."""

    __tablename__ = "campaign_refusals"

    run_id: Mapped[str] = mapped_column(ForeignKey("campaign_runs.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(20), primary_key=True)
    count: Mapped[int]
