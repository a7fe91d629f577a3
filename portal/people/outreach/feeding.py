"""The only place that puts a campaign into the outbox: in small batches, each of which goes on where the last ended.

A batch writes its messages, who got them and how far it came in one transaction: whatever kills the worker, the next
one goes on from there, and the key of a recipient keeps anybody from getting a campaign twice.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import Session

from portal.people.accounts.models import Person
from portal.people.consent.dispatch import dispatch
from portal.people.consent.permission import Permission, check_many
from portal.people.consent.record import Act
from portal.people.database import Database
from portal.people.keyring import Seal
from portal.people.messages import outbox
from portal.people.messages.addresses import address_hashes
from portal.people.messages.mail import HeaderFaulty, Mail
from portal.people.messages.models import Message, MessageState
from portal.people.messages.way_out import new_way_out
from portal.people.outreach import placeholders, runs
from portal.people.outreach.campaigns import Campaign, read_campaign
from portal.people.outreach.letters import letterhead, write
from portal.people.outreach.models import CampaignRecipient, CampaignRefusal, CampaignRun, RunAct
from portal.people.outreach.preflight import ALLOWED, UNWRITABLE, judge
from portal.people.outreach.reading import Faulty
from portal.people.outreach.runs import Run
from portal.people.outreach.segments import find_segment
from portal.shared import clock

AT_ONCE = 50
MOST_WAITING = 500  # of one run; what is not in the outbox yet is stopped by a pause without a trace

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class _Batch:
    """Some people of a run, and the mail of each who may get one, written before the transaction."""

    emails: dict[str, str]
    mails: dict[str, Mail]
    is_last: bool


def keep_runs_going(database: Database, *, keyring: Seal, url: str, now: datetime) -> int:
    """Take every run a step further: a batch of the due ones, a hold on those that wait; how many mails were made."""
    made = 0
    with database.reading() as db:
        going = runs.list_unfinished(db)
    for run in going:
        try:
            campaign = read_campaign(run.row.campaign, run.row.source)
        except Faulty as fault:  # a segment that was taken away; somebody has to put it back
            log.error("campaign.unreadable", campaign=run.row.campaign, error=str(fault.faults[0]))
            continue
        _note_ends(database, run)
        opens_at = campaign.window.next_open(now)
        if run.is_paused or opens_at > now:
            _hold(database, run, until=outbox.NEVER if run.is_paused else opens_at)
        elif not run.is_enqueued and run.row.starts_at <= now:
            made += feed(database, run=run, campaign=campaign, keyring=keyring, url=url, now=now)
    return made


def feed_until_full(database: Database, *, run_id: str, keyring: Seal, url: str) -> int:
    """Put batch after batch of a run into the outbox, as much as may wait there; the worker does the rest."""
    made = 0
    while True:
        with database.reading() as db:
            run = runs.read_run(db, db.get_one(CampaignRun, run_id))
        campaign = read_campaign(run.row.campaign, run.row.source)
        now = clock.now()
        if run.is_enqueued or campaign.window.next_open(now) > now:
            return made
        this_time = feed(database, run=run, campaign=campaign, keyring=keyring, url=url, now=now)
        made += this_time
        with database.reading() as db:
            is_full = runs.count_waiting(db, run_id) >= MOST_WAITING
        if is_full:
            return made


def feed(database: Database, *, run: Run, campaign: Campaign, keyring: Seal, url: str, now: datetime) -> int:
    """Put one batch of a run into the outbox; how many mails that was."""
    with database.reading() as db:
        if runs.count_waiting(db, run.row.id) >= MOST_WAITING:
            return 0
        batch = _prepare(db, run, campaign, keyring, url, now)
    with database.transaction() as db:
        return _write(db, run, campaign, batch, keyring, now)


def _prepare(db: Session, run: Run, campaign: Campaign, keyring: Seal, url: str, now: datetime) -> _Batch:
    """The next people of the segment by id, and their mails: what takes time and needs no lock."""
    people = _next_people(db, run, campaign, now)
    judged = judge(db, campaign=campaign, emails={one.id: one.email for one in people}, keyring=keyring, now=now)
    head = letterhead(campaign, url=url)
    mails = {}
    for person in people:
        if judged[person.id][0] == ALLOWED:
            values = placeholders.values_for(person.name)
            mails[person.id] = write(head, to=person.email, values=values, way_out=new_way_out(url=url))
    return _Batch(emails={one.id: one.email for one in people}, mails=mails, is_last=len(people) < AT_ONCE)


def _next_people(db: Session, run: Run, campaign: Campaign, now: datetime) -> list[Person]:
    segment = find_segment(campaign.segment)
    assert segment is not None  # noqa: S101  # read_campaign looked
    inside = segment.person_ids(channel=campaign.channel, now=now)
    following = select(Person).where(Person.id.in_(inside), Person.id > run.row.reached)
    return list(db.scalars(following.order_by(Person.id).limit(AT_ONCE)))


def _write(db: Session, run: Run, campaign: Campaign, batch: _Batch, keyring: Seal, now: datetime) -> int:
    """Ask the ledger again, now that nobody else writes, and put into the outbox what it still allows."""
    row = db.get_one(CampaignRun, run.row.id, with_for_update=True)
    fresh = runs.read_run(db, row)
    if row.reached != run.row.reached or fresh.is_paused or fresh.is_cancelled or fresh.is_enqueued:
        return 0  # somebody else was quicker, or somebody stopped it
    judged = judge(db, campaign=campaign, emails=batch.emails, keyring=keyring, now=now)
    refused = Counter(rule for rule, _record_id in judged.values() if rule != ALLOWED)
    allowed = {one: batch.emails[one] for one in batch.mails if judged[one][0] == ALLOWED}
    who = address_hashes(keyring, channel=campaign.channel, addresses=allowed)
    answers = check_many(db, who=who, purpose=campaign.purpose, channel=campaign.channel, now=now)
    act = Act(at=now, key=f"campaign:{run.row.id}", actor=f"campaign {campaign.slug}")
    made = 0
    for person_id, answer in answers.items():
        mail = batch.mails[person_id]
        if not isinstance(answer, Permission):  # the judgement above would have said so
            refused[answer.rule.value] += 1
            continue
        try:
            message_id = dispatch(db, permission=answer, kind=campaign.kind, mail=mail, keyring=keyring, act=act)
        except HeaderFaulty:  # of an address that no header may hold; the others must not wait for it
            refused[UNWRITABLE] += 1
            continue
        db.connection().execute(_ADD, _recipient(row, person_id, message_id, answer.address_hash, now))
        made += 1
    _count_refused(db, row.id, refused)
    row.reached = next(reversed(batch.emails), row.reached)
    if batch.is_last:
        runs.note(db, run_id=row.id, act=RunAct.ENQUEUED, by=runs.WORKER, now=now)
    return made


def _recipient(
    row: CampaignRun, person_id: str, message_id: str, address_hash: str, now: datetime
) -> dict[str, object]:
    return {
        "campaign": row.campaign,
        "person_id": person_id,
        "run_id": row.id,
        "message_id": message_id,
        "address_hash": address_hash,
        "put_at": now,
    }


def _count_refused(db: Session, run_id: str, refused: Counter[str]) -> None:
    for rule, count in refused.items():
        counted = db.get(CampaignRefusal, (run_id, rule))
        if counted is None:
            db.add(CampaignRefusal(run_id=run_id, rule=rule, count=count))
        else:
            counted.count += count


def _hold(database: Database, run: Run, *, until: datetime) -> None:
    """What is in the outbox already waits too; nothing is written where nothing would leave before."""
    which = runs.messages_of(run.row.id)
    early = select(Message.id).where(
        Message.id.in_(which), Message.state == MessageState.WAITING, Message.not_before < until
    )
    with database.reading() as db:
        if db.scalar(early.limit(1)) is None:
            return
    with database.transaction() as db:
        outbox.hold(db, which=which, until=until)


def _note_ends(database: Database, run: Run) -> None:
    """Write beside each recipient how their message ended, before the outbox forgets it."""
    ended = (Message.id == CampaignRecipient.message_id) & Message.state.not_in(_OPEN)
    which = (CampaignRecipient.run_id == run.row.id) & CampaignRecipient.outcome.is_(None)
    with database.reading() as db:
        if db.scalar(select(CampaignRecipient.message_id).where(which, exists().where(ended)).limit(1)) is None:
            return
    state = select(Message.state).where(Message.id == CampaignRecipient.message_id).scalar_subquery()
    rule = select(Message.dropped_by).where(Message.id == CampaignRecipient.message_id).scalar_subquery()
    noted = update(CampaignRecipient).where(which, exists().where(ended)).values(outcome=state, dropped_by=rule)
    with database.transaction() as db:
        db.execute(noted, execution_options={"synchronize_session": False})


_OPEN = (MessageState.WAITING, MessageState.SENDING)
_ADD = insert(CampaignRecipient)
