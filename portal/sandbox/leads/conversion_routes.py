"""Making a lead a contact, with a deal; and a further deal for who is a contact already."""

from flask import Blueprint, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.sandbox import web
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import moment
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.shell import around
from portal.sandbox.drives.telling import tell_next, twins_of
from portal.sandbox.leads.asking import get_lead
from portal.sandbox.leads.changes import Changed, fingerprint
from portal.sandbox.leads.conversion import convert, stage_of_deal
from portal.sandbox.leads.conversion_forms import ConversionForm, conversion_form
from portal.shared import clock

blueprint = Blueprint("conversion", __name__)


@blueprint.get("/leads/<lead_id>/convert")
def new(lead_id: str) -> str:
    """The form, with what is known of the lead."""
    with web.reading() as db:
        drive = open_drive(db)
        lead = get_lead(db, drive, lead_id)
        return _render(db, drive, lead, conversion_form(drive, lead, twins=twins_of(drive)))


@blueprint.post("/leads/<lead_id>/convert")
def create(lead_id: str) -> Answer | tuple[str, int]:
    """Make it a contact, and open the deal."""
    with web.transaction() as db:
        drive = open_drive(db)
        lead = get_lead(db, drive, lead_id)
        form = conversion_form(drive, lead, sent=request.form, twins=twins_of(drive))
        if not form.validate():
            return _render(db, drive, lead, form), 422
        try:
            done = convert(db, drive, lead, entered=form.entered, seen=form.fingerprint.data or "", now=clock.now())
        except Changed:
            form.fingerprint.data = fingerprint(lead)
            return _render(db, drive, lead, form, is_stale=True), 409
    tell_next(done, form.swaps)
    return redirect(f"/leads/{lead.id}", 303)


def _render(db: Session, drive: Drive, lead: Lead, form: ConversionForm, *, is_stale: bool = False) -> str:
    return render_template(
        "leads/convert.html",
        drive=around(db, drive),
        lead=lead,
        form=form,
        stage=stage_of_deal(drive, lead),
        since=None if lead.contact_since is None else moment(drive, lead.contact_since),
        currency=drive.currency,
        is_stale=is_stale,
    )
