"""The lists of leads and of contacts, as pages and as data, and a lead that is added to them."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.sandbox import web
from portal.sandbox.drives.addressed import pages_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import frame
from portal.sandbox.drives.holding import keeps_no_cookie, open_drive
from portal.sandbox.drives.overlay import PAGE, Listing, count_leads, list_leads
from portal.sandbox.drives.shell import around
from portal.sandbox.drives.telling import twins_of
from portal.sandbox.leads.asking import to_lead
from portal.sandbox.leads.changes import create_lead
from portal.sandbox.leads.counting import Tab, count_kept, options_kept, tabs_of, unknown_words_kept, without_each
from portal.sandbox.leads.data import listing_as_data
from portal.sandbox.leads.drawing import (
    draw_cards,
    draw_chips,
    draw_heads,
    draw_rows,
    draw_tabs,
    draw_tools,
    words_of,
)
from portal.sandbox.leads.forms import LeadForm, sent_form, shown_form
from portal.sandbox.leads.groups import FIRST_OF_GROUP, FIRST_OF_LANE, Shown, groups_of
from portal.sandbox.leads.kept import kept_page
from portal.sandbox.leads.lists import Asked, read_list
from portal.sandbox.leads.selection import picked_of, selected, tick_rows
from portal.sandbox.leads.wording import money_in_words
from portal.shared import clock
from portal.shared.problems import Problem

blueprint = Blueprint("leads", __name__)

Token = Callable[[], Markup]  # the field that a form carries its token in


@blueprint.get("/leads")
def index() -> str | tuple[str, int]:
    """The list: filtered, sought, sorted, a page at a time; or in groups, or on a board."""
    if "started" in request.args and keeps_no_cookie():
        return render_template("drives/no_cookie.html"), 404
    return _render("/leads")


@blueprint.get("/contacts")
def contacts() -> str:
    """The same of those who became contacts."""
    return _render("/contacts")


@blueprint.get("/leads.json")
def index_data() -> Response:
    """The same list as data."""
    with web.reading() as db:
        drive = open_drive(db)
        asked = read_list("/leads", request.args, drive)
        return jsonify(listing_as_data(drive, _listing(db, drive, asked)[0]))


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


def _render(path: str) -> str:
    with web.reading() as db:
        drive = open_drive(db)
        asked = read_list(path, request.args, drive)
        draw = _page if asked.shape.layout == "list" else _grouped
        return kept_page(drive, asked, lambda token: draw(db, drive, asked, token))


def _page(db: Session, drive: Drive, asked: Asked, token: Token) -> str:
    """A page of the plain list."""
    (listing, pager), selection = _listing(db, drive, asked), selected(drive)
    rows = draw_rows(drive, listing.leads, view=asked.query_of_leads(), columns=asked.shape.columns)
    return _render_around(
        db,
        drive,
        asked,
        csrf_field=token,
        leads=listing.of,
        rows=tick_rows(rows, listing.leads, asked, selection),
        picked=picked_of(db, drive, asked, selection, listing.leads),
        start=asked.address() if asked.page > 1 else None,
        end=asked.address(page=pager["pages"]) if pager["next"] else None,
        **pager,
    )


def _grouped(db: Session, drive: Drive, asked: Asked, token: Token) -> str:
    """The list in groups, or on a board."""
    if asked.page > 1:
        raise Problem(404, f"There is no page {asked.page}", "Groups and boards have one page; each leads to its list.")
    is_board = asked.shape.layout == "board"
    by, first = ("stage", FIRST_OF_LANE) if is_board else (asked.shape.by, FIRST_OF_GROUP)
    shown = groups_of(db, drive, asked, by=by, first=first)
    view, columns, selection = asked.query_of_leads(), asked.shape.columns, selected(drive)
    groups = [
        (
            _group(drive, one),
            draw_cards(drive, one.leads, view=view)
            if is_board
            else tick_rows(draw_rows(drive, one.leads, view=view, columns=columns), one.leads, asked, selection),
        )
        for one in shown
    ]
    return _render_around(
        db,
        drive,
        asked,
        csrf_field=token,
        leads=count_leads(db, drive),
        total=sum(one.group.size for one in shown),
        groups=groups,
        picked=picked_of(db, drive, asked, selection, [lead for one in shown for lead in one.leads]),
    )


def _group(drive: Drive, one: Shown) -> dict[str, Any]:
    group = one.group
    return {
        "name": group.name,
        "count": group.size,
        "sum": money_in_words(group.worth, drive.currency) if group.worth else "",
        "rest": one.rest.address() if one.rest and group.size > len(one.leads) else "",
    }


def _render_around(db: Session, drive: Drive, asked: Asked, *, leads: int, total: int, **shown: Any) -> str:
    """The page: what is around the rows, whatever they are shown as."""
    tabs = tabs_of(db, drive, asked) if asked.path == "/leads" else []
    return render_template(
        "leads/index.html",
        drive=frame(db, drive, leads=leads),
        list=asked,
        tab_list=tabs,
        tabs=draw_tabs(tabs),
        changed_view=_changed_view(asked, tabs),
        chips=draw_chips(drive, asked, options_kept(db, drive, asked)),
        tools=draw_tools(drive, asked),
        heads=draw_heads(drive, asked),
        total=total,
        unknown=unknown_words_kept(db, drive, asked) if total else (),
        less=_less(db, drive, asked) if not total else (),
        has_begun="started" in request.args,
        **shown,
    )


def _changed_view(asked: Asked, tabs: list[Tab]) -> Any:
    """The view that the address names, where the list is no longer as the view has it."""
    here = asked.shaped(view="").address()
    return next((tab.view for tab in tabs if tab.view.id == asked.shape.view and tab.plain != here), None)


def _less(db: Session, drive: Drive, asked: Asked) -> list[tuple[str, str, str, int]]:
    """What an empty list offers: each filter, the list without it, and how many that finds; the words sought too."""
    found = [
        (*words_of(drive, asked.question.filters[number]), less.address(), count)
        for number, less, count in without_each(db, drive, asked)
    ]
    if asked.question.q:
        less = asked.seeking("")
        found.append(("Search", f"“{asked.question.q}”", less.address(), count_kept(db, drive, less.whole)))
    return [one for one in found if one[3]]


def _listing(db: Session, drive: Drive, asked: Asked) -> tuple[Listing, dict[str, Any]]:
    """A page of leads, and what the pager shows below it."""
    listing = list_leads(db, drive, asked.whole, page=asked.page)
    pager = pages_of(listing.total, page=asked.page, size=PAGE, address=lambda one: asked.address(page=one))
    return listing, pager


def _render_new(db: Session, drive: Drive, form: LeadForm) -> str:
    return render_template("leads/new.html", drive=around(db, drive), form=form)
