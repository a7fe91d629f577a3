"""Taking deals out of the sandbox, marked as invented, as their list has them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from flask import Blueprint, Response
from sqlalchemy.orm import Session

from portal.sandbox.deals.board import in_order
from portal.sandbox.deals.question import asked_for, read_address, write_query
from portal.sandbox.drives.columns import columns_of
from portal.sandbox.drives.days import day_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.kinds import DEALS, LEADS, Deal
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.rows import find_rows
from portal.sandbox.leads.data import rfc3339
from portal.sandbox.leads.taking_out import Listed, Sent, take_out

blueprint = Blueprint("deals_export", __name__)

HEADS = {
    "title": "Deal",
    "lead": "Lead",
    "company": "Company",
    "product": "Product",
    "stage": "Stage",
    "amount": "Amount",
    "close_on": "Close",
    "owner": "Owner",
    "opened": "Opened",
    "moved": "On the stage since",
    "closed": "Closed",
    "reason": "Reason",
}


@blueprint.get("/deals/export")
def index() -> str | Response:
    """The file, where the address says as what; else the page that asks."""
    return take_out(_list)


def _list(db: Session, drive: Drive, sent: Sent) -> Listed:
    question = read_address(sent, drive).question
    columns = columns_of(db, drive, DEALS)
    places = in_order(drive, columns, asked_for(drive, columns, question))
    ids: list[str] = np.asarray(columns.texts("id"))[places].tolist()
    return Listed("deal", "deals", f"/deals{write_query(question)}", ids, HEADS, _rows)


def _rows(db: Session, drive: Drive, ids: Sequence[str]) -> list[dict[str, Any]]:
    deals = find_rows(db, drive, DEALS, ids)
    leads = find_rows(db, drive, LEADS, sorted({deal.lead_id for deal in deals.values()}))
    return [_row(drive, deals[one], leads.get(deals[one].lead_id)) for one in ids if one in deals]


def _row(drive: Drive, deal: Deal, lead: Lead | None) -> dict[str, Any]:
    return {
        "id": deal.id,
        "title": deal.title,
        "lead": lead.name if lead else "",
        "lead_id": deal.lead_id,
        "company": lead.company if lead else "",
        "product": deal.product,
        "stage": deal.stage,
        "amount": deal.amount,
        "currency": drive.currency,
        "close_on": None if deal.close_on is None else day_of(drive, deal.close_on).isoformat(),
        "owner": deal.owner,
        "opened": rfc3339(drive, deal.opened_at),
        "moved": rfc3339(drive, deal.moved_at),
        "closed": None if deal.closed_at is None else rfc3339(drive, deal.closed_at),
        "reason": deal.reason,
    }
