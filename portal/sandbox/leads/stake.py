"""The only place that says what is at stake with a lead: its deals, as the page of a lead shows them."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import Stage, moment, stages_of
from portal.sandbox.drives.kinds import DEALS, Deal
from portal.sandbox.drives.rows import rows_of_lead
from portal.sandbox.leads.agenda import day_in_words
from portal.sandbox.leads.wording import long_age_in_words, money_in_words


class Stake(NamedTuple):
    """A deal in words; `place` and `of` say how far it has come, `closed` when it was decided."""

    deal: Deal
    stage: Stage
    place: int
    of: int
    amount: str
    since: str
    close_on: str
    closed: str
    forecast: str


def stakes_of(db: Session, drive: Drive, lead_id: str) -> list[Stake]:
    """The deals of a lead: those still open first, of each kind the newest first."""
    stages = {stage.name: stage for stage in stages_of(drive)}
    found = [deal for deal in rows_of_lead(db, drive, DEALS, lead_id) if deal.stage in stages]
    found.sort(key=lambda deal: (not stages[deal.stage].is_open, -deal.opened_at, deal.id))
    return [_stake(drive, deal, stages[deal.stage]) for deal in found]


def _stake(drive: Drive, deal: Deal, stage: Stage) -> Stake:
    path = [one.name for one in stages_of(drive) if one.step != "lost"]
    amount = money_in_words(deal.amount, drive.currency)
    likely = money_in_words(None if deal.amount is None else deal.amount * stage.chance // 100, drive.currency)
    return Stake(
        deal=deal,
        stage=stage,
        place=path.index(stage.name) + 1 if stage.name in path else 0,
        of=len(path),
        amount=amount,
        since=long_age_in_words(drive.clock - deal.moved_at),
        close_on=_day(drive, deal.close_on),
        closed=_day(drive, deal.closed_at),
        forecast=", ".join(filter(None, (f"{stage.chance}%", likely))) if stage.is_open else "",
    )


def _day(drive: Drive, offset: int | None) -> str:
    today = moment(drive, drive.clock).date()
    return "" if offset is None else day_in_words(moment(drive, offset).date(), today)
