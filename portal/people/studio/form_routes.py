"""Sign-up forms in the studio: where each may stand, what to copy, and the keys by which other systems post to it."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.people import web
from portal.people.accounts import audit, presence
from portal.people.accounts.audit import What
from portal.people.consent.visitor import private
from portal.people.forms import keys
from portal.people.forms.catalog import WrittenForm, find_form, forms
from portal.people.forms.keys import NameTaken, NoSuchKey
from portal.people.forms.snippets import snippets
from portal.people.staff import members
from portal.people.staff.guard import current_staff, needs
from portal.people.staff.roles import Right
from portal.people.studio.forms import FormKeyForm
from portal.shared import clock
from portal.shared.problems import Problem

blueprint = Blueprint("forms", __name__, url_prefix="/forms")


@blueprint.get("")
@needs(Right.ENTER)
def index() -> Response:
    """Every form, with its keys."""
    return _page()


@blueprint.post("/<slug>/keys")
@needs(Right.HAND_OUT_KEYS, fresh=True)
def create(slug: str) -> Answer:
    """Make a key. It is shown in this answer and nowhere else, ever."""
    written, form = _get_form(slug), FormKeyForm(request.form, prefix=slug)
    if not form.validate():
        return _page({slug: form}, 422)
    name, me, now = (form.name.data or "").strip(), members.account_of(current_staff()), clock.now()
    try:
        with web.transaction() as db:
            made = keys.make_key(db, form=slug, name=name, by=str(me), now=now)
            audit.note(db, What.FORM_KEY_MADE, by=me, about=made.id, session=presence.this_session(), now=now)
    except NameTaken:
        form.name.errors = [f"There is a key for {name} already. End it first, or give this one another name."]
        return _page({slug: form}, 422)
    return private(render_template("studio/form_key.html", written=written, name=name, token=made.token))


@blueprint.post("/<slug>/keys/end")
@needs(Right.HAND_OUT_KEYS, fresh=True)
def end(slug: str) -> Answer:
    """Let a key open nothing any more, at once; again is no different."""
    _get_form(slug)
    me, now = members.account_of(current_staff()), clock.now()
    try:
        with web.transaction() as db:
            ended = keys.end_key(db, form=slug, name=request.form.get("name", ""), by=str(me), now=now)
            audit.note(db, What.FORM_KEY_ENDED, by=me, about=ended, session=presence.this_session(), now=now)
    except NoSuchKey:
        pass  # somebody ended it a moment ago, which the page shows
    return redirect(url_for("studio.forms.index", _anchor=f"keys-{slug}"), 303)


def _get_form(slug: str) -> WrittenForm:
    written = find_form(slug)
    if written is None:
        raise Problem(404, "There is no such form", "Look at the list of forms again.")
    return written


def _page(typed: dict[str, FormKeyForm] | None = None, status: int = 200) -> Response:
    with web.reading() as db:
        listed = [
            (
                written,
                snippets(written, url=web.settings().url),
                keys.list_keys(db, form=slug),
                (typed or {}).get(slug) or FormKeyForm(prefix=slug),
            )
            for slug, written in forms().items()
        ]
        return private(render_template("studio/forms.html", listed=listed, names=members.names(db)), status)
