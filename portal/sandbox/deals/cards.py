"""The only place that says what a card of the board shows of a deal."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy.orm import Session

from portal.sandbox.deals.question import YOU, is_waiting
from portal.sandbox.deals.wording import needs_in_words
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import Stage, initials, stages_of
from portal.sandbox.drives.kinds import LEADS, Deal
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.moving import missing
from portal.sandbox.drives.rows import find_rows
from portal.sandbox.leads.wording import money_in_words
from portal.sandbox.scenarios.hours import DAY


class Move(NamedTuple):
    """A stage that a deal can be moved to, and what is still to be said before."""

    stage: Stage
    is_here: bool
    needs: str


class Card(NamedTuple):
    """A deal as it stands on the board."""

    deal: Deal
    lead: Lead | None
    who: str  # the lead's company, or its name
    initials: str
    is_yours: bool
    days: int
    is_waiting: bool
    amount: str
    moves: list[Move]


def cards_of(db: Session, drive: Drive, deals: Iterable[Deal]) -> list[Card]:
    """The cards of these deals; their leads are found together."""
    deals = list(deals)
    leads = find_rows(db, drive, LEADS, sorted({deal.lead_id for deal in deals}))
    return [_card(drive, deal, leads.get(deal.lead_id)) for deal in deals]


def days_on_stage(drive: Drive, deal: Deal) -> int:
    """For how many days the deal has stood where it stands."""
    return max(0, drive.clock - deal.moved_at) // DAY


def moves_of(drive: Drive, deal: Deal) -> list[Move]:
    """Every stage of the pipeline, as seen from where the deal stands."""
    return [
        Move(stage, stage.name == deal.stage, "" if stage.name == deal.stage else _needs(deal, stage))
        for stage in stages_of(drive)
    ]


def _card(drive: Drive, deal: Deal, lead: Lead | None) -> Card:
    return Card(
        deal=deal,
        lead=lead,
        who=(lead.company or lead.name) if lead else "Its lead is gone",
        initials=initials(deal.owner),
        is_yours=deal.owner == YOU,
        days=days_on_stage(drive, deal),
        is_waiting=is_waiting(drive, deal),
        amount=money_in_words(deal.amount, drive.currency),
        moves=moves_of(drive, deal),
    )


def _needs(deal: Deal, stage: Stage) -> str:
    lacks = missing(deal, stage)
    return f"Needs {needs_in_words(lacks)}" if lacks else ""
