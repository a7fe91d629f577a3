"""Opting out: a link shows one button, a post acts, for people and for mail providers (RFC 8058) alike."""

from flask import Blueprint, Response, render_template, request

from portal.people import web
from portal.people.consent import opt_out as opting_out
from portal.people.consent.visitor import act_of_visitor, private
from portal.shared import clock, ids
from portal.shared.problems import Problem

blueprint = Blueprint("consent", __name__)

ONE_CLICK = "One-Click"


@blueprint.get("/opt-out/<token>")
def opt_out_page(token: str) -> Response:
    """The page with the one button. It changes nothing, whoever or whatever opens it."""
    with web.reading() as db:
        if opting_out.find_link(db, token=token) is None:
            raise _unknown()
    return private(render_template("consent/opt_out.html"))


@blueprint.post("/opt-out/<token>")
@web.even_when_full
def opt_out(token: str) -> Response:
    """Opt out; no cookie, no token of ours, no redirect, and the same answer however often it is sent."""
    act = act_of_visitor(key=ids.digest(token), now=clock.now())
    keyring = web.keyring()
    with web.transaction() as db:
        link = opting_out.find_link(db, token=token)
        if link is None:
            raise _unknown()
        opting_out.opt_out(db, link=link, keyring=keyring, act=act)
    web.count("opt-out")
    if request.form.get("List-Unsubscribe") == ONE_CLICK:
        return Response("Done. We will not write to this address again.\n", mimetype="text/plain")
    return private(render_template("consent/opted_out.html"))


def _unknown() -> Problem:
    return Problem(
        404,
        "We do not know this link",
        "Open it again from the message, whole and on one line. If it still fails, write to questions@customerhub.net "
        "and a person stops our messages for you.",
    )
