"""The only place that begins, pauses, resumes and cancels the sending of a campaign, and says where each run stands."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, exists, insert, select
from sqlalchemy.orm import Session

from portal.people.messages import outbox
from portal.people.outreach.campaigns import Campaign
from portal.people.outreach.models import CampaignRecipient, CampaignRun, CampaignRunAct, RunAct
from portal.shared import ids

WORKER = "the worker"
RESTORE = "a restore"


class AlreadyRunning(Exception):
    """The campaign is being sent, or waits for its time; that one must end or be cancelled first."""


class NotPossible(Exception):
    """What was asked for does not go from where the run stands; the message says where that is."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run, and what was done to it, the newest last."""

    row: CampaignRun
    acts: list[CampaignRunAct]

    @property
    def is_paused(self) -> bool:
        """Whether it waits for somebody to resume it."""
        stops = [act.act for act in self.acts if act.act in (RunAct.PAUSED, RunAct.RESUMED)]
        return bool(stops) and stops[-1] == RunAct.PAUSED and not self.is_cancelled

    @property
    def was_set_back(self) -> bool:
        """Whether it waits because an older copy of it was put back, which does not know who got it since."""
        return self.is_paused and self.last_stop.by_account == RESTORE

    @property
    def last_stop(self) -> CampaignRunAct:
        """The newest pause of a run that is paused."""
        return [act for act in self.acts if act.act == RunAct.PAUSED][-1]

    @property
    def is_under_way(self) -> bool:
        """Whether there are people whom it has not looked at, and may yet."""
        return not (self.is_cancelled or self.is_enqueued)

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody ended it."""
        return any(act.act == RunAct.CANCELLED for act in self.acts)

    @property
    def is_enqueued(self) -> bool:
        """Whether everybody was looked at."""
        return any(act.act == RunAct.ENQUEUED for act in self.acts)

    def stands(self, now: datetime, waiting: int) -> str:
        """Where it stands, in a word; `waiting` is how many of its messages have not left yet."""
        if self.is_cancelled:
            return "cancelled"
        if self.is_paused:
            return "paused"
        if self.row.starts_at > now:
            return "scheduled"
        return "ended" if self.is_enqueued and not waiting else "sending"


def begin(db: Session, *, campaign: Campaign, by: str, starts_at: datetime, now: datetime) -> CampaignRun:
    """Begin a run of the campaign as it is written now; the worker takes it from there. Raises AlreadyRunning."""
    newest = find_newest(db, campaign=campaign.slug)
    if newest is not None and not newest.is_cancelled and (not newest.is_enqueued or count_waiting(db, newest.row.id)):
        raise AlreadyRunning(newest.row.id)
    run = CampaignRun(
        id=ids.new_id(),
        campaign=campaign.slug,
        source=campaign.source,
        starts_at=max(starts_at, now),
        begun_at=now,
        reached="",
    )
    db.add(run)
    db.flush()
    note(db, run_id=run.id, act=RunAct.BEGUN, by=by, now=now)
    return run


def pause(db: Session, *, campaign: str, by: str, now: datetime) -> Run:
    """Let nothing of the newest run leave until it is resumed. Raises NotPossible."""
    run = _get_going(db, campaign)
    if run.is_paused:
        raise NotPossible("It is paused already.")
    note(db, run_id=run.row.id, act=RunAct.PAUSED, by=by, now=now)
    outbox.hold(db, which=messages_of(run.row.id))
    return run


def resume(db: Session, *, campaign: str, by: str, now: datetime) -> Run:
    """Go on where it was paused. Raises NotPossible."""
    run = _get_going(db, campaign)
    if not run.is_paused:
        raise NotPossible("It is not paused.")
    note(db, run_id=run.row.id, act=RunAct.RESUMED, by=by, now=now)
    outbox.let_go(db, which=messages_of(run.row.id), not_before=now)
    return run


def cancel(db: Session, *, campaign: str, by: str, now: datetime) -> Run:
    """End the newest run: what has not left never does. Raises NotPossible."""
    run = _get_going(db, campaign)
    note(db, run_id=run.row.id, act=RunAct.CANCELLED, by=by, now=now)
    outbox.drop_waiting(db, which=messages_of(run.row.id), rule="cancelled")
    return run


def find_newest(db: Session, *, campaign: str) -> Run | None:
    """The newest run of a campaign, or None."""
    runs = list_runs(db, campaign=campaign, most=1)
    return runs[0] if runs else None


def list_runs(db: Session, *, campaign: str, most: int = 20) -> list[Run]:
    """The runs of a campaign, the newest first."""
    newest = select(CampaignRun).where(CampaignRun.campaign == campaign)
    rows = db.scalars(newest.order_by(CampaignRun.begun_at.desc(), CampaignRun.id).limit(most)).all()
    return [read_run(db, row) for row in rows]


def read_run(db: Session, row: CampaignRun) -> Run:
    """A run with what was done to it."""
    acts = select(CampaignRunAct).where(CampaignRunAct.run_id == row.id).order_by(CampaignRunAct.number)
    return Run(row=row, acts=list(db.scalars(acts)))


def note(db: Session, *, run_id: str, act: RunAct, by: str, now: datetime) -> None:
    """Write down what was done to a run."""
    number = len(db.scalars(select(CampaignRunAct.number).where(CampaignRunAct.run_id == run_id)).all()) + 1
    row = {"run_id": run_id, "number": number, "act": act.value, "by_account": by[:24], "at": now}
    db.execute(insert(CampaignRunAct), [row])


def count_waiting(db: Session, run_id: str) -> int:
    """How many messages of a run have not come to their end."""
    return outbox.count_open(db, which=messages_of(run_id))


def messages_of(run_id: str) -> Select[str]:
    """The question for the ids of a run's messages whose end is not noted yet."""
    theirs = CampaignRecipient.run_id == run_id
    return select(CampaignRecipient.message_id).where(theirs, CampaignRecipient.outcome.is_(None))


def all_messages_of(run_id: str) -> Select[str]:
    """The question for the ids of everything that a run ever put into the outbox."""
    return select(CampaignRecipient.message_id).where(CampaignRecipient.run_id == run_id)


def list_going(db: Session, *, now: datetime) -> list[str]:
    """The campaigns of which a run has not come to its end, by their slugs."""
    found = {run.row.campaign: run.stands(now, count_waiting(db, run.row.id)) for run in list_unfinished(db)}
    return sorted(slug for slug, stands in found.items() if stands != "ended")


def list_unfinished(db: Session) -> list[Run]:
    """The runs that may have something left to do, in the order in which they were begun."""
    return [read_run(db, row) for row in db.scalars(_UNFINISHED)]


# Not cancelled, and not both looked through and at its end.
_UNFINISHED = (
    select(CampaignRun)
    .where(
        ~exists().where(
            CampaignRunAct.run_id == CampaignRun.id, CampaignRunAct.act.in_([RunAct.CANCELLED, RunAct.ENQUEUED])
        )
        | exists().where(CampaignRecipient.run_id == CampaignRun.id, CampaignRecipient.outcome.is_(None))
    )
    .order_by(CampaignRun.begun_at)
)


def _get_going(db: Session, campaign: str) -> Run:
    run = find_newest(db, campaign=campaign)
    if run is None:
        raise NotPossible("It was never sent.")
    if run.is_cancelled or (run.is_enqueued and not count_waiting(db, run.row.id)):
        raise NotPossible("It has come to its end.")
    db.get(CampaignRun, run.row.id, with_for_update=True)
    return run
