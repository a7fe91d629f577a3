"""The only place that answers with the bytes of a file in the media folder: a part of it, or all of it."""

from http import HTTPStatus
from pathlib import Path

from flask import Request, Response
from werkzeug.wsgi import wrap_file

from portal.people.media.library import Served
from portal.shared.problems import Problem, answer

MOST_BYTES_AN_ANSWER = 1_000_000


def is_unchanged(request: Request, served: Served) -> bool:
    """Whether the client says that it has these bytes; compressed ones carry the same tag with a mark behind it."""
    tags = request.if_none_match
    return tags.star_tag or any(tag.partition(":")[0] == served.sha256 for tag in tags.as_set())


def by_range(request: Request, served: Served, path: Path) -> Response:
    """The part that is asked for, at most 1 MB of it, so that a stalled viewer holds no worker; else the whole file."""
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1 or not _is_of_this(request, served):
        return _whole(request, served, path)
    span = asked.range_for_length(served.size)
    if span is None:
        return _beyond(served.size)
    start, stop = span
    stop = min(stop, start + MOST_BYTES_AN_ANSWER)
    body = b"" if request.method == "HEAD" else _read(path, start, stop)
    response = Response(body, HTTPStatus.PARTIAL_CONTENT)
    response.content_length = stop - start
    response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{served.size}"
    response.headers["Accept-Ranges"] = "bytes"
    return response


def handed_over(place: str) -> Response:
    """To nginx, which sends the file from its own disk, by range too, with the type and the caching said here."""
    response = Response()
    response.headers["X-Accel-Redirect"] = place
    return response


def _is_of_this(request: Request, served: Served) -> bool:
    """Whether the client goes on with these bytes (If-Range), and not with others that it once had from here."""
    going_on = request.if_range
    if going_on.date is not None:
        return False  # we tell no date, so whatever it has is not from us
    return going_on.etag is None or going_on.etag == served.sha256


def _whole(request: Request, served: Served, path: Path) -> Response:
    """Without a range the server's own loop sends the file; no worker waits for it either."""
    if request.method == "HEAD":
        response = Response()
    else:
        response = Response(wrap_file(request.environ, path.open("rb")), direct_passthrough=True)
    response.content_length = served.size
    response.headers["Accept-Ranges"] = "bytes"
    return response


def _read(path: Path, start: int, stop: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(stop - start)


def _beyond(size: int) -> Response:
    response = answer(Problem(416, "That part does not exist", f"The file has {size:,} bytes."))
    response.headers["Content-Range"] = f"bytes */{size}"
    return response
