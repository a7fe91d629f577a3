"""The only place that draws a sign-up form into a page."""

from flask import Response, make_response, render_template
from markupsafe import Markup

from portal.people.consent.notices import Purpose, Wording
from portal.people.forms.forms import SignUpForm


def draw_boxes(wording: Wording, boxes: tuple[Purpose, ...], ticked: tuple[str, ...] = ()) -> Markup:
    """The part of a page that asks for consent; what is recorded as shown is this with nothing ticked."""
    page = render_template("consent/boxes.html", wording=wording, purposes=boxes, ticked=ticked)
    return Markup(page)  # noqa: S704  # our template


def form_page(template: str, form: SignUpForm, status: int = 200, **more: object) -> Response:
    """The page `template` with the form in it, as it was sent where it was."""
    boxes = draw_boxes(form.wording, form.boxes, tuple(purpose.box for purpose in form.ticked))
    return make_response(render_template(template, form=form, boxes=boxes, was_sent=status != 200, **more), status)
