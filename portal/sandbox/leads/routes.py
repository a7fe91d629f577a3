"""The list of leads and each one's page, as pages and as data."""

from math import ceil
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.sandbox import web
from portal.sandbox.drives.activities import list_entries
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import frame, initials, moment, stages_of, tags_in
from portal.sandbox.drives.holding import keeps_no_cookie, open_drive
from portal.sandbox.drives.journal import MOST_OWN_ROWS, TooManyRows, list_acts
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.overlay import PAGE, Listing, count_leads, find_lead, find_neighbors, list_leads
from portal.sandbox.drives.twins import Twins, key_of
from portal.sandbox.leads.address import Asked, read_address, write_query
from portal.sandbox.leads.changes import Changed, create_lead, delete_lead, edit_lead, fingerprint
from portal.sandbox.leads.data import lead_as_data, listing_as_data, story_as_data
from portal.sandbox.leads.drawing import draw_filters, draw_heads, draw_rows
from portal.sandbox.leads.forms import LeadForm, sent_form, shown_form
from portal.sandbox.leads.story import tell
from portal.sandbox.leads.wording import money_in_words
from portal.shared import clock
from portal.shared.problems import Problem, answer

blueprint = Blueprint("leads", __name__)

MOST_ACTS_SHOWN = 8


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
        return _render_new(db, drive, shown_form(None, stages=_stage_names(drive)))


@blueprint.post("/leads/new")
def create() -> Answer | tuple[str, int]:
    """Add a lead."""
    with web.transaction() as db:
        drive = open_drive(db)
        form = sent_form(request.form, None, stages=_stage_names(drive), twins=_twins(drive))
        if not form.validate():
            return _render_new(db, drive, form), 422
        lead = create_lead(db, drive, entered=form.entered, now=clock.now())
    return _to(lead, form, f"Added {lead.name}")


@blueprint.get("/leads/<lead_id>")
def show(lead_id: str) -> str:
    """One lead, its story, and the form that changes it."""
    with web.reading() as db:
        drive = open_drive(db)
        lead = _get_lead(db, drive, lead_id)
        return _render(db, drive, lead, shown_form(lead, stages=_stage_names(drive)))


@blueprint.get("/leads/<lead_id>.json")
def show_data(lead_id: str) -> Response:
    """One lead and its story as data."""
    with web.reading() as db:
        drive = open_drive(db)
        lead = _get_lead(db, drive, lead_id)
        return jsonify(lead_as_data(drive, lead) | {"timeline": story_as_data(drive, list_entries(db, drive, lead.id))})


@blueprint.post("/leads/<lead_id>")
def update(lead_id: str) -> Answer | tuple[str, int]:
    """Change a lead, or add a note, or both."""
    with web.transaction() as db:
        drive = open_drive(db)
        lead = _get_lead(db, drive, lead_id)
        view = write_query(_asked(drive).question)
        form = sent_form(request.form, lead, stages=_stage_names(drive), twins=_twins(drive))
        if not form.validate():
            return _render(db, drive, lead, form), 422
        try:
            done = edit_lead(db, drive, lead, entered=form.entered, seen=form.fingerprint.data or "", now=clock.now())
        except Changed:
            form.fingerprint.data = fingerprint(lead)
            return _render(db, drive, lead, form, differences=form.differences(lead)), 409
    return _to(lead, form, done or "", view=view)


@blueprint.post("/leads/<lead_id>/delete")
def destroy(lead_id: str) -> Answer:
    """Take a lead out; undo brings it back."""
    with web.transaction() as db:
        drive = open_drive(db)
        lead = _get_lead(db, drive, lead_id)
        view = write_query(_asked(drive).question)
        delete_lead(db, drive, lead, now=clock.now())
    flash(f"Deleted {lead.name}", "done")
    return redirect(url_for("leads.index") + view, 303)


@blueprint.errorhandler(TooManyRows)
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


def _asked(drive: Drive) -> Asked:
    return read_address(request.args, stages=_stage_names(drive), tags=tags_in(drive.tags))


def _listing(db: Session, drive: Drive) -> tuple[Asked, Listing]:
    asked = _asked(drive)
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


def _get_lead(db: Session, drive: Drive, lead_id: str) -> Lead:
    lead = find_lead(db, drive, lead_id)
    if lead is None:
        raise Problem(
            404, "There is no such lead here", "If you deleted it, Undo brings it back. Else look for it in the list."
        )
    return lead


def _render(
    db: Session, drive: Drive, lead: Lead, form: LeadForm, *, differences: list[tuple[str, str]] | None = None
) -> str:
    question = _asked(drive).question
    return render_template(
        "leads/show.html",
        view=write_query(question),
        neighbors=find_neighbors(db, drive, question, lead.id),
        drive=frame(db, drive, leads=count_leads(db, drive)),
        lead=lead,
        form=form,
        initials=initials(lead.name),
        step={stage.name: stage.step for stage in stages_of(drive)}[lead.stage],
        tags=tags_in(lead.tags),
        value=money_in_words(lead.value, drive.currency),
        came_on=moment(drive, lead.came_at),
        days=tell(drive, list_entries(db, drive, lead.id)),
        acts=list_acts(db, most=MOST_ACTS_SHOWN),
        differences=differences,
    )


def _render_new(db: Session, drive: Drive, form: LeadForm) -> str:
    return render_template("leads/new.html", drive=frame(db, drive, leads=count_leads(db, drive)), form=form)


def _to(lead: Lead, form: LeadForm, done: str, *, view: str = "") -> Answer:
    """Back to the lead's page, which says what was done and what an invented twin took the place of."""
    if done:
        flash(done, "done")
    for swap in form.swaps:
        flash("\n".join((swap.kind, swap.masked, swap.twin)), "twin")
    return redirect(url_for("leads.show", lead_id=lead.id) + view, 303)


def _stage_names(drive: Drive) -> list[str]:
    return [stage.name for stage in stages_of(drive)]


def _twins(drive: Drive) -> Twins:
    """The drive's twins; by the oldest key, which a rotation takes away last."""
    return Twins(key_of(drive.public_id, secret=web.settings().secret_keys[-1]))
