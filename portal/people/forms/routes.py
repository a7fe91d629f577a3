"""Signing up for our messages, and the page that says what to do next."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.people.consent.notices import Wording, current_wording
from portal.people.forms.forms import SignUpForm, empty_form, read_form
from portal.people.forms.intake import take_in
from portal.people.forms.pages import chosen_wording, form_page
from portal.shared.limits import TooManyTries
from portal.shared.problems import answer, wants_json

blueprint = Blueprint("forms", __name__)


@blueprint.get("/sign-up")
def new() -> Response:
    """The form alone, for who wants our messages and no offer."""
    return _page(empty_form(_wording()))


@blueprint.post("/sign-up")
def create() -> Answer:
    """Sign up for our messages."""
    form = read_form(_wording(), request.form)
    if refusal := form.refusal():
        return _page(form, refusal)
    take_in(form)
    return redirect(url_for("forms.asked"), 303)


@blueprint.get("/sign-up/sent")
def asked() -> str:
    """What to do next: the same page for everyone, whatever became of the mail."""
    return render_template("forms/asked.html")


@blueprint.errorhandler(TooManyTries)
def held_up(limit: TooManyTries) -> Answer:
    """A sign-up that came too soon: the form as it was sent, with the time to wait."""
    if wants_json() or request.endpoint != "forms.create":
        return answer(limit)
    page = _page(read_form(_wording(), request.form), 429, held_up=limit)
    page.headers["Retry-After"] = str(limit.retry_after)
    return page


def _page(form: SignUpForm, status: int = 200, *, held_up: TooManyTries | None = None) -> Response:
    return form_page("forms/new.html", form, status, held_up=held_up)


def _wording() -> Wording:
    return chosen_wording(current_wording("sign-up"))
