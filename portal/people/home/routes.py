"""The first page, and the one that says how to ask a question."""

import json
from functools import cache
from typing import Any

from flask import Blueprint, render_template

from portal.people.home.pictures import OF_THE_SITE
from portal.people.home.schema import graph_of_site
from portal.people.offers.places import find_open_offer
from portal.people.paths.library import list_paths, what_stands
from portal.people.pictures.library import find_picture
from portal.people.privacy.separation import find_last_check
from portal.people.web import as_of, reading, settings
from portal.people.webinars.library import list_webinars
from portal.shared.environment import ROOT

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def index() -> str:
    """One sentence, one button, and a look at what is here."""
    now = as_of()
    with reading() as db:
        webinars = list_webinars(db, now=now)
        return render_template(
            "home/index.html",
            glimpse=_glimpse(),
            webinar=webinars[0] if webinars else None,
            paths=list_paths(db, what_stands(db, now=now)),
            open_offer=find_open_offer(db, today=now.date()),
            separation=find_last_check(db),
            now=now,
            picture=find_picture(db, OF_THE_SITE),
            data=graph_of_site(settings().url),
        )


@blueprint.get("/questions")
def questions() -> str:
    """Where to ask, and what one gets."""
    return render_template("home/questions.html")


@cache
def _glimpse() -> dict[str, Any] | None:
    """Rows of the practice CRM as they were drawn at build time: this process asks the sandbox for nothing."""
    path = ROOT / "static" / "built" / "people" / "glimpse.json"
    found: dict[str, Any] | None = json.loads(path.read_text("utf-8")) if path.is_file() else None
    return found
