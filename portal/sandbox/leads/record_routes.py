"""The page of one lead: all that is known of it, what happened, and the acts that change it."""

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.sandbox import web
from portal.sandbox.drives.activities import list_entries
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import frame, initials, moment, stages_of, tags_in
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.journal import list_acts
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.overlay import count_leads, find_neighbors
from portal.sandbox.leads.address import write_query
from portal.sandbox.leads.asking import asked, get_lead, to_lead, twins_of
from portal.sandbox.leads.changes import Changed, delete_lead, edit_lead, fingerprint
from portal.sandbox.leads.data import lead_as_data, story_as_data
from portal.sandbox.leads.forms import LeadForm, sent_form, shown_form
from portal.sandbox.leads.story import tell
from portal.sandbox.leads.wording import money_in_words
from portal.shared import clock

blueprint = Blueprint("records", __name__)

MOST_ACTS_SHOWN = 8


@blueprint.get("/leads/<lead_id>")
def show(lead_id: str) -> str:
    """One lead, its story, and the form that changes it."""
    with web.reading() as db:
        drive = open_drive(db)
        lead = get_lead(db, drive, lead_id)
        return _render(db, drive, lead, shown_form(drive, lead))


@blueprint.get("/leads/<lead_id>.json")
def show_data(lead_id: str) -> Response:
    """One lead and its story as data."""
    with web.reading() as db:
        drive = open_drive(db)
        lead = get_lead(db, drive, lead_id)
        return jsonify(lead_as_data(drive, lead) | {"timeline": story_as_data(drive, list_entries(db, drive, lead.id))})


@blueprint.post("/leads/<lead_id>")
def update(lead_id: str) -> Answer | tuple[str, int]:
    """Change a lead, or add a note, or both."""
    with web.transaction() as db:
        drive = open_drive(db)
        lead = get_lead(db, drive, lead_id)
        view = write_query(asked(drive).question)
        form = sent_form(request.form, drive, lead, twins=twins_of(drive))
        if not form.validate():
            return _render(db, drive, lead, form), 422
        try:
            done = edit_lead(db, drive, lead, entered=form.entered, seen=form.fingerprint.data or "", now=clock.now())
        except Changed:
            form.fingerprint.data = fingerprint(lead)
            return _render(db, drive, lead, form, differences=form.differences(lead)), 409
    return to_lead(lead, done=done or "", swaps=form.swaps, view=view)


@blueprint.post("/leads/<lead_id>/delete")
def destroy(lead_id: str) -> Answer:
    """Take a lead out; undo brings it back."""
    with web.transaction() as db:
        drive = open_drive(db)
        lead = get_lead(db, drive, lead_id)
        view = write_query(asked(drive).question)
        delete_lead(db, drive, lead, now=clock.now())
    flash(f"Deleted {lead.name}", "done")
    return redirect(url_for("leads.index") + view, 303)


def _render(
    db: Session, drive: Drive, lead: Lead, form: LeadForm, *, differences: list[tuple[str, str]] | None = None
) -> str:
    question = asked(drive).question
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
