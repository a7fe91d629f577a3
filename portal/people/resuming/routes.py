"""Pages and posts of going on by a code: it is made, typed, shown with its places, and forgotten."""

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.people.consent.visitor import private
from portal.people.resuming import codes
from portal.people.resuming.forms import CodeForm
from portal.people.web import reading, settings, transaction
from portal.people.webinars.asked import get_webinar, second_of
from portal.shared import clock
from portal.shared.problems import Problem

blueprint = Blueprint("resuming", __name__)

_MOST_PLACES = 100


@blueprint.get("/webinars/resume")
def index() -> str:
    """Where a code is typed, or asked for. Nothing is kept, here or in the browser, before it is."""
    return render_template("resuming/index.html", form=CodeForm(), is_forgotten="forgotten" in request.args)


@blueprint.post("/webinars/resume")
def start() -> Answer:
    """Go on by a code that was typed."""
    form = CodeForm(request.form)
    if not form.validate():
        return Response(render_template("resuming/index.html", form=form, is_forgotten=False), 422)
    code = codes.read_code(form.code.data or "")
    try:
        with transaction() as db:
            codes.use_code(db, code=code, keys=settings().secret_keys, now=clock.now())
    except codes.NoSuchCode:
        form.code.errors = ["We know no such code. Read it again, or get a new one below: codes end after 90 days."]
        return Response(render_template("resuming/index.html", form=form, is_forgotten=False), 422)
    return redirect(url_for("resuming.show", code=code), 303)


@blueprint.post("/webinars/resume/codes")
def create() -> Answer:
    """A new code; the field `places` brings along what the browser remembers: `slug:seconds slug:seconds …`."""
    brought = [one.rpartition(":") for one in request.form.get("places", "").split()[:_MOST_PLACES]]
    places = {slug: second_of(seconds) for slug, _, seconds in brought}
    with transaction() as db:
        code = codes.make_code(db, places=places, keys=settings().secret_keys, now=clock.now())
    return redirect(url_for("resuming.show", code=code), 303)


@blueprint.get("/webinars/resume/<code>")
def show(code: str) -> Response:
    """The code, and where its holder stopped."""
    try:
        with reading() as db:
            places = codes.list_places(db, code=code, keys=settings().secret_keys, now=clock.now())
    except codes.NoSuchCode as fault:
        raise _unknown() from fault
    return private(render_template("resuming/show.html", code=code, written=codes.written(code), places=places))


@blueprint.get("/webinars/resume/<code>/<slug>.json")
def place(code: str, slug: str) -> Response:
    """Where the holder of the code stopped in one webinar, for its player: `position` in seconds, or null."""
    try:
        with reading() as db:
            position = codes.find_place(db, code=code, slug=slug, keys=settings().secret_keys, now=clock.now())
    except codes.NoSuchCode as fault:
        raise _unknown() from fault
    answer = jsonify(position=position)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/webinars/resume/<code>/<slug>")
def update(code: str, slug: str) -> Response:
    """Remember where in the recording the holder of the code is (form field `position`, whole seconds)."""
    keys, now = settings().secret_keys, clock.now()
    try:
        with transaction() as db:
            codes.use_code(db, code=code, keys=keys, now=now)  # who holds none learns nothing else
            position, webinar = second_of(request.form.get("position", "")), get_webinar(db, slug)
            codes.note_place(db, code=code, webinar=webinar, position=position, keys=keys, now=now)
    except codes.NoSuchCode as fault:
        raise _unknown() from fault
    return Response(status=204)


@blueprint.post("/webinars/resume/<code>/forget")
def destroy(code: str) -> Answer:
    """Forget the code and its places, at once and for good; the same again leads to the same page."""
    with transaction() as db:
        codes.forget_code(db, code=code, keys=settings().secret_keys)
    return redirect(url_for("resuming.index", forgotten=""), 303)


def _unknown() -> Problem:
    return Problem(404, "We know no such code", "Type it anew at /webinars/resume, or get another: codes end unused.")
