"""The one way in: whatever page, frame or program a sign-up comes from, it is made ready and written here."""

from flask import request

from portal.people import web
from portal.people.consent.record import Shown
from portal.people.consent.visitor import act_of_visitor
from portal.people.forms.entries import Entry
from portal.people.forms.forms import SignUpForm
from portal.people.forms.pages import draw_boxes
from portal.people.forms.proof import hold_without_proof
from portal.people.forms.sign_up import SignUp, Wish, prepare, write
from portal.shared import clock


def take_in(form: SignUpForm, *, entry: Entry | None = None, wish: Wish | None = None) -> None:
    """Sign up with a form that is in order. Raises TooManyTries, where too many came without a browser's proof."""
    hold_without_proof(form.altcha.data or "", secret_keys=web.settings().secret_keys)
    around = f"a page of {entry.via}" if entry and entry.via else ""
    sign_up = make_ready(form, displayed_by=around, entry=entry, wish=wish)
    act = act_of_visitor(key=sign_up.opt_in_id, now=sign_up.at)
    keyring = web.keyring()
    with web.transaction(is_one_go=True) as db:
        is_written = write(db, sign_up=sign_up, keyring=keyring, act=act)
    if is_written:
        web.count("sign-up")


def make_ready(
    form: SignUpForm, *, displayed_by: str = "", entry: Entry | None = None, wish: Wish | None = None
) -> SignUp:
    """A sign-up ready to be written. What was shown is what the server knows, and nothing that was sent."""
    return prepare(
        name=(form.name.data or "").strip(),
        typed=form.email.data or "",
        address=form.address,
        ticked=form.ticked,
        shown=Shown(
            page=request.path,
            wording=form.wording,
            form=draw_boxes(form.wording, form.boxes).encode(),
            displayed_by=displayed_by,
        ),
        entry=entry,
        wish=wish,
        url=web.settings().url,
        keyring=web.keyring(),
        now=clock.now(),
        request_id=web.request_id(),
    )
