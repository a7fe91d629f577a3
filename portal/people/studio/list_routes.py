"""Lists that were taken over, in the studio: what became of each, which lines were put aside, why, and what to do."""

from flask import Blueprint, Response, render_template

from portal.people import web
from portal.people.consent.visitor import private
from portal.people.preferences import taken_over
from portal.people.preferences.taken_over import NoSuchList
from portal.people.staff import members
from portal.people.staff.guard import needs
from portal.people.staff.roles import Right
from portal.shared.paging import page_number
from portal.shared.problems import Problem

blueprint = Blueprint("lists", __name__, url_prefix="/lists")


@blueprint.get("")
@needs(Right.ENTER)
def index() -> Response:
    """The lists page by page, the last one first."""
    with web.reading() as db:
        page = taken_over.read_page(db, number=page_number())
        return private(render_template("studio/lists/index.html", page=page, names=members.names(db)))


@blueprint.get("/<list_id>")
@needs(Right.ENTER)
def show(list_id: str) -> Response:
    """What became of the lines of one list."""
    with web.reading() as db:
        try:
            told = taken_over.get_list(db, list_id=list_id)
        except NoSuchList as fault:
            raise Problem(404, "No such list was taken over", "Look at the lists again.") from fault
        return private(render_template("studio/lists/show.html", told=told, names=members.names(db)))
