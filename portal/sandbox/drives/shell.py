"""The only place that draws what stands around every page of an open drive: each part once for all that it shows."""

from flask import Flask, get_template_attribute, request
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import Frame, frame
from portal.sandbox.drives.lately import Lately
from portal.sandbox.drives.overlay import count_leads
from portal.sandbox.web import settings

_drawn: Lately[tuple[str, Frame, str, str], Markup] = Lately(2_000)

# They stand in a kept part for what each request has of its own; no text that was let in holds them.
_TOKEN = Markup("\x1e")
_BACK = "\x1f"


def use_shell(app: Flask) -> None:
    """Let every template draw a part of the shell by a macro of `shell.html`: `shell("bar_end", drive, token)`."""
    app.context_processor(lambda: {"shell": _part})


def around(db: Session, drive: Drive) -> Frame:
    """What the layout shows of the bound drive, on a page that does not count its leads itself."""
    return frame(db, drive, leads=count_leads(db, drive))


def _part(name: str, drive: Frame, token: Markup) -> Markup:
    key = (name, drive, request.blueprint or "", settings().learning_url)
    part = _drawn.find(key) or _drawn.keep(key, _draw(*key))
    here = request.full_path if request.query_string else request.path
    return part.replace(_TOKEN, token).replace(_BACK, escape(here))


def _draw(name: str, drive: Frame, blueprint: str, learning_url: str) -> Markup:
    drawn: Markup = get_template_attribute("shell.html", name)(drive, blueprint, _TOKEN, _BACK, learning_url)
    return drawn
