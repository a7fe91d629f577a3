"""The pages of our promises and of their proof."""

from functools import cache

from flask import Blueprint, render_template
from markupsafe import Markup

from portal.people.privacy.separation import find_last_check
from portal.people.web import reading
from portal.shared.environment import ROOT
from portal.shared.markdown import to_html

blueprint = Blueprint("privacy", __name__)


@blueprint.get("/privacy")
def index() -> str:
    """The policy in plain words."""
    return render_template("privacy/index.html", policy_html=_policy())


@blueprint.get("/privacy/separation")
def separation() -> str:
    """The newest separation check, line by line, with its age."""
    with reading() as db:
        return render_template("privacy/separation.html", result=find_last_check(db))


@cache
def _policy() -> Markup:
    return Markup(to_html((ROOT / "content" / "policy" / "privacy.md").read_text("utf-8")))  # noqa: S704  # cleaned by to_html
