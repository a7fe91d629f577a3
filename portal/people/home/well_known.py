"""What machines ask every site for, at addresses that others chose."""

from datetime import UTC, date, datetime, timedelta

from flask import Blueprint, Response, jsonify, request

from portal.people import web
from portal.people.home.entries import list_addresses, list_entries
from portal.people.home.feed import last_change, write_feed, write_site_map
from portal.shared import clock

blueprint = Blueprint("well_known", __name__)

GPC_SINCE = date(2026, 11, 26)  # the day on which what we say about it last changed
BEFORE_ALL = datetime(2026, 1, 1, tzinfo=UTC)  # the last change of a feed in which nothing is yet
SECURITY_GOOD_FOR = timedelta(days=180)  # RFC 9116 asks for less than a year
FOR_NOBODY_TO_LIST = (
    *("/account", "/api/", "/confirm/", "/opt-out/", "/preferences", "/receipts/", "/sign-in", "/sign-out"),
    *("/stop", "/studio/", "/why/"),
)


@blueprint.get("/.well-known/gpc.json")
def gpc() -> Response:
    """That Global Privacy Control is honoured here (its specification, section 3.3)."""
    return jsonify(gpc=True, lastUpdate=GPC_SINCE.isoformat())


@blueprint.get("/.well-known/security.txt")
def security() -> Response:
    """Whom to tell of a hole, and where it says what then happens (RFC 9116)."""
    url = web.settings().url
    until = (clock.now() + SECURITY_GOOD_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        "Contact: mailto:questions@customerhub.net",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {url}/.well-known/security.txt",
        f"Policy: {url}/questions#a-hole",
    )
    return _text(*lines)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Everything public is for search engines; what belongs to one person is not."""
    lines = (f"Disallow: {path}" for path in FOR_NOBODY_TO_LIST)
    return _text("User-agent: *", *lines, f"Sitemap: {web.settings().url}/sitemap.xml")


@blueprint.get("/feed.xml")
def feed() -> Response:
    """Webinars and tips, the newest first, for feed readers; unchanged, it is answered by a 304."""
    now = clock.now()
    with web.reading() as db:
        entries = list_entries(db, now=now)
    return _xml(write_feed(entries, url=web.settings().url, now=BEFORE_ALL), "atom", last_change(entries))


@blueprint.get("/sitemap.xml")
def site_map() -> Response:
    """Every page that search engines may list."""
    now = clock.now()
    with web.reading() as db:
        addresses = list_addresses(db, now=now)
    return _xml(write_site_map(addresses, url=web.settings().url), "xml", None)


def _xml(content: bytes, kind: str, changed_at: datetime | None) -> Response:
    answer = Response(content, content_type=f"application/{'atom+xml' if kind == 'atom' else 'xml'}; charset=utf-8")
    answer.last_modified = changed_at
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _text(*lines: str) -> Response:
    return Response("".join(f"{line}\n" for line in lines), mimetype="text/plain")
