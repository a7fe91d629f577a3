"""The only place that draws a sign-up form into a page and takes in what it sent, whatever page it stands on."""

from flask import Response, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from portal.people import web
from portal.people.consent.notices import Wording
from portal.people.consent.record import Shown
from portal.people.consent.visitor import act_of_visitor
from portal.people.forms.forms import SignUpForm
from portal.people.forms.sign_up import Wish, prepare, write
from portal.shared import clock


def draw_boxes(wording: Wording, ticked: tuple[str, ...] = ()) -> Markup:
    """The part of a page that asks for consent; what is recorded as shown is this with nothing ticked."""
    return Markup(render_template("consent/boxes.html", wording=wording, ticked=ticked))  # noqa: S704  # our template


def form_page(template: str, form: SignUpForm, status: int = 200, **more: object) -> Response:
    """The page `template` with the form in it, as it was sent where it was."""
    boxes = draw_boxes(form.wording, tuple(purpose.box for purpose in form.ticked))
    return make_response(render_template(template, form=form, boxes=boxes, was_sent=status != 200, **more), status)


def take_in(form: SignUpForm, wish: Wish | None = None) -> Answer:
    """Sign up with a form that is in order; the same answer for everyone."""
    now = clock.now()
    keyring = web.keyring()
    sign_up = prepare(
        name=(form.name.data or "").strip(),
        typed=form.email.data or "",
        address=form.address,
        ticked=form.ticked,
        shown=Shown(page=request.path, wording=form.wording, form=draw_boxes(form.wording).encode()),
        wish=wish,
        url=web.settings().url,
        keyring=keyring,
        now=now,
        request_id=web.request_id(),
    )
    act = act_of_visitor(key=sign_up.opt_in_id, now=now)
    with web.transaction() as db:
        is_written = write(db, sign_up=sign_up, keyring=keyring, act=act)
    if is_written:
        web.count("sign-up")
    return redirect(url_for("forms.asked"), 303)
