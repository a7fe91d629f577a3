"""The palette as a page; with JavaScript the same page's results, in a dialog over whatever is open."""

from flask import Blueprint, render_template, request

from portal.sandbox import web
from portal.sandbox.drives.frame import frame
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.overlay import count_leads
from portal.sandbox.palette.finding import find_entries
from portal.shared.problems import Problem
from portal.shared.text import NotText, checked_text

blueprint = Blueprint("palette", __name__)

MOST_SOUGHT = 100


@blueprint.get("/palette")
def index() -> str:
    """What fits `q`: records, views, places and acts."""
    try:
        sought = checked_text(request.args.get("q", ""), most=MOST_SOUGHT).strip()
    except NotText as fault:
        raise Problem(400, "That cannot be searched for", str(fault)) from fault
    with web.reading() as db:
        drive = open_drive(db)
        return render_template(
            "palette/index.html",
            drive=frame(db, drive, leads=count_leads(db, drive)),
            sought=sought,
            groups=find_entries(db, drive, sought),
        )
