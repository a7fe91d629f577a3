"""What machines ask every site for, at addresses that others chose."""

from datetime import date, timedelta

from flask import Blueprint, Response, jsonify

from portal.people import web
from portal.shared import clock

blueprint = Blueprint("well_known", __name__)

GPC_SINCE = date(2026, 11, 26)  # the day on which what we say about it last changed
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
    return _text("User-agent: *", *(f"Disallow: {path}" for path in FOR_NOBODY_TO_LIST))


def _text(*lines: str) -> Response:
    return Response("".join(f"{line}\n" for line in lines), mimetype="text/plain")
