"""The only place that draws a sign-up form into a page and takes in what it sent, whatever page it stands on."""

from flask import Response, make_response, render_template, request
from markupsafe import Markup

from portal.people import web
from portal.people.consent.notices import Purpose, Wording
from portal.people.consent.record import Shown
from portal.people.consent.visitor import act_of_visitor
from portal.people.forms.entries import Entry
from portal.people.forms.forms import SignUpForm
from portal.people.forms.proof import hold_without_proof
from portal.people.forms.sign_up import Wish, prepare, write
from portal.shared import clock


def draw_boxes(wording: Wording, boxes: tuple[Purpose, ...], ticked: tuple[str, ...] = ()) -> Markup:
    """The part of a page that asks for consent; what is recorded as shown is this with nothing ticked."""
    page = render_template("consent/boxes.html", wording=wording, purposes=boxes, ticked=ticked)
    return Markup(page)  # noqa: S704  # our template


def form_page(template: str, form: SignUpForm, status: int = 200, **more: object) -> Response:
    """The page `template` with the form in it, as it was sent where it was."""
    boxes = draw_boxes(form.wording, form.boxes, tuple(purpose.box for purpose in form.ticked))
    return make_response(render_template(template, form=form, boxes=boxes, was_sent=status != 200, **more), status)


def take_in(form: SignUpForm, *, entry: Entry | None = None, wish: Wish | None = None) -> None:
    """Sign up with a form that is in order. Raises TooManyTries, where too many came without a browser's proof."""
    hold_without_proof(form.altcha.data or "", secret_keys=web.settings().secret_keys)
    now = clock.now()
    keyring = web.keyring()
    sign_up = prepare(
        name=(form.name.data or "").strip(),
        typed=form.email.data or "",
        address=form.address,
        ticked=form.ticked,
        shown=Shown(page=request.path, wording=form.wording, form=draw_boxes(form.wording, form.boxes).encode()),
        entry=entry,
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
