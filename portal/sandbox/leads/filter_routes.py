"""The forms around a list that work without scripts: one filter, the columns; and how many a filter would find."""

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.sandbox import web
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.overlay import count_leads, options_of
from portal.sandbox.drives.question import NotAFilter
from portal.sandbox.drives.shell import around
from portal.sandbox.leads.columns import FIRST, columns_for, moved
from portal.sandbox.leads.counting import count_kept
from portal.sandbox.leads.drawing import draw_ask, draw_columns
from portal.sandbox.leads.filter_forms import ask_again, ask_of, filter_sent, get_offer, with_filter
from portal.sandbox.leads.lists import Asked, read_list_in
from portal.shared.problems import Problem

blueprint = Blueprint("filters", __name__)


@blueprint.get("/leads/filter")
def show() -> Answer | str | tuple[str, int]:
    """The form of one filter; filled in, it leads back to the list. So do the words of the search, without scripts."""
    with web.reading() as db:
        drive = open_drive(db)
        asked = _asked(drive)
        if "field" not in request.args and "q" in request.args:
            return _to(asked.seeking(request.args["q"].strip()), drive)
        offer = get_offer(request.args.get("field", ""), options_of(db, drive))
        if "op" not in request.args:
            return _render(db, drive, asked, offer.label, draw_ask(asked, ask_of(offer)))
        try:
            one = filter_sent(request.args)
        except NotAFilter as fault:
            ask = ask_again(offer, request.args, f"{fault.title}. {fault.detail}")
            return _render(db, drive, asked, offer.label, draw_ask(asked, ask)), 422
    return _to(with_filter(asked, one, at=request.args.get("at", "")), drive)


@blueprint.get("/leads/count")
def count() -> Response | tuple[Response, int]:
    """How many leads a list finds, or would with one filter more or otherwise; as data."""
    with web.reading() as db:
        drive = open_drive(db)
        asked = _asked(drive)
        if "field" in request.args:
            try:
                asked = with_filter(asked, filter_sent(request.args), at=request.args.get("at", ""))
            except NotAFilter as fault:
                return jsonify(title=fault.title, detail=fault.detail), 422
        return jsonify(total=count_kept(db, drive, asked.whole), of=count_leads(db, drive))


@blueprint.get("/leads/columns")
def columns() -> Answer | str:
    """The form that chooses and orders columns; what is pressed in it leads back to it, or to the list."""
    with web.reading() as db:
        drive = open_drive(db)
        asked = _asked(drive)
        go = request.args.get("go", "")
        if go == "default":
            return _to(asked.shaped(columns=asked.base.columns), drive)
        order, shown = _order(drive, asked), _shown(drive, asked)
        if go == "apply":
            return _to(asked.shaped(columns=(FIRST, *(key for key in order if key in shown and key != FIRST))), drive)
        for name, by in (("up", -1), ("down", 1)):
            order = moved(order, request.args.get(name, ""), by)
        return _render(db, drive, asked, "Columns", draw_columns(drive, asked, columns=order, shown=shown))


def _asked(drive: Drive) -> Asked:
    return read_list_in(request.args.get("list", "/leads"), drive)


def _order(drive: Drive, asked: Asked) -> tuple[str, ...]:
    """All columns in the order of the form: those that it names, then the others."""
    there = columns_for(drive)
    named = request.args.get("order", ",".join(asked.shape.columns)).split(",")
    if strangers := [key for key in named if key not in there]:
        raise Problem(400, f"There is no column called {strangers[0][:40]}", f"There are: {', '.join(there)}.")
    return tuple(dict.fromkeys((FIRST, *named, *there)))


def _shown(drive: Drive, asked: Asked) -> tuple[str, ...]:
    """The columns that are ticked."""
    if "order" not in request.args:
        return asked.shape.columns
    return (FIRST, *(key for key in columns_for(drive) if f"show-{key}" in request.args and key != FIRST))


def _to(asked: Asked, drive: Drive) -> Answer:
    """To the list, as its own address would be read."""
    address = asked.address()
    read_list_in(address, drive)
    return redirect(address, 303)


def _render(db: Session, drive: Drive, asked: Asked, title: str, form: Markup) -> str:
    return render_template("filters/show.html", drive=around(db, drive), list=asked, title=title, form=form)
