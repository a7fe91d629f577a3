"""The page of one lead: all that is known of it, what happened, and the acts that change it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.sandbox import web
from portal.sandbox.drives.activities import list_entries
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import facts_of, initials, moment, stages_of, tags_in
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.overlay import find_neighbors
from portal.sandbox.drives.past import CannotTakeBack, take_back
from portal.sandbox.drives.shell import around
from portal.sandbox.drives.telling import tell_next, twins_of
from portal.sandbox.leads.agenda import KINDS, open_tasks_of
from portal.sandbox.leads.asking import asked, get_lead, name_of, to_lead
from portal.sandbox.leads.changes import YOU, Changed, delete_lead, edit_lead, fingerprint, log_call
from portal.sandbox.leads.data import lead_as_data, story_as_data
from portal.sandbox.leads.forms import CallForm, LeadForm, call_form, sent_form, shown_form
from portal.sandbox.leads.history import history_of
from portal.sandbox.leads.lists import Asked
from portal.sandbox.leads.own import Box, Refused, boxes_of, change_own
from portal.sandbox.leads.stake import stakes_of
from portal.sandbox.leads.story import CHANGES, PAGE, SHOWS, tell
from portal.sandbox.leads.tags import MOST_TAG, NotATag, add_tag, read_tag, remove_tag
from portal.shared import clock
from portal.shared.problems import Problem

blueprint = Blueprint("records", __name__)

SHOWN_LINES = 8  # of the history; the rest unfolds
MOST_PAGES = 100  # of a timeline


@blueprint.get("/leads/<lead_id>")
def show(lead_id: str) -> str:
    """One lead, its story, and the forms that change it."""
    with web.reading() as db:
        drive = open_drive(db)
        lead = get_lead(db, drive, lead_id)
        return _render(db, drive, lead, form=shown_form(drive, lead))


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
        form = sent_form(request.form, drive, lead, twins=twins_of(drive))
        if not form.validate():
            return _render(db, drive, lead, form=form), 422
        try:
            done = edit_lead(db, drive, lead, entered=form.entered, seen=form.fingerprint.data or "", now=clock.now())
        except Changed:
            form.fingerprint.data = fingerprint(lead)
            return _render(db, drive, lead, form=form, differences=form.differences(lead)), 409
    return to_lead(lead, done=done or "", swaps=form.swaps, view=_view(drive))


@blueprint.post("/leads/<lead_id>/columns")
def update_columns(lead_id: str) -> Answer | tuple[str, int]:
    """Change what a lead has in columns of its scenario's own."""
    with web.transaction() as db:
        drive = open_drive(db)
        lead = get_lead(db, drive, lead_id)
        seen = request.form.get("fingerprint", "")
        try:
            done, swaps = change_own(
                db, drive, lead, typed=request.form, twins=twins_of(drive), seen=seen, now=clock.now()
            )
        except Refused as fault:
            return _render(db, drive, lead, form=shown_form(drive, lead), boxes=fault.boxes), 422
        except Changed:
            return _render(db, drive, lead, form=shown_form(drive, lead), columns_changed=True), 409
    return to_lead(lead, done=done or "", swaps=swaps, view=_view(drive))


@blueprint.post("/leads/<lead_id>/calls")
def create_call(lead_id: str) -> Answer | tuple[str, int]:
    """Log a call."""
    with web.transaction() as db:
        drive = open_drive(db)
        lead = get_lead(db, drive, lead_id)
        form = call_form(request.form, twins=twins_of(drive))
        if not form.validate():
            return _render(db, drive, lead, form=shown_form(drive, lead), calling=form), 422
        done = log_call(db, drive, lead, call=form.call, now=clock.now())
    return to_lead(lead, done=done, swaps=form.swaps, view=_view(drive))


@blueprint.post("/leads/<lead_id>/tags")
def create_tag(lead_id: str) -> Answer | tuple[str, int]:
    """Add a tag."""
    typed = request.form.get("tag", "")
    with web.transaction() as db:
        drive = open_drive(db)
        lead = get_lead(db, drive, lead_id)
        try:
            tag = read_tag(typed, twins=twins_of(drive))
            done = add_tag(db, drive, lead, tag=tag.text, now=clock.now())
        except NotATag as fault:
            return _render(db, drive, lead, form=shown_form(drive, lead), refused_tag=(typed, str(fault))), 422
    return to_lead(lead, done=done or "", swaps=tag.swaps, view=_view(drive))


@blueprint.post("/leads/<lead_id>/tags/remove")
def destroy_tag(lead_id: str) -> Answer:
    """Take a tag off."""
    with web.transaction() as db:
        drive = open_drive(db)
        lead = get_lead(db, drive, lead_id)
        done = remove_tag(db, drive, lead, tag=request.form.get("tag", ""), now=clock.now())
    return to_lead(lead, done=done or "", view=_view(drive))


