"""The only place that moves a deal along the pipeline, and its lead with it, whichever of the two is moved."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from portal.sandbox.drives.activities import add_entry
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import Stage, stages_of
from portal.sandbox.drives.journal import Journal
from portal.sandbox.drives.kinds import DEALS, Deal
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.overlay import find_lead
from portal.sandbox.drives.rows import rows_of_lead

WITH_ITS_LEAD = "Moved with its lead"  # the reason of a deal that was won or lost by the stage of its lead


class Refused(Exception):
    """The stage needs columns that the deal has not filled in; nothing was changed."""

    def __init__(self, stage: Stage, missing: tuple[str, ...]) -> None:
        super().__init__(f"{stage.name} needs {', '.join(missing)}")
        self.stage = stage
        self.missing = missing


def stage_named(drive: Drive, name: str) -> Stage | None:
    """The stage of this name."""
    return next((stage for stage in stages_of(drive) if stage.name == name), None)


def missing(deal: Deal, stage: Stage) -> tuple[str, ...]:
    """The columns that the deal must have filled in before it comes to the stage, and has not."""
    return tuple(name for name in stage.needs if getattr(deal, name) in (None, ""))


def moved(drive: Drive, deal: Deal, stage: Stage) -> Deal:
    """The deal on another stage, from the drive's present on. Raises Refused."""
    if lacks := missing(deal, stage):
        raise Refused(stage, lacks)
    return deal._replace(
        stage=stage.name,
        stage_rank=stages_of(drive).index(stage),
        moved_at=drive.clock,
        closed_at=None if stage.is_open else drive.clock,
        reason="" if stage.is_open else deal.reason,
    )


def store_moved(db: Session, drive: Drive, journal: Journal, *, before: Deal, after: Deal) -> None:
    """Store a deal that was moved. Its lead comes with it where this is the newest of its open deals."""
    lead = find_lead(db, drive, before.lead_id)
    others = [deal for deal in rows_of_lead(db, drive, DEALS, before.lead_id) if deal.id != before.id]
    journal.write("deal", after.id, after._asdict())
    if lead is None:
        return
    words = f"{after.title}: {before.stage} to {after.stage}"
    stage = stage_named(drive, after.stage)
    add_entry(
        journal,
        lead_id=lead.id,
        at=drive.clock,
        kind=(kind := "moved" if stage is None or stage.is_open else stage.step),
        words=words,
        body=after.reason,
    )
    if _newest([*_open(drive, others), after]) == after:
        lead = lead.changed([one.name for one in stages_of(drive)], stage=after.stage)
    store_lead(drive, journal, lead, [*others, after], kind=kind, words=words)


def follow_lead(db: Session, drive: Drive, journal: Journal, lead: Lead, *, stage: str) -> tuple[Lead, str]:
    """Take the lead's newest open deal to the stage that the lead is moved to; returns the lead as it is to be stored.

    A deal that the stage's rules refuse stays where it is; then the words say so, else they are empty.
    """
    deals = rows_of_lead(db, drive, DEALS, lead.id)
    deal = _newest(_open(drive, deals))
    to = stage_named(drive, stage)
    if deal is None or to is None or deal.stage == stage:
        return lead, ""
    try:
        after = moved(drive, deal if to.is_open else deal._replace(reason=deal.reason or WITH_ITS_LEAD), to)
    except Refused:
        return lead, f"Its deal stays on {deal.stage}: {stage} needs more of it"
    journal.write("deal", after.id, after._asdict())
    return with_deals(drive, lead, [after if one.id == after.id else one for one in deals]), ""


def store_lead(drive: Drive, journal: Journal, lead: Lead, deals: Iterable[Deal], *, kind: str, words: str) -> None:
    """Store a lead after something happened to one of its deals."""
    after = with_deals(drive, lead, deals)._replace(last_at=drive.clock, last_kind=kind, last_words=words)
    journal.write("lead", after.id, after._asdict())


def with_deals(drive: Drive, lead: Lead, deals: Iterable[Deal]) -> Lead:
    """The lead with what it says of its open deals: the title of the newest, and what all of them are worth."""
    found = _open(drive, deals)
    newest = _newest(found)
    return lead._replace(deal=newest.title if newest else "", value=sum(deal.amount or 0 for deal in found) or None)


def newest_open(drive: Drive, deals: Iterable[Deal]) -> Deal | None:
    """The newest of the deals that are still to be decided: the one that moves with its lead."""
    return _newest(_open(drive, deals))


def _open(drive: Drive, deals: Iterable[Deal]) -> list[Deal]:
    is_open = {stage.name for stage in stages_of(drive) if stage.is_open}
    return [deal for deal in deals if deal.stage in is_open]


def _newest(deals: Iterable[Deal]) -> Deal | None:
    return max(deals, key=lambda deal: (deal.opened_at, deal.id), default=None)
