"""Pages of webinars."""

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from portal.people.pictures.library import find_picture
from portal.people.web import reading, settings, signed_in, transaction
from portal.people.webinars.asked import get_announced, get_webinar, second_of
from portal.people.webinars.finding import find_said
from portal.people.webinars.library import find_new_address, since_when
from portal.people.webinars.premiere import as_calendar
from portal.people.webinars.schema import graph_of
from portal.people.webinars.sharing import picture_of
from portal.people.webinars.watching import find_position, note_watched
from portal.people.webinars.written_down import as_text, as_webvtt
from portal.shared import clock
from portal.shared.problems import Problem

blueprint = Blueprint("webinars", __name__)


@blueprint.get("/webinars/<slug>")
def show(slug: str) -> Answer:
    """One webinar; `?t=SECONDS` starts there, `?find=WORDS` marks who says them. One taken off the site leads on."""
    start = second_of(request.args.get("t", "0"))
    with reading() as db:
        if new_address := find_new_address(db, slug, now=clock.now()):
            return redirect(new_address)
        webinar = get_announced(db, slug)
        person_id = _find_watcher()
        picture = find_picture(db, picture_of(webinar))
        left_at = find_position(db, person_id=person_id, slug=slug) if person_id else None
    if webinar.is_to_come(clock.now()):
        return make_response(render_template("webinars/announced.html", webinar=webinar, picture=picture))
    start = min(start, int(webinar.seconds))
    return make_response(
        render_template(
            "webinars/show.html",
            webinar=webinar,
            start=start,
            current=webinar.line_at(start),
            found=find_said(webinar, request.args.get("find", "")),
            left_at=left_at or 0,
            picture=picture,
            data=graph_of(webinar, url=settings().url, film=webinar.film),
        )
    )


@blueprint.get("/webinars/<slug>/transcript.txt")
def transcript(slug: str) -> Response:
    """All that is said, to read; downloaded."""
    with reading() as db:
        webinar = get_webinar(db, slug)
    return _file(as_text(webinar, url=_url(slug)), name=f"{slug}.txt", content_type="text/plain")


@blueprint.get("/webinars/<slug>/transcript.vtt")
def timed_transcript(slug: str) -> Response:
    """All that is said with its times, for other programs; downloaded."""
    with reading() as db:
        webinar = get_webinar(db, slug)
    return _file(as_webvtt(webinar, url=_url(slug)), name=f"{slug}.vtt", content_type="text/vtt")


@blueprint.get("/webinars/<slug>/premiere.ics")
def premiere(slug: str) -> Response:
    """When it is shown for the first time, as a file for calendars; only until then."""
    with reading() as db:
        webinar = get_announced(db, slug)
        told_at = since_when(db, slug, now=clock.now())
    if webinar.premiere_at is None or not webinar.is_to_come(clock.now()):
        raise Problem(404, "No premiere is to come", "The recording can be watched on its page, whenever you like.")
    calendar = as_calendar(webinar, begins_at=webinar.premiere_at, url=settings().url, told_at=told_at)
    return _file(calendar, name=f"{slug}.ics", content_type="text/calendar")


@blueprint.post("/webinars/<slug>/watched")
def watched(slug: str) -> Response:
    """Remember, for who is signed in, where in the recording they are (form field `position`, whole seconds)."""
    position = second_of(request.form.get("position", ""))
    person_id = _find_watcher()
    if person_id is None:
        raise Problem(
            403, "Nobody is signed in", "Sign in, and we remember where you stopped. Watching needs no account."
        )
    with transaction() as db:
        webinar = get_webinar(db, slug)
        note_watched(db, person_id=person_id, webinar=webinar, position=position, now=clock.now())
    return Response(status=204)


def _find_watcher() -> str | None:
    """The person who is signed in; staff watch as anybody does."""
    account = signed_in()
    return account.id if account and account.kind == "person" else None


def _url(slug: str) -> str:
    return f"{settings().url}/webinars/{slug}"


def _file(text: str, *, name: str, content_type: str) -> Response:
    response = Response(text, content_type=f"{content_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
