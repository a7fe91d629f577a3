"""The list of leads, as a page and as data, and a lead that is added to it."""

from math import ceil
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.sandbox import web
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import frame
from portal.sandbox.drives.holding import keeps_no_cookie, open_drive
from portal.sandbox.drives.journal import MOST_OWN_ROWS, TooManyRows
from portal.sandbox.drives.overlay import PAGE, Listing, count_leads, list_leads
from portal.sandbox.leads import asking
from portal.sandbox.leads.address import Asked, write_query
from portal.sandbox.leads.asking import to_lead, twins_of
from portal.sandbox.leads.changes import create_lead
from portal.sandbox.leads.data import listing_as_data
from portal.sandbox.leads.drawing import draw_filters, draw_heads, draw_rows
from portal.sandbox.leads.forms import LeadForm, sent_form, shown_form
from portal.shared import clock
from portal.shared.problems import Problem, answer

blueprint = Blueprint("leads", __name__)


@blueprint.get("/leads")
def index() -> str | tuple[str, int]:
    """The list: filtered, sought, sorted, a page at a time."""
    if "started" in request.args and keeps_no_cookie():
        return render_template("drives/no_cookie.html"), 404
    with web.reading() as db:
        drive = open_drive(db)
        asked, listing = _listing(db, drive)
        return render_template(
            "leads/index.html",
            drive=frame(db, drive, leads=listing.of),
            question=asked.question,
            filters=draw_filters(drive, asked.question),
            heads=draw_heads(asked.question),
            rows=draw_rows(drive, listing.leads, view=write_query(asked.question)),
            has_begun="started" in request.args,
            **_pages(asked, listing),
        )


@blueprint.get("/leads.json")
def index_data() -> Response:
    """The same list as data."""
    with web.reading() as db:
        drive = open_drive(db)
        _asked, listing = _listing(db, drive)
        return jsonify(listing_as_data(drive, listing))


@blueprint.get("/leads/new")
def new() -> str:
    """An empty form."""
    with web.reading() as db:
        drive = open_drive(db)
        return _render_new(db, drive, shown_form(drive, None))


@blueprint.post("/leads/new")
def create() -> Answer | tuple[str, int]:
    """Add a lead."""
    with web.transaction() as db:
        drive = open_drive(db)
        form = sent_form(request.form, drive, None, twins=twins_of(drive))
        if not form.validate():
            return _render_new(db, drive, form), 422
        lead = create_lead(db, drive, entered=form.entered, now=clock.now())
    return to_lead(lead, done=f"Added {lead.name}", swaps=form.swaps)


@blueprint.app_errorhandler(TooManyRows)
def full(_: TooManyRows) -> Response:
    """A drive that has grown as large as one may."""
    return answer(
        Problem(
            409,
            "This test drive is full",
            f"It holds {MOST_OWN_ROWS:,} changes, and that is as many as one can. Nothing was changed just now. "
            "Undo something, reset this drive, or start another one.",
        )
    )


def _listing(db: Session, drive: Drive) -> tuple[Asked, Listing]:
    asked = asking.asked(drive)
    listing = list_leads(db, drive, asked.question, page=asked.page)
    if not listing.leads and asked.page > 1:
        pages = max(1, ceil(listing.total / PAGE))
        raise Problem(404, f"There is no page {asked.page}", f"The last page of this list is {pages}.")
    return asked, listing


def _pages(asked: Asked, listing: Listing) -> dict[str, Any]:
    first = (asked.page - 1) * PAGE
    pages = max(1, ceil(listing.total / PAGE))
    return {
        "total": listing.total,
        "first": first + 1,
        "last": first + len(listing.leads),
        "page": asked.page,
        "pages": pages,
        "previous": f"/leads{write_query(asked.question, page=asked.page - 1)}" if asked.page > 1 else None,
        "next": f"/leads{write_query(asked.question, page=asked.page + 1)}" if asked.page < pages else None,
    }


def _render_new(db: Session, drive: Drive, form: LeadForm) -> str:
    return render_template("leads/new.html", drive=frame(db, drive, leads=count_leads(db, drive)), form=form)