@blueprint.post("/leads/<lead_id>/history")
def undo(lead_id: str) -> Answer:
    """Put one field back as it was before one act, whatever was done since."""
    field = request.form.get("field", "")
    with web.transaction() as db:
        drive = open_drive(db)
        lead = get_lead(db, drive, lead_id)
        try:
            done = take_back(db, drive, act=_act(), place="lead", row_id=lead.id, field=field, now=clock.now())
        except CannotTakeBack as fault:
            raise Problem(409, "That cannot be taken back", str(fault)) from fault
    return to_lead(lead, done=done or "", view=_view(drive))


@blueprint.post("/leads/<lead_id>/delete")
def destroy(lead_id: str) -> Answer:
    """Take a lead out; undo brings it back."""
    with web.transaction() as db:
        drive = open_drive(db)
        lead = get_lead(db, drive, lead_id)
        view = asked(drive, beside=_BESIDE).query()
        delete_lead(db, drive, lead, now=clock.now())
    tell_next(f"Deleted {lead.name}")
    return redirect(url_for("leads.index") + view, 303)


_BESIDE = ("show", "older")  # what stands in the address of a lead beside the list that it is looked at in


def _act() -> int:
    """The number of an act that the form names. Raises Problem (422)."""
    act = request.form.get("act", "")
    if not (act.isascii() and act.isdigit() and len(act) <= 9):
        raise Problem(422, "There is no such change", "Load the page anew, and use one of its buttons.")
    return int(act)


def _view(drive: Drive) -> str:
    """The list that the lead is looked at in and the part of its timeline, as the query of its address."""
    shown = [(name, request.args[name]) for name in _BESIDE if request.args.get(name)]
    return _also(asked(drive, beside=_BESIDE).query(), shown)


def _also(query: str, parts: Sequence[tuple[str, object]]) -> str:
    if not parts:
        return query
    return f"{query}{'&' if query else '?'}{urlencode(parts)}"


def _shown() -> tuple[str, int]:
    """The part of the timeline that the address asks for, and how many entries of it. Raises Problem (400)."""
    show, older = request.args.get("show", ""), request.args.get("older", "0")
    if show not in ("", *SHOWS, CHANGES):
        raise Problem(400, "There is no such part of the timeline", f"There are: {', '.join((*SHOWS, CHANGES))}.")
    if not (older.isascii() and older.isdigit() and len(older) <= 3 and int(older) <= MOST_PAGES):
        raise Problem(400, "The timeline does not reach there", f"Write older=1 up to older={MOST_PAGES}.")
    return show, (int(older) + 1) * PAGE


def _render(
    db: Session,
    drive: Drive,
    lead: Lead,
    *,
    form: LeadForm,
    calling: CallForm | None = None,
    refused_tag: tuple[str, str] = ("", ""),
    boxes: Sequence[Box] | None = None,
    columns_changed: bool = False,
    differences: list[tuple[str, str]] | None = None,
) -> str:
    asking = asked(drive, beside=_BESIDE)
    show, most = _shown()
    return render_template(
        "leads/show.html",
        view=_view(drive),
        neighbors=find_neighbors(db, drive, asking.question, lead.id),
        drive=around(db, drive),
        lead=lead,
        form=form,
        calling=calling or call_form(),
        refused_tag=refused_tag,
        initials=initials(lead.name),
        standing=next(stage for stage in stages_of(drive) if stage.name == lead.stage),
        tags=tags_in(lead.tags),
        known_tags=tags_in(drive.tags),
        most_tag=MOST_TAG,
        stakes=stakes_of(db, drive, lead.id),
        todos=open_tasks_of(db, drive, lead.id),
        kinds=KINDS,
        owners=[*facts_of(drive)["owners"], YOU],
        came_on=moment(drive, lead.came_at),
        boxes=boxes_of(db, drive, lead) if boxes is None else boxes,
        columns_changed=columns_changed,
        seen=fingerprint(lead),
        contact_since=None if lead.contact_since is None else moment(drive, lead.contact_since),
        story=tell(drive, list_entries(db, drive, lead.id), show=show, most=most),
        history=history_of(db, drive, lead.id),
        shown_lines=SHOWN_LINES,
        differences=differences,
        **_ways(drive, asking, show=show, most=most),
    )


def _ways(drive: Drive, asking: Asked, *, show: str, most: int) -> dict[str, Any]:
    """The addresses that lead on from the page, as queries."""
    query = asking.query()
    return {
        "list_query": query,
        "list_name": name_of(drive, asking.question),
        "parts": {part: _also(query, [("show", part)] if part else []) for part in ("", *SHOWS, CHANGES)},
        "older": _also(query, [*([("show", show)] if show else []), ("older", most // PAGE)]),
    }
