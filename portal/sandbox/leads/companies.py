"""The only place that says of each company which leads it has, and what is open with them."""

from collections import Counter
from typing import NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from portal.sandbox.drives.columns import NONE, columns_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import stages_of
from portal.sandbox.drives.kinds import COMPANIES, DEALS, LEADS, Company, Deal
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.overlay import leads_of
from portal.sandbox.drives.rows import find_row, find_rows
from portal.sandbox.scenarios.order import fold

PAGE = 50
SORTS = ("name", "leads", "value")
MOST_SHOWN = 50  # leads and deals on the page of a company


class Row(NamedTuple):
    """A company in a list: how many leads it has, and what their open deals are worth, in minor units."""

    company: Company
    leads: int
    value: int


class Listing(NamedTuple):
    """A page of companies, and how many the words find."""

    rows: list[Row]
    total: int


class Staff(NamedTuple):
    """Who of a company is a lead, the biggest open deal first, and what is open with them; totals count all of them."""

    leads: list[Lead]
    lead_total: int
    deals: list[Deal]
    deal_total: int
    amount: int


def list_companies(db: Session, drive: Drive, *, q: str, sort: str, page: int = 1, size: int | None = PAGE) -> Listing:
    """The companies in whose name, trade or town all words of `q` are found, `size` at a time, or all."""
    columns = columns_of(db, drive, COMPANIES)
    fields = ("id", "name_key", "name", "trade", "town")
    ids, keys, names, trades, towns = (columns.texts(field).tolist() for field in fields)
    words = fold(q).split()
    sought = [f"{key}\n{fold(trade)}\n{fold(town)}" for key, trade, town in zip(keys, trades, towns, strict=True)]
    found = [at for at, text in enumerate(sought) if all(word in text for word in words)]
    counts, values = _sums(db, drive)
    most: Counter[str] = {"leads": counts, "value": values}.get(sort, Counter())
    found.sort(key=lambda at: (-most[ids[at]], keys[at], ids[at]))
    size = size or max(1, len(found))
    rows = [
        Row(Company(ids[at], names[at], trades[at], towns[at], keys[at]), counts[ids[at]], values[ids[at]])
        for at in found[(page - 1) * size : page * size]
    ]
    return Listing(rows, len(found))


def find_company(db: Session, drive: Drive, company_id: str) -> Company | None:
    """The company, or None."""
    return find_row(db, drive, COMPANIES, company_id)


def staff_of(db: Session, drive: Drive, company: Company) -> Staff:
    """Who of the company is a lead, and what is open with them."""
    leads = columns_of(db, drive, LEADS)
    values = leads.numbers("value")
    at = np.flatnonzero(leads.texts("company_id") == company.id)
    at = at[np.argsort(-np.maximum(values[at], -1), kind="stable")]
    ids = leads.texts("id")[at].tolist()
    deals = _open_deals(db, drive, set(ids))
    return Staff(
        leads=leads_of(db, drive, ids[:MOST_SHOWN]),
        lead_total=len(ids),
        deals=deals[:MOST_SHOWN],
        deal_total=len(deals),
        amount=sum(deal.amount or 0 for deal in deals),
    )


def _sums(db: Session, drive: Drive) -> tuple[Counter[str], Counter[str]]:
    """How many leads each company has, and what their open deals are worth, by id."""
    leads = columns_of(db, drive, LEADS)
    companies, values = leads.texts("company_id").tolist(), leads.numbers("value")
    worth: Counter[str] = Counter()
    for at in np.flatnonzero(values != NONE).tolist():
        worth[companies[at]] += int(values[at])
    return Counter(companies), worth


def _open_deals(db: Session, drive: Drive, lead_ids: set[str]) -> list[Deal]:
    """The open deals of these leads, the biggest first."""
    columns = columns_of(db, drive, DEALS)
    ids, stages = columns.texts("id"), columns.texts("stage")
    is_open = {stage.name for stage in stages_of(drive) if stage.is_open}
    of_them = [at for at, one in enumerate(columns.texts("lead_id").tolist()) if one in lead_ids]
    found = find_rows(db, drive, DEALS, [ids[at] for at in of_them if stages[at] in is_open])
    return sorted(found.values(), key=lambda deal: (-(deal.amount or 0), deal.id))
