"""The address of media: the same bytes for everybody, for ever, and never by who asks."""

from http import HTTPStatus

from flask import Blueprint, Flask, Response, current_app, request

from portal.people.media.cookieless import CookieLess
from portal.people.media.delivering import by_range, is_unchanged
from portal.people.media.kinds import DOWNLOADS, TEXTS
from portal.people.media.library import Served, find_served
from portal.people.media.store import Store, open_store
from portal.people.web import reading, settings
from portal.shared.problems import Problem

blueprint = Blueprint("media", __name__)

POLICY = "default-src 'none'; sandbox"
FOREVER = "public, max-age=31536000, immutable"


def take_no_cookies(app: Flask) -> None:
    """No view, hook or session of `app` sees a cookie of who asks for media."""
    app.wsgi_app = CookieLess(app.wsgi_app, prefix="/media/")  # type: ignore[method-assign]


@blueprint.get("/media/<sha256>/<name>")
def show(sha256: str, name: str) -> Response:
    """The bytes of a file, under the names it was stored with."""
    with reading() as db:
        served = find_served(db, sha256=sha256, name=name)
    if served is None:
        raise Problem(404, "There is no such file", "Open the page again: it names the newest files.")
    if is_unchanged(request, served):
        return _as_is(served, Response(status=HTTPStatus.NOT_MODIFIED))
    response = _deliver(served, _store())
    return response if response.status_code >= 400 else _as_is(served, response)


def _deliver(served: Served, store: Store) -> Response:
    path = store.path(served.sha256)
    if not path.is_file():
        raise Problem(404, "There is no such file", "Open the page again: it names the newest files.")
    if served.content_type in TEXTS:
        return Response(path.read_bytes())
    return by_range(request, served, path)


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
