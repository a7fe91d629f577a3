"""Opting out: a link shows a button, a post acts, for people and for mail providers (RFC 8058) alike; or a code."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.people import web
from portal.people.consent import opt_out as opting_out
from portal.people.consent.forms import StopForm
from portal.people.consent.models import WayOutRow
from portal.people.consent.notices import purpose_title
from portal.people.consent.stopping import AddressNeeded, stop_by_code
from portal.people.consent.undo import offer_undo
from portal.people.consent.visitor import act_of_visitor, network_of_visitor, private
from portal.shared import clock, ids
from portal.shared.problems import Problem

blueprint = Blueprint("consent", __name__)

ONE_CLICK = "One-Click"


@blueprint.get("/opt-out/<token>")
def opt_out_page(token: str) -> Response:
    """The page with the button. It changes nothing, whoever or whatever opens it."""
    with web.reading() as db:
        way_out = opting_out.find_way_out(db, token=token)
    if way_out is None:
        raise _unknown_link()
    return private(render_template("consent/opt_out.html", token=token, title=_title(way_out)))


@blueprint.post("/opt-out/<token>")
@web.even_when_full
def opt_out(token: str) -> Response:
    """Opt out; no cookie, no token of ours, no redirect, and the same answer however often it is sent.

    Without `scope` it ends what the message was about, with `scope=all` everything on its channel.
    """
    act = act_of_visitor(key=ids.digest(token), now=clock.now(), means="the link in a message")
    is_for_all = request.form.get("scope") == "all"
    keyring = web.keyring()
    way_out = opting_out.peek_way_out(web.database(), token=token)
    if way_out is None:
        raise _unknown_link()
    with web.transaction(is_one_go=True) as db:
        taken_back = opting_out.opt_out(db, way_out=way_out, is_for_all=is_for_all, keyring=keyring, act=act)
    web.count("opt-out")
    if request.form.get("List-Unsubscribe") == ONE_CLICK:
        return Response("Done. We will not write to this address about it again.\n", mimetype="text/plain")
    title = "" if is_for_all else _title(way_out)
    offer = offer_undo(taken_back, person_id=way_out.person_id, secret_keys=web.settings().secret_keys, now=act.at)
    return private(render_template("consent/opted_out.html", token=token, title=title, offer=offer))


@blueprint.get("/stop")
def stop_page() -> str:
    """Where a stop-code is typed."""
    return render_template("consent/stop.html", form=StopForm())


@blueprint.post("/stop")
@web.even_when_full
def stop() -> Answer:
    """Stop what the message with this code was about; a right code and a wrong one are answered alike."""
    form = StopForm(request.form)
    if not form.validate():
        return Response(render_template("consent/stop.html", form=form), 422)
    act = act_of_visitor(key=ids.new_id(), now=clock.now(), means="a stop-code typed by hand")
    keyring = web.keyring()
    try:
        with web.transaction() as db:
            stopped = stop_by_code(db, typed=form.typed, network=network_of_visitor(), keyring=keyring, act=act)
    except AddressNeeded as fault:
        form.email.errors = [str(fault)]
        return Response(render_template("consent/stop.html", form=form), 422)
    if stopped:
        web.count("opt-out")
    return redirect(url_for("consent.stopped"), 303)


@blueprint.get("/stop/done")
def stopped() -> str:
    """The same for every code, so that nobody learns from it which ones are ours."""
    return render_template("consent/stopped.html")


def _unknown_link() -> Problem:
    return Problem(
        404,
        "We do not know this link",
        "Open it again from the message, whole and on one line, or type the message's stop-code at /stop. "
        "If it still fails, write to questions@customerhub.net and a person stops our messages for you.",
    )


def _title(way_out: WayOutRow) -> str:
    """What the message was about, in the words of our forms; empty where its way out ends everything."""
    return purpose_title(way_out.purpose) if way_out.purpose else ""
