"""The only place that draws a sign-up form into a page."""

from functools import lru_cache

from flask import Response, make_response, render_template, request
from markupsafe import Markup

from portal.people.consent.notices import Purpose, Wording, list_wordings
from portal.people.forms.forms import SignUpForm


def chosen_wording(default: Wording) -> Wording:
    """The words that the visitor chose by the address (`?words=fr-CA`), for where they live; else the form's own."""
    code = request.args.get("words", "")
    if code in ("", default.code):
        return default
    return next((one for one in list_wordings(default.name) if one.code == code), default)


def draw_boxes(wording: Wording, boxes: tuple[Purpose, ...], ticked: tuple[str, ...] = ()) -> Markup:
    """The part of a page that asks for consent; what is recorded as shown is this with nothing ticked."""
    return _draw(wording, boxes, ticked) if ticked else _nothing_ticked(wording, boxes)


def form_page(template: str, form: SignUpForm, status: int = 200, **more: object) -> Response:
    """The page `template` with the form in it, as it was sent where it was."""
    boxes = draw_boxes(form.wording, form.boxes, tuple(purpose.box for purpose in form.ticked))
    words = [one for one in list_wordings(form.wording.name) if one.code != form.wording.code]
    more |= {"form": form, "boxes": boxes, "other_words": words, "was_sent": status != 200}
    return make_response(render_template(template, **more), status)


@lru_cache(maxsize=100)
def _nothing_ticked(wording: Wording, boxes: tuple[Purpose, ...]) -> Markup:
    """Drawn once, for the pages that show it and the records that keep it: it holds nothing of any request."""
    return _draw(wording, boxes, ())


def _draw(wording: Wording, boxes: tuple[Purpose, ...], ticked: tuple[str, ...]) -> Markup:
    page = render_template("consent/boxes.html", wording=wording, purposes=boxes, ticked=ticked)
    return Markup(page)  # noqa: S704  # our template
