"""The list of companies and the page of each."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session

from portal.sandbox import web
from portal.sandbox.drives.addressed import page_in, pages_of, sought_in
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import initials, moment, stages_of
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.question import Filter, Question
from portal.sandbox.drives.shell import around
from portal.sandbox.leads.address import write_query
from portal.sandbox.leads.agenda import day_in_words
from portal.sandbox.leads.companies import PAGE, SORTS, Row, find_company, list_companies, staff_of
from portal.sandbox.leads.export import card_of, escaped
from portal.sandbox.leads.taking_out import Listed, Sent, take_out
from portal.sandbox.leads.wording import age_in_words, icon_of, money_in_words
from portal.shared.problems import Problem

blueprint = Blueprint("companies", __name__)


@blueprint.get("/companies")
def index() -> str:
    """Companies: sought, sorted, a page at a time."""
    q, page = sought_in(request.args.get("q", "")), page_in(request.args.get("page"))
    sort = _sort_in(request.args.get("sort"))
    with web.reading() as db:
        drive = open_drive(db)
        listing = list_companies(db, drive, q=q, sort=sort, page=page)
        pager = pages_of(listing.total, page=page, size=PAGE, address=lambda one: f"/companies{_query(q, sort, one)}")
        return render_template(
            "companies/index.html",
            drive=around(db, drive),
            q=q,
            sort=sort,
            rows=[(row.company, row.leads, money_in_words(row.value or None, drive.currency)) for row in listing.rows],
            queries={name: _query(q, name) for name in SORTS},
            **pager,
        )


@blueprint.get("/companies/export")
def export() -> str | Response:
    """The file, where the address says as what; else the page that asks."""
    return take_out(_listed)


@blueprint.get("/companies/<company_id>")
def show(company_id: str) -> str:
    """One company: who of it is a lead, and what is open with them."""
    with web.reading() as db:
        drive = open_drive(db)
        company = find_company(db, drive, company_id)
        if company is None:
            raise Problem(404, "There is no such company here", "Look for it in the list of companies.")
        staff = staff_of(db, drive, company)
        steps = {stage.name: stage.step for stage in stages_of(drive)}
        today = moment(drive, drive.clock).date()
        names = {lead.id: lead.name for lead in staff.leads}
        return render_template(
            "companies/show.html",
            drive=around(db, drive),
            company=company,
            initials=initials(company.name),
            staff=staff,
            amount=money_in_words(staff.amount or None, drive.currency),
            rows=[
                {
                    "lead": lead,
                    "step": steps[lead.stage],
                    "value": money_in_words(lead.value, drive.currency),
                    "picture": icon_of(lead.last_kind),
                    "age": age_in_words(drive.clock - lead.last_at),
                }
                for lead in staff.leads
            ],
            deals=[
                {
                    "deal": deal,
                    "step": steps[deal.stage],
                    "amount": money_in_words(deal.amount, drive.currency),
                    "lead": names.get(deal.lead_id, ""),
                    "close_on": ""
                    if deal.close_on is None
                    else day_in_words(moment(drive, deal.close_on).date(), today),
                }
                for deal in staff.deals
            ],
            list_query=write_query(Question((Filter("company", "has", (company.name,)),))),
        )


_HEADS = {"name": "Company", "trade": "Trade", "town": "Town", "leads": "Leads", "value": "Value of open deals"}


def _listed(db: Session, drive: Drive, sent: Sent) -> Listed:
    q, sort = sought_in(sent.get("q", "")), _sort_in(sent.get("sort"))
    rows = list_companies(db, drive, q=q, sort=sort, size=None).rows
    return Listed("company", "companies", f"/companies{_query(q, sort)}", rows, _HEADS, _data, _card)


def _data(_: Session, drive: Drive, rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.company.id,
            "name": row.company.name,
            "trade": row.company.trade,
            "town": row.company.town,
            "leads": row.leads,
            "value": row.value,
            "currency": drive.currency,
        }
        for row in rows
    ]


def _card(drive: Drive, row: Mapping[str, Any]) -> bytes:
    """A company as an organization of RFC 6350, 6.1.4."""
    lines = [f"ORG:{escaped(row['name'])}"]
    lines += [f"ADR:;;;{escaped(row['town'])};;;"] if row["town"] else []
    return card_of(drive, row["id"], row["name"], kind="org", lines=lines, tags=[row["trade"]] if row["trade"] else [])


def _sort_in(text: str | None) -> str:
    sort = text or "name"
    if sort not in SORTS:
        raise Problem(400, "There is no such sort", f"There are: {', '.join(SORTS)}.")
    return sort


def _query(q: str, sort: str, page: int = 1) -> str:
    said = {"q": q, "sort": "" if sort == SORTS[0] else sort, "page": page if page > 1 else ""}
    parts = {name: value for name, value in said.items() if value}
    return f"?{urlencode(parts)}" if parts else ""
