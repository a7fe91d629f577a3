"""The only place that reads from a request who acts and from where, and that answers whoever holds a secret link."""

from datetime import datetime

from flask import Response, make_response, request

from portal.people import web
from portal.people.consent.record import Act
from portal.shared import gpc
from portal.shared.networks import keyed, network_of


def act_of_visitor(*, key: str, now: datetime, means: str = "") -> Act:
    """The act behind this request; the address is that of the peer, behind as many proxies as the settings name."""
    return Act(
        at=now,
        key=key,
        peer=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent", "")[:300],
        locale=request.headers.get("Accept-Language", "")[:100],
        gpc=gpc.is_asked(),
        means=means,
    )


def private(page: str, status: int = 200) -> Response:
    """A page for the holder of the link alone: no cache keeps it, no search engine lists it."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def handed_in() -> bytes:
    """The file that somebody hands in to be checked (field `file`), or its text (field `text`); empty where neither."""
    file = request.files.get("file")
    return (file.read() if file else b"") or request.form.get("text", "").strip().encode()


def network_of_visitor() -> str:
    """The network behind this request, as a counter may keep it: never in the clear."""
    return keyed(network_of(request.remote_addr or ""), secret=web.settings().secret_keys[0])
