"""The only place that keeps whole pages of lists: a visitor comes back to the same one from each of its leads."""

from collections.abc import Callable

from flask import request, session
from markupsafe import Markup

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.lately import Lately
from portal.sandbox.leads.lists import Asked
from portal.sandbox.leads.selection import selected
from portal.shared.ground import csrf_field

_MEGABYTE = 1_000_000
_pages: Lately[tuple[Drive, Asked, str], str] = Lately(40 * _MEGABYTE, weigh=len)

_TOKEN = Markup("\x1e")  # stands in a kept page for the token of each request; no text that was let in holds it


def kept_page(drive: Drive, asked: Asked, draw: Callable[[Callable[[], Markup]], str]) -> str:
    """The page of a list as it was drawn for this state of the drive, or drawn now.

    `draw` is told how its forms carry their token. What a session alone has (a selection, a word about the last act,
    the tour) is on no page that is kept.
    """
    if selected(drive) or session.get("_flashes") or session.get("tour") or "started" in request.args:
        return draw(csrf_field)
    key = (drive, asked, request.full_path)
    page = _pages.find(key) or _pages.keep(key, draw(lambda: _TOKEN))
    return page.replace(_TOKEN, csrf_field())
