"""The only place that changes deals: each function is one act of the drive, which Undo takes back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.sandbox.drives.activities import add_entry
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import Stage, stages_of
from portal.sandbox.drives.journal import Journal
from portal.sandbox.drives.kinds import DEALS, Deal
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.moving import moved, store_lead, store_moved
from portal.sandbox.drives.overlay import find_lead
from portal.sandbox.drives.rows import rows_of_lead
from portal.sandbox.leads.changes import fingerprint
from portal.shared import ids


@dataclass(frozen=True, kw_only=True)
class Entered:
    """What a visitor entered, with twins in place of what looked real. Money in minor units, `close_on` an offset."""

    title: str
    product: str
    amount: int | None
    close_on: int | None
    owner: str
    reason: str = ""


class Changed(Exception):
    """The deal is no longer as the visitor saw it; nothing was changed."""


def create_deal(db: Session, drive: Drive, *, lead: Lead, stage: Stage, entered: Entered, now: datetime) -> Deal:
    """Add a deal to the bound drive. Raises TooManyRows."""
    journal = Journal(db, drive, words=f"Added the deal {entered.title}", now=now)
    deal = Deal(
        id=ids.new_id(),
        lead_id=lead.id,
        stage=stage.name,
        stage_rank=stages_of(drive).index(stage),
        opened_at=drive.clock,
        moved_at=drive.clock,
        closed_at=None,
        **vars(entered),
    )
    others = rows_of_lead(db, drive, DEALS, lead.id)
    journal.write("deal", deal.id, deal._asdict())
    _tell(journal, drive, lead, [*others, deal], words=f"Deal added: {deal.title}")
    return deal


def edit_deal(db: Session, drive: Drive, deal: Deal, *, entered: Entered, seen: str, now: datetime) -> str | None:
    """Change what a deal of the bound drive says; returns what was done, in words, or None for nothing.

    `seen` is the fingerprint of the deal as the visitor saw it, or empty where nothing is claimed. Raises Changed and
    TooManyRows.
    """
    _check_seen(deal, seen)
    after = deal._replace(**vars(entered))
    changed = [word for field, word in _FIELDS.items() if getattr(after, field) != getattr(deal, field)]
    if not changed:
        return None
    words = f"Changed {' and '.join(filter(None, (', '.join(changed[:-1]), changed[-1])))} of the deal {after.title}"
    journal = Journal(db, drive, words=words, now=now)
    journal.write("deal", after.id, after._asdict())
    if lead := find_lead(db, drive, deal.lead_id):
        others = [one for one in rows_of_lead(db, drive, DEALS, lead.id) if one.id != deal.id]
        _tell(journal, drive, lead, [*others, after], words=f"Deal changed: {after.title}")
    return words


def move_deal(
    db: Session, drive: Drive, deal: Deal, *, stage: Stage, filled: dict[str, Any], seen: str, now: datetime
) -> str | None:
    """Move a deal of the bound drive to a stage, with what is `filled` in on the way; returns what was done, in words.

    None where it stands there already. Raises Changed, Refused and TooManyRows.
    """
    if seen not in ("", deal.stage):
        raise Changed
    if stage.name == deal.stage:
        return None
    after = moved(drive, deal._replace(**filled), stage)
    words = f"Moved {after.title} from {deal.stage} to {after.stage}"
    store_moved(db, drive, Journal(db, drive, words=words, now=now), before=deal, after=after)
    return words


def delete_deal(db: Session, drive: Drive, deal: Deal, *, now: datetime) -> None:
    """Take a deal out of the bound drive. Raises TooManyRows."""
    journal = Journal(db, drive, words=f"Deleted the deal {deal.title}", now=now)
    journal.hide("deal", deal.id, deal._asdict())
    if lead := find_lead(db, drive, deal.lead_id):
        others = [one for one in rows_of_lead(db, drive, DEALS, lead.id) if one.id != deal.id]
        _tell(journal, drive, lead, others, words=f"Deal deleted: {deal.title}")


_FIELDS = {
    "title": "title",
    "product": "product",
    "amount": "amount",
    "close_on": "close date",
    "owner": "owner",
    "reason": "reason",
}


def _check_seen(deal: Deal, seen: str) -> None:
    if seen not in ("", fingerprint(deal)):
        raise Changed


def _tell(journal: Journal, drive: Drive, lead: Lead, deals: list[Deal], *, words: str) -> None:
    add_entry(journal, lead_id=lead.id, at=drive.clock, kind="deal", words=words)
    store_lead(drive, journal, lead, deals, kind="deal", words=words)
