"""The only place that says in whose pages a form may stand, and from whose pages it may be posted to."""

from urllib.parse import urlsplit

from portal.people import web
from portal.people.forms.catalog import WrittenForm
from portal.shared.origins import is_loopback_http

_THIS_MACHINE = ("http://localhost:*", "http://127.0.0.1:*")


def may_stand_in(written: WrittenForm, origin: str) -> bool:
    """Whether pages of this origin may hold the form: those that it names, and in development those of this machine."""
    if origin in written.embed_origins:
        return True
    return web.settings().is_development and is_loopback_http(origin) and not urlsplit(origin).path


def frame_ancestors(written: WrittenForm) -> str:
    """The same for the content policy."""
    local = _THIS_MACHINE if web.settings().is_development else ()
    return " ".join(("'self'", *written.embed_origins, *local))
