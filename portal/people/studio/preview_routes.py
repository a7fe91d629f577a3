"""Pages of the site as they are, were or will be at a moment, to a reader: looked at, and nothing else."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from portal.people import web
from portal.people.consent.visitor import private
from portal.people.staff.guard import needs
from portal.people.staff.roles import Right
from portal.people.studio.previewing import (
    NOW,
    PAGES,
    READERS,
    ROOT,
    Reader,
    keep_inside,
    read_moment,
    root_of,
    written,
)
from portal.shared import clock
from portal.shared.problems import Problem, answer

blueprint = Blueprint("previews", __name__, url_prefix="/previews")


@blueprint.get("/")
@needs(Right.PREVIEW)
def index() -> Answer:
    """Go to a page (`page`) as of a moment (`at`), as a reader (`as`); without a page, choose these."""
    typed, slug, page = (request.args.get(name, "").strip() for name in ("at", "as", "page"))
    page = page.removeprefix(web.settings().url)  # as it is copied from the address bar
    at = read_moment(typed, now=clock.now())
    if not page or at is None:
        return _choice(page, typed, slug, is_wrong=at is None)
    if slug not in READERS or _find(page) is None:
        raise _no_preview()
    return redirect(root_of(at=written(at) if typed not in ("", NOW) else NOW, reader=slug) + page, 303)


@blueprint.get("/<at>/<reader>/")
@blueprint.get("/<at>/<reader>/<path:page>")
@needs(Right.PREVIEW)
def show(at: str, reader: str, page: str = "") -> Answer:
    """One page of the site, drawn by the view that draws it for visitors."""
    as_whom, moment = READERS.get(reader), read_moment(at, now=clock.now())
    found = _find(f"/{page}")
    if as_whom is None or moment is None or found is None:
        raise _no_preview()
    endpoint, arguments = found
    address = f"/{page}" + (f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else "")
    feature = endpoint.partition(".")[0]
    web.look_as(web.Preview(at=moment, account=as_whom.account, name=as_whom.name, page=address, feature=feature))
    try:
        drawn = make_response(current_app.view_functions[endpoint](**arguments))
    except Problem as problem:
        drawn = answer(problem)
    return _marked(drawn, root_of(at=at, reader=reader), as_whom)


@blueprint.post("/<at>/<reader>/<path:page>")
@needs(Right.PREVIEW)
def create(at: str, reader: str, page: str) -> Response:
    """What a previewed page would send: nothing comes of it."""
    raise Problem(409, "A preview sends nothing", "On the site this would have been taken in. Go back to look on.")


@blueprint.context_processor
def choices() -> dict[str, object]:
    """What the bar above every preview offers."""
    return {"readers": READERS.values(), "chosen": (request.view_args or {}).get("reader", "")}


def _choice(page: str, typed: str, slug: str, *, is_wrong: bool) -> Response:
    drawn = render_template("studio/previews/index.html", page=page, typed=typed, chosen=slug, is_wrong=is_wrong)
    return private(drawn, 422 if is_wrong else 200)


def _find(page: str) -> tuple[str, dict[str, str]] | None:
    """The view of a page of the site, with its arguments, if it can be previewed."""
    if not page.startswith("/") or page.startswith("//"):
        return None
    try:
        endpoint, arguments = current_app.url_map.bind("").match(urlsplit(page).path, method="GET")
    except (HTTPException, ValueError):
        return None
    return (endpoint, dict(arguments)) if endpoint in PAGES else None


def _marked(drawn: Response, root: str, reader: Reader) -> Response:
    """The answer as the studio alone may see it, which leads to other previews and cannot send anything to the site."""
    if drawn.mimetype == "text/html" and not drawn.direct_passthrough:
        drawn.set_data(keep_inside(drawn.get_data(as_text=True), root, is_page=lambda page: _find(page) is not None))
    if drawn.location and _find(drawn.location) is not None:
        drawn.location = root + drawn.location
    drawn.headers["Cache-Control"] = "private, no-store"
    drawn.headers["X-Robots-Tag"] = "noindex"
    drawn.headers["Content-Security-Policy"] = web.previewing_policy(ROOT, runs_scripts=reader.runs_scripts)
    return drawn


def _no_preview() -> Problem:
    return Problem(
        404,
        "There is no such preview",
        "The home page, webinars, tips and paths can be previewed. Choose one of them under Publications.",
    )
