"""The only place that turns a lead into a contact with a deal: one act, with its company."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.sandbox.drives.activities import add_entry
from portal.sandbox.drives.columns import columns_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import Stage, stages_of
from portal.sandbox.drives.journal import Journal
from portal.sandbox.drives.kinds import COMPANIES, DEALS, Company, Deal
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.moving import stage_named, with_deals
from portal.sandbox.drives.rows import find_row, rows_of_lead
from portal.sandbox.leads.changes import Changed, fingerprint
from portal.sandbox.scenarios.order import fold
from portal.shared import ids


@dataclass(frozen=True, kw_only=True)
class Entered:
    """What a visitor entered of the deal and the company, with twins in place of what looked real."""

    company: str
    title: str
    product: str
    amount: int | None
    close_on: int | None


def stage_of_deal(drive: Drive, lead: Lead) -> Stage:
    """Where the deal begins: where its lead stands, or on the first stage if that is one where deals end."""
    at = stage_named(drive, lead.stage)
    return at if at is not None and at.is_open else next(stage for stage in stages_of(drive) if stage.is_open)


def convert(db: Session, drive: Drive, lead: Lead, *, entered: Entered, seen: str, now: datetime) -> str:
    """Make the lead a contact, if it is none yet, and open a deal with it; returns what was done, in words.

    `seen` is the fingerprint of the lead as the visitor saw it. Raises Changed and TooManyRows.
    """
    if seen != fingerprint(lead):
        raise Changed
    is_first = lead.contact_since is None
    words = f"Made {lead.name} a contact, with the deal {entered.title}" if is_first else _further(lead, entered)
    journal = Journal(db, drive, words=words, now=now)
    stage = stage_of_deal(drive, lead)
    deal = Deal(
        id=ids.new_id(),
        lead_id=lead.id,
        title=entered.title,
        product=entered.product,
        amount=entered.amount,
        stage=stage.name,
        stage_rank=stages_of(drive).index(stage),
        owner=lead.owner,
        opened_at=drive.clock,
        moved_at=drive.clock,
        close_on=entered.close_on,
        closed_at=None,
        reason="",
    )
    told = f"Deal opened: {deal.title}"
    after = lead.changed(
        [one.name for one in stages_of(drive)],
        stage=stage.name,
        company=entered.company,
        company_id=_company(db, drive, journal, lead, entered.company),
        contact_since=drive.clock if is_first else lead.contact_since,
        last_at=drive.clock,
        last_kind="quoted",
        last_words=told,
    )
    after = with_deals(drive, after, [*rows_of_lead(db, drive, DEALS, lead.id), deal])
    journal.write("deal", deal.id, deal._asdict())
    if is_first:
        add_entry(journal, lead_id=lead.id, at=drive.clock, kind="converted", words="Became a contact")
    add_entry(journal, lead_id=lead.id, at=drive.clock, kind="quoted", words=told)
    journal.write("lead", after.id, after._asdict())
    return words


def _further(lead: Lead, entered: Entered) -> str:
    return f"Opened the deal {entered.title} with {lead.name}"


def _company(db: Session, drive: Drive, journal: Journal, lead: Lead, name: str) -> str | None:
    """The company of this name: the lead's own, one that there is, or else a new one."""
    if not name:
        return None
    own = find_row(db, drive, COMPANIES, lead.company_id) if lead.company_id else None
    if own is not None and own.name_key == fold(name):
        return own.id
    companies = columns_of(db, drive, COMPANIES)
    found = companies.texts("id")[companies.texts("name_key") == fold(name)]
    if len(found):
        return str(found[0])
    company = Company(id=ids.new_id(), name=name, trade="", town="", name_key=fold(name))
    journal.write("company", company.id, company._asdict())
    return company.id
