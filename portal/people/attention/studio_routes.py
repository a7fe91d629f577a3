"""How each webinar is watched, in the studio: a strip with the transcript under it, and the same as a file."""

from flask import Blueprint, Response, make_response, render_template, request

from portal.people import web
from portal.people.attention.reports import NeverPublished, Report, as_csv, get_report
from portal.people.consent.visitor import private
from portal.people.staff.guard import needs
from portal.people.staff.roles import Right
from portal.shared.problems import Problem

blueprint = Blueprint("attention", __name__, url_prefix="/webinars")


@blueprint.get("/<slug>/attention")
@needs(Right.ENTER)
def show(slug: str) -> Response:
    """The strip of a webinar, of the version of its film that `?film=` names or of the newest."""
    return private(render_template("attention/show.html", report=_report(slug)))


@blueprint.get("/<slug>/attention.csv")
@needs(Right.ENTER)
def download(slug: str) -> Response:
    """Every second of it; a header alone while there are too few viewings."""
    file = make_response(as_csv(_report(slug).shown))
    file.headers["Content-Type"] = "text/csv; charset=utf-8"
    file.headers["Content-Disposition"] = f'attachment; filename="{slug}-attention.csv"'
    file.headers["Cache-Control"] = "private, no-store"
    return file


def _report(slug: str) -> Report:
    try:
        with web.reading() as db:
            return get_report(db, slug=slug, film=request.args.get("film", ""))
    except NeverPublished as fault:
        why = "The studio's first page lists what is public, with a link to each."
        raise Problem(404, "There is no such webinar, or no such version", why) from fault
