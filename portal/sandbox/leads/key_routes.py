"""The page of keys, and the same for the sheet that every page of a drive holds."""

from typing import Any

from flask import Blueprint, current_app, get_template_attribute, render_template
from markupsafe import Markup

from portal.sandbox import web
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.shell import around
from portal.sandbox.leads.keys import Group, keys_of

blueprint = Blueprint("keys", __name__)


@blueprint.get("/keys")
def index() -> str:
    """What keys do, without scripts too."""
    with web.reading() as db:
        drive = open_drive(db)
        return render_template("keys/index.html", drive=around(db, drive))


@blueprint.app_context_processor
def sheet() -> dict[str, Any]:
    """The table of keys, for every page."""
    return {"key_groups": _groups, "key_sheet": _sheet}


def _groups() -> list[Group]:
    return keys_of({rule.rule for rule in current_app.url_map.iter_rules()})


def _sheet() -> Markup:
    """The table as it stands on every page; drawn once, since neither keys nor routes change while a process lives."""
    if _DRAWN not in current_app.extensions:
        current_app.extensions[_DRAWN] = get_template_attribute("macros/keys.html", "key_table")(_groups())
    drawn: Markup = current_app.extensions[_DRAWN]
    return drawn


_DRAWN = "sheet of keys"
