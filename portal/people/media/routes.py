"""The address of media: the same bytes for everybody, for ever, and never by who asks."""

from http import HTTPStatus

import structlog
from flask import Blueprint, Flask, current_app, redirect, request
from werkzeug.wrappers import Response

from portal.people.media.bucket import LINK_IS_REUSED, Bucket
from portal.people.media.cookieless import CookieLess
from portal.people.media.delivering import by_range, handed_over, is_unchanged
from portal.people.media.faults import StoreAway
from portal.people.media.kinds import DOWNLOADS, TEXTS
from portal.people.media.library import Served, find_served
from portal.people.media.store import Store, open_store
from portal.people.web import database, settings
from portal.shared import clock
from portal.shared.problems import Problem, answer

blueprint = Blueprint("media", __name__)
log = structlog.get_logger()

POLICY = "default-src 'none'; sandbox"
FOREVER = "public, max-age=31536000, immutable"


def take_no_cookies(app: Flask) -> None:
    """No view, hook or session of `app` sees a cookie of who asks for media."""
    app.wsgi_app = CookieLess(app.wsgi_app, prefix="/media/")  # type: ignore[method-assign]


@blueprint.get("/media/<sha256>/<name>")
def show(sha256: str, name: str) -> Response:
    """The bytes of a file, under the names it was stored with."""
    served = find_served(database(), sha256=sha256, name=name)
    if served is None:
        raise NoSuchFile
    if is_unchanged(request, served):
        return _as_is(served, Response(status=HTTPStatus.NOT_MODIFIED))
    response = _deliver(served, _store())
    is_theirs = response.status_code < HTTPStatus.MULTIPLE_CHOICES
    return _as_is(served, response) if is_theirs else response


@blueprint.app_errorhandler(StoreAway)
def store_is_away(fault: StoreAway) -> Response:
    """Pages that need no file go on meanwhile."""
    log.error("media.away", error=str(fault))
    return answer(Problem(503, "Films and files are out of reach", "Try again in a few seconds. Nothing was lost."))


def _deliver(served: Served, store: Store) -> Response:
    if served.content_type in TEXTS:
        return Response(_found(store.read(served.sha256)))
    if isinstance(store, Bucket):
        return _lead_to(store.link(served, now=clock.now()))
    path = store.path(served.sha256)
    if not path.is_file():
        raise NoSuchFile
    if settings().media_accel:
        return handed_over(f"{settings().media_accel}{served.sha256}")
    return by_range(request, served, path)


def _lead_to(url: str) -> Response:
    """To the bucket, which answers for itself; the link ends long after what a browser remembers of this."""
    response = redirect(url, HTTPStatus.FOUND)
    response.headers["Cache-Control"] = f"public, max-age={int(LINK_IS_REUSED.total_seconds())}"
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _found(content: bytes | None) -> bytes:
    if content is None:
        raise NoSuchFile
    return content


class NoSuchFile(Problem):
    """Nothing lies under this hash and this name."""

    def __init__(self) -> None:
        super().__init__(404, "There is no such file", "Open the page again: it names the newest files.")


def _as_is(served: Served, response: Response) -> Response:
    """The headers of bytes that never change, and that do nothing in a browser but play or show."""
    response.headers["Content-Type"] = served.content_type
    if served.content_type in DOWNLOADS:
        response.headers["Content-Disposition"] = f'attachment; filename="{served.name}"'
    response.headers["Cache-Control"] = FOREVER
    response.headers["Content-Security-Policy"] = POLICY
    response.set_etag(served.sha256)
    return response


def _store() -> Store:
    """The store of this app, opened when it is first needed."""
    found: Store | None = current_app.extensions.get("media")
    if found is None:
        found = current_app.extensions["media"] = open_store(settings())
    return found
