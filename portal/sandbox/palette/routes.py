"""The palette as a page; with JavaScript the same page's results, in a dialog over whatever is open."""

from flask import Blueprint, render_template, request

from portal.sandbox import web
from portal.sandbox.drives.addressed import sought_in
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.shell import around
from portal.sandbox.palette.finding import find_entries

blueprint = Blueprint("palette", __name__)

MOST_SOUGHT = 100


@blueprint.get("/palette")
def index() -> str:
    """What fits `q`: records, views, places and acts."""
    sought = sought_in(request.args.get("q", ""), most=MOST_SOUGHT)
    with web.reading() as db:
        drive = open_drive(db)
        return render_template(
            "palette/index.html",
            drive=around(db, drive),
            sought=sought,
            groups=find_entries(db, drive, sought),
        )
