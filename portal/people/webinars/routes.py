"""Pages of webinars, and their bytes."""

from http import HTTPStatus

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.wsgi import wrap_file

from portal.people.web import reading, settings, signed_in, transaction
from portal.people.webinars.asked import get_webinar, second_of
from portal.people.webinars.finding import find_said
from portal.people.webinars.library import find_media, list_webinars
from portal.people.webinars.media import read_part
from portal.people.webinars.watching import find_position, note_watched
from portal.people.webinars.written_down import as_text, as_webvtt
from portal.shared import clock
from portal.shared.problems import Problem, answer

blueprint = Blueprint("webinars", __name__)

_MEDIA_POLICY = "default-src 'none'; sandbox"


@blueprint.get("/webinars/")
def index() -> str:
    """All webinars, newest first."""
    with reading() as db:
        return render_template("webinars/index.html", webinars=list_webinars(db, now=clock.now()))


@blueprint.get("/webinars/<slug>")
def show(slug: str) -> Response:
    """One webinar; `?t=SECONDS` starts there, `?find=WORDS` marks who says them."""
    start = second_of(request.args.get("t", "0"))
    with reading() as db:
        webinar = get_webinar(db, slug)
        person_id = _find_watcher()
        left_at = find_position(db, person_id=person_id, slug=slug) if person_id else None
    start = min(start, int(webinar.seconds))
    return make_response(
        render_template(
            "webinars/show.html",
            webinar=webinar,
            start=start,
            current=webinar.line_at(start),
            found=find_said(webinar, request.args.get("find", "")),
            left_at=left_at or 0,
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


@blueprint.get("/media/<sha256>/<name>")
def media(sha256: str, name: str) -> Response:
    """The bytes of a file, by range: at most 1 MB an answer, so that a stalled viewer holds no worker."""
    with reading() as db:
        file = find_media(db, sha256)
    path = settings().media_folder / sha256
    if file is None or not path.is_file():
        raise Problem(404, "There is no such file", "Open the page again: it names the newest files.")
    asked = (
        request.range if request.range and request.range.units == "bytes" and len(request.range.ranges) == 1 else None
    )
    span = asked.range_for_length(file.size) if asked else None
    if asked and span is None:
        return _beyond(file.size)
    if span:
        start, stop = span
        body = read_part(path, start=start, stop=stop)
        response = Response(body, HTTPStatus.PARTIAL_CONTENT)
        response.headers["Content-Range"] = f"bytes {start}-{start + len(body) - 1}/{file.size}"
    else:
        # Without a range the server's own loop sends the file; no worker waits for it either.
        response = Response(wrap_file(request.environ, path.open("rb")), direct_passthrough=True)
        response.content_length = file.size
    response.headers["Content-Type"] = file.content_type
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = _MEDIA_POLICY
    response.set_etag(sha256)
    return response


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


def _beyond(size: int) -> Response:
    response = answer(Problem(416, "That part does not exist", f"The file has {size:,} bytes."))
    response.headers["Content-Range"] = f"bytes */{size}"
    return response
