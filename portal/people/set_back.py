"""The only place that keeps a database that was put back from sending again what had left before it was.

It stands as it was at the copy. An offer that waited then may have gone out since, and a campaign gone further.
Service mail stays: a confirmation that comes twice harms less than one that never comes.
"""

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people.messages import outbox
from portal.people.offers import reminders
from portal.people.outreach import runs
from portal.people.outreach.models import CampaignRun, RunAct
from portal.people.outreach.preflight import RESTORED

log = structlog.get_logger()


def give_up_what_may_have_left(db: Session, *, now: datetime) -> None:
    """Drop every offer that waits or is being sent and every reminder that is due, and pause whatever is under way."""
    offers = outbox.drop_offers(db, rule=RESTORED)
    due = reminders.give_up_due(db, rule=RESTORED, now=now)
    going = [run for row in db.scalars(select(CampaignRun)) if (run := runs.read_run(db, row)).is_under_way]
    for run in going:
        runs.note(db, run_id=run.row.id, act=RunAct.PAUSED, by=runs.RESTORE, now=now)
    if offers or due or going:
        log.warning("offers.given_up", offers=offers, reminders=due, campaigns=len(going))
