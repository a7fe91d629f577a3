"""Signing in and out: a link by mail for prospects, a passkey for everyone, a way to the staff's own page."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.people import web
from portal.people.accounts import audit, links, passkeys, presence
from portal.people.accounts.audit import What
from portal.people.accounts.links import LinkEnded, NoSuchLink, Purpose
from portal.people.accounts.models import Person
from portal.people.accounts.passkeys import NotProven
from portal.people.consent.visitor import act_of_visitor, private
from portal.people.sign_in import mail_link
from portal.people.sign_in.forms import AddressForm, PasskeyForm
from portal.shared import clock
from portal.shared.origins import own_path
from portal.shared.problems import Problem

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
def new() -> Answer:
    """The form; who is signed in already goes on."""
    if account := web.signed_in():
        return redirect(presence.HOME[account.kind], 303)
    return _page(AddressForm())


@blueprint.post("/sign-in")
def create() -> Answer:
    """Ask for a link. What follows is the same for every address."""
    form = AddressForm(request.form)
    if not form.validate():
        return _page(form, 422)
    now = clock.now()
    keyring = web.keyring()
    ask = mail_link.prepare(address=form.address, url=web.settings().url, keyring=keyring, now=now)
    with web.transaction() as db:
        mail_link.write(db, ask=ask, keyring=keyring, act=act_of_visitor(key=ask.link_id, now=now))
    return redirect(url_for("sign_in.asked"), 303)


@blueprint.get("/sign-in/sent")
def asked() -> str:
    """What to do next, whatever became of the mail."""
    return render_template("sign_in/asked.html")


@blueprint.get("/sign-in/link/<token>")
def link(token: str) -> Response:
    """Whom the button would sign in. Opening it, however often and by whatever, changes nothing."""
    try:
        with web.reading() as db:
            account = links.show_link(db, token=token, purpose=Purpose.SIGN_IN, now=clock.now())
            person = db.get(Person, account.id)
    except NoSuchLink as fault:
        raise _unknown_link() from fault
    except LinkEnded as ended:
        return _ended(ended)
    if person is None:
        raise _unknown_link()
    return private(render_template("sign_in/link.html", person=person))


@blueprint.post("/sign-in/link/<token>")
def create_by_link(token: str) -> Answer:
    """Sign in, once."""
    now, handle = clock.now(), presence.new_handle()
    try:
        with web.transaction() as db:
            account = links.use_link(db, token=token, purpose=Purpose.SIGN_IN, now=now)
            audit.note(db, What.SIGNED_IN, by=account, about="by a link", session=handle, now=now)
    except NoSuchLink as fault:
        raise _unknown_link() from fault
    except LinkEnded as ended:
        return _ended(ended)
    presence.arrive(account, handle=handle, now=now)
    return redirect(presence.HOME[account.kind], 303)


@blueprint.post("/sign-in/passkey/options")
def passkey_options() -> Response:
    """What the browser is asked to sign; whose passkey it uses, it says by the answer."""
    with web.transaction() as db:
        options = passkeys.ask_for_use(db, account=None, url=web.settings().url, now=clock.now())
    return Response(options, mimetype="application/json")


@blueprint.post("/sign-in/passkey")
def create_by_passkey() -> Answer:
    """Sign in by a passkey, a prospect or one of the staff, whose device has verified them."""
    form = PasskeyForm(request.form)
    answer, now, handle = form.credential.data or "", clock.now(), presence.new_handle()
    try:
        with web.transaction() as db:
            challenge = passkeys.take_challenge(db, answer=answer, is_new=False, account=None, now=now)
        with web.transaction() as db:
            account = passkeys.use_passkey(db, answer=answer, challenge=challenge, url=web.settings().url, now=now)
            audit.note(db, What.SIGNED_IN, by=account, about="by a passkey", session=handle, now=now)
    except NotProven:
        with web.transaction() as db:
            audit.note(db, What.REFUSED, by=None, about="passkey", now=now)
        return _page(AddressForm(), 422)
    presence.arrive(account, handle=handle, now=now, is_proven=account.kind == "staff")
    return redirect(own_path(form.next.data, default=presence.HOME[account.kind]), 303)


@blueprint.post("/sign-out")
def destroy() -> Answer:
    """Sign out; again is no different."""
    if account := web.signed_in():
        with web.transaction() as db:
            audit.note(db, What.SIGNED_OUT, by=account, session=presence.this_session(), now=clock.now())
    presence.leave()
    return redirect(url_for("sign_in.signed_out"), 303)


@blueprint.get("/sign-out")
def signed_out() -> Answer:
    """That nobody is signed in here any more, or the button that does it."""
    return private(render_template("sign_in/signed_out.html"))


def _page(form: AddressForm, status: int = 200) -> Response:
    after = own_path(request.values.get("next"), default="")
    is_refused = status == 422 and not form.errors
    return private(render_template("sign_in/new.html", form=form, after=after, is_refused=is_refused), status)


def _ended(ended: LinkEnded) -> Response:
    return private(render_template("sign_in/link_ended.html", is_used=ended.is_used), 410)


def _unknown_link() -> Problem:
    return Problem(
        404,
        "We do not know this link",
        "Open it again from the mail, whole and on one line, or ask for a new one under “Sign in”.",
    )
