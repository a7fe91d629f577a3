"""The only place that counts what became of a campaign's messages, and of those who got them."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from portal.people.consent.models import ConsentState, Suppression
from portal.people.consent.states import State
from portal.people.messages.models import Message, MessageState
from portal.people.outreach.models import CampaignRecipient, CampaignRefusal
from portal.people.outreach.runs import Run


@dataclass(frozen=True, kw_only=True)
class Results:
    """A run in numbers. `refused` counts those passed over, `dropped` those whose message was stopped in time."""

    waiting: int
    sent: int
    failed: int
    refused: dict[str, int]
    dropped: dict[str, int]
    bounced: int
    complained: int
    opted_out: int

    @property
    def made(self) -> int:
        """How many messages were made."""
        return self.waiting + self.sent + self.failed + sum(self.dropped.values())

    def as_dict(self) -> dict[str, object]:
        """The numbers as data."""
        return {
            "made": self.made,
            "waiting": self.waiting,
            "sent": self.sent,
            "failed": self.failed,
            "refused": self.refused,
            "dropped": self.dropped,
            "bounced": self.bounced,
            "complained": self.complained,
            "opted_out": self.opted_out,
        }


def results_of(db: Session, *, run: Run, purpose: str, channel: str) -> Results:
    """The numbers of a run at this moment."""
    theirs = CampaignRecipient.run_id == run.row.id
    state = func.coalesce(CampaignRecipient.outcome, Message.state, MessageState.FAILED.value)
    rule = func.coalesce(CampaignRecipient.dropped_by, Message.dropped_by, "")
    counted = (
        select(state, rule, func.count())
        .select_from(CampaignRecipient)
        .outerjoin(Message, Message.id == CampaignRecipient.message_id)
        .where(theirs)
        .group_by(state, rule)
    )
    by_state: dict[str, int] = {}
    dropped: dict[str, int] = {}
    for found, by, count in db.execute(counted):
        by_state[found] = by_state.get(found, 0) + count
        if found == MessageState.DROPPED:
            dropped[by or "forgotten"] = dropped.get(by or "forgotten", 0) + count
    refused = select(CampaignRefusal.rule, CampaignRefusal.count).where(CampaignRefusal.run_id == run.row.id)
    bounced, complained = (_count_suppressed(db, run, cause) for cause in ("bounce", "complaint"))
    return Results(
        waiting=by_state.get("waiting", 0) + by_state.get("sending", 0),
        sent=by_state.get("sent", 0) + by_state.get("shown", 0),
        failed=by_state.get("failed", 0),
        refused=dict(db.execute(refused.order_by(CampaignRefusal.count.desc(), CampaignRefusal.rule)).all()),
        dropped=dropped,
        bounced=bounced,
        complained=complained,
        opted_out=_count_opted_out(db, run, purpose, channel),
    )


def _count_suppressed(db: Session, run: Run, cause: str) -> int:
    since = and_(
        Suppression.address_hash == CampaignRecipient.address_hash,
        Suppression.since >= CampaignRecipient.put_at,
        Suppression.cause == cause,
    )
    return _count(db, run, exists().where(since))


def _count_opted_out(db: Session, run: Run, purpose: str, channel: str) -> int:
    """How many took back, after their message, what it rested on."""
    no = and_(
        ConsentState.person_id == CampaignRecipient.person_id,
        ConsentState.purpose == purpose,
        ConsentState.channel == channel,
        ConsentState.state == State.WITHDRAWN,
        ConsentState.changed_at >= CampaignRecipient.put_at,
    )
    return _count(db, run, exists().where(no))


def _count(db: Session, run: Run, what: ColumnElement[bool]) -> int:
    return db.scalar(select(func.count()).where(CampaignRecipient.run_id == run.row.id, what)) or 0
