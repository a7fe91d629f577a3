"""The saved views of a drive: to keep a list under a name, to arrange them, and to take one away."""

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.sandbox import web
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.kinds import View
from portal.sandbox.drives.shell import around
from portal.sandbox.drives.telling import tell_next, twins_of
from portal.sandbox.leads.counting import tabs_of
from portal.sandbox.leads.lists import Asked, read_list_in
from portal.sandbox.leads.view_forms import ViewForm, sent_view_form, shown_view_form
from portal.sandbox.leads.views import (
    MOST_VIEWS,
    TooManyViews,
    delete_view,
    find_view,
    move_view,
    rename_view,
    reshape_view,
    save_view,
    twinned,
)
from portal.shared import clock
from portal.shared.problems import Problem, answer

blueprint = Blueprint("views", __name__)


@blueprint.get("/views")
def index() -> str:
    """All views, to rename, arrange and take away."""
    with web.reading() as db:
        drive = open_drive(db)
        return _render(db, drive)


@blueprint.get("/views/new")
def new() -> str:
    """The form that keeps a list under a name; the list comes in the address."""
    with web.reading() as db:
        drive = open_drive(db)
        asked = read_list_in(request.args.get("list", "/leads"), drive)
        return _render_new(db, drive, shown_view_form(asked.address()))


@blueprint.post("/views")
def create() -> Answer | tuple[str, int]:
    """Keep a list under a name."""
    with web.transaction() as db:
        drive = open_drive(db)
        asked = _asked(drive)
        form = sent_view_form(request.form, twins=twins_of(drive))
        if not form.validate():
            return _render_new(db, drive, form), 422
        asked, swaps = twinned(asked, twins_of(drive))
        view = save_view(db, drive, name=form.twinned.text, asked=asked, now=clock.now())
    tell_next(f"Saved the view {view.name}", (*form.twinned.swaps, *swaps))
    return redirect(asked.shaped(view=view.id).address(), 303)


@blueprint.post("/views/<view_id>")
def update(view_id: str) -> Answer | tuple[str, int]:
    """Give a view another name."""
    with web.transaction() as db:
        drive = open_drive(db)
        view = _get_view(db, drive, view_id)
        form = sent_view_form(request.form, twins=twins_of(drive))
        if not form.validate():
            return _render(db, drive, refused={view.id: form}), 422
        renamed = rename_view(db, drive, view, name=form.twinned.text, now=clock.now())
    tell_next(f"Renamed the view {view.name} to {renamed.name}" if renamed != view else "", form.twinned.swaps)
    return redirect(url_for("views.index"), 303)


@blueprint.post("/views/<view_id>/list")
def reshape(view_id: str) -> Answer:
    """Let a view keep the list as it is now."""
    with web.transaction() as db:
        drive = open_drive(db)
        view = _get_view(db, drive, view_id)
        asked, swaps = twinned(_asked(drive), twins_of(drive))
        changed = reshape_view(db, drive, view, asked=asked, now=clock.now())
    tell_next(f"Changed the view {view.name}" if changed != view else "", swaps)
    return redirect(asked.shaped(view=view.id).address(), 303)


@blueprint.post("/views/<view_id>/move")
def move(view_id: str) -> Answer:
    """Move a view a place to the front or to the end."""
    with web.transaction() as db:
        drive = open_drive(db)
        by = {"earlier": -1, "later": 1}.get(request.form.get("to", ""))
        if by is None:
            raise Problem(400, "Views move earlier or later", "Press one of the two arrows beside the view.")
        move_view(db, drive, _get_view(db, drive, view_id), by=by, now=clock.now())
    return redirect(url_for("views.index"), 303)


@blueprint.post("/views/<view_id>/delete")
def destroy(view_id: str) -> Answer:
    """Take a view away; undo brings it back."""
    with web.transaction() as db:
        drive = open_drive(db)
        view = _get_view(db, drive, view_id)
        delete_view(db, drive, view, now=clock.now())
    tell_next(f"Deleted the view {view.name}")
    return redirect(url_for("views.index"), 303)


@blueprint.errorhandler(TooManyViews)
def full(_: TooManyViews) -> Answer:
    """As many views as a drive may have."""
    return answer(
        Problem(409, f"There are {MOST_VIEWS} views already", "Delete one that nobody looks at, then save this one.")
    )


def _asked(drive: Drive) -> Asked:
    """The list that a form keeps, as a list of leads: a view of contacts asks for contacts."""
    asked = read_list_in(request.form.get("list", ""), drive)
    return Asked("/leads", asked.whole, 1, asked.shape._replace(view=""))


def _get_view(db: Session, drive: Drive, view_id: str) -> View:
    view = find_view(db, drive, view_id)
    if view is None:
        raise Problem(404, "There is no such view here", "If you deleted it, Undo brings it back.")
    return view


def _render(db: Session, drive: Drive, *, refused: dict[str, ViewForm] | None = None) -> str:
    tabs = tabs_of(db, drive, read_list_in("/leads", drive))
    forms = [(tab, (refused or {}).get(tab.view.id) or shown_view_form("", name=tab.view.name)) for tab in tabs]
    return render_template("views/index.html", drive=around(db, drive), views=forms)


def _render_new(db: Session, drive: Drive, form: ViewForm) -> str:
    return render_template("views/new.html", drive=around(db, drive), form=form)
