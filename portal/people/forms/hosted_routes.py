"""The forms of `content/forms/` as pages of their own, and as frames in the pages of origins that each form names."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from portal.people import web
from portal.people.forms.catalog import WrittenForm, find_form, thanks_of
from portal.people.forms.embedding import frame_ancestors, may_stand_in
from portal.people.forms.entries import Entry
from portal.people.forms.forms import SignUpForm, empty_form, read_form
from portal.people.forms.intake import take_in
from portal.people.forms.pages import chosen_wording, form_page
from portal.shared.headers import content_policy
from portal.shared.keys import signer
from portal.shared.limits import TooManyTries
from portal.shared.problems import Problem, answer, wants_json

blueprint = Blueprint("hosted", __name__, url_prefix="/forms")


@blueprint.get("/<slug>")
def show(slug: str) -> Response:
    """The form on a page of ours."""
    written = _get_form(slug)
    return form_page("forms/show.html", empty_form(chosen_wording(written.wording), written=written), written=written)


@blueprint.post("/<slug>")
def create(slug: str) -> Answer:
    """Sign up on that page."""
    written = _get_form(slug)
    form = read_form(chosen_wording(written.wording), request.form, written=written)
    if refusal := form.refusal():
        return form_page("forms/show.html", form, refusal, written=written)
    take_in(form, entry=Entry(form=slug, way="page", answers=form.answers))
    return redirect(url_for("hosted.thanks", slug=slug), 303)


@blueprint.get("/<slug>/sent")
def thanks(slug: str) -> str:
    """What to do next, and the form's own words: the same page for everyone, whatever became of the mail."""
    return render_template("forms/asked.html", written=_get_form(slug), thanks=thanks_of(slug))


@blueprint.get("/<slug>/embed")
def show_frame(slug: str) -> Response:
    """The form alone, for a frame in somebody's page."""
    written = _get_form(slug)
    return _framed(written, _frame_page(written, empty_form(chosen_wording(written.wording), written=written)))


@blueprint.post("/<slug>/embed")
def create_in_frame(slug: str) -> Answer:
    """Sign up from within a frame."""
    written = _get_form(slug)
    form = read_form(chosen_wording(written.wording), request.form, written=written)
    if refusal := form.refusal():
        return _framed(written, _frame_page(written, form, refusal))
    take_in(form, entry=Entry(form=slug, way="frame", via=_read_within(written), answers=form.answers))
    return redirect(url_for("hosted.thanks_in_frame", slug=slug), 303)


@blueprint.get("/<slug>/embed/sent")
def thanks_in_frame(slug: str) -> Response:
    """The same words as `thanks`, within the frame."""
    written = _get_form(slug)
    page = render_template(
        "forms/framed_asked.html", written=written, thanks=thanks_of(slug).replace("<a ", Markup('<a target="_blank" '))
    )
    return _framed(written, make_response(page))


@blueprint.errorhandler(TooManyTries)
def held_up(limit: TooManyTries) -> Answer:
    """A sign-up that came too soon: the form as it was sent, with the time to wait."""
    written = find_form((request.view_args or {}).get("slug", ""))
    if wants_json() or written is None:
        return answer(limit)
    form = read_form(chosen_wording(written.wording), request.form, written=written)
    if request.endpoint == "hosted.create_in_frame":
        page = _framed(written, _frame_page(written, form, 429, held_up=limit))
    else:
        page = form_page("forms/show.html", form, 429, written=written, held_up=limit)
    page.headers["Retry-After"] = str(limit.retry_after)
    return page


@blueprint.get("/embed.js")
def loader() -> Response:
    """The few lines by which a page of somebody's frames a form and follows its height; it loads and reads no more."""
    response = Response(web.built("loader.js"), mimetype="text/javascript")
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _get_form(slug: str) -> WrittenForm:
    written = find_form(slug)
    if written is None:
        raise Problem(
            404, "There is no such form", "It may have been taken down. Check the address it was given under."
        )
    return written


def _frame_page(written: WrittenForm, form: SignUpForm, status: int = 200, **more: object) -> Response:
    return form_page("forms/framed.html", form, status, written=written, within=_within(written), **more)


def _framed(written: WrittenForm, page: Response) -> Response:
    """Let the origins that the form names, and no other, show this page in a frame; it needs no cookie."""
    page.headers["Content-Security-Policy"] = content_policy(frame_ancestors=frame_ancestors(written))
    page.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # a page that isolates itself may frame it too
    return page


def _within(written: WrittenForm) -> str:
    """The page around the frame, as the browser names it when it loads the form, signed until it is sent back."""
    if request.method == "POST":
        return request.form.get("within", "")[:500]
    around = (request.referrer or "").rstrip("/")  # by the frame's referrer policy an origin, with a slash
    return _signer(written).dumps(around) if may_stand_in(written, around) else ""


def _read_within(written: WrittenForm) -> str:
    try:
        return str(_signer(written).loads(request.form.get("within", "")))
    except BadSignature:
        return ""


def _signer(written: WrittenForm) -> URLSafeSerializer:
    return signer(web.settings().secret_keys, salt=f"page around {written.slug}")
