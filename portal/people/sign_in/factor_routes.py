"""Adding a second factor: the first one on the way in, others while one is signed in; recovery codes, shown once."""

from datetime import datetime

import segno
from flask import Blueprint, Response, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.people import web
from portal.people.accounts import audit, passkeys, presence
from portal.people.accounts.audit import What
from portal.people.accounts.passkeys import NotProven, TooManyPasskeys
from portal.people.consent.visitor import private
from portal.people.sign_in import second_factor
from portal.people.sign_in.forms import AuthenticatorForm, PasskeyForm
from portal.people.sign_in.second_factor import NotBegun, Owing
from portal.people.staff import factors, members
from portal.people.staff.factors import WrongCode
from portal.people.staff.guard import OWN_PAGE
from portal.shared import clock
from portal.shared.problems import Problem

blueprint = Blueprint("factors", __name__, url_prefix="/sign-in/staff/factor")


@blueprint.errorhandler(NotBegun)
def begin_again(_fault: NotBegun) -> Answer:
    """Who has a factor shows it first, and who has shown nothing begins with a password."""
    account = web.signed_in()
    if account is not None and account.kind == "staff":
        return redirect(url_for("staff_sign_in.second", next=url_for("factors.new")), 303)
    return redirect(url_for("staff_sign_in.new"), 303)


@blueprint.get("")
def new() -> Response:
    """Both ways, side by side: a passkey, or an app that shows codes."""
    return _page(AuthenticatorForm())


@blueprint.post("/authenticator")
def create_authenticator() -> Answer:
    """Keep the app's secret, once a code proves that the app has it."""
    form, now, keyring = AuthenticatorForm(request.form), clock.now(), web.keyring()
    with web.reading() as db:
        owing = second_factor.who_may_add(db)
    staff_id = owing.account.id
    secret = factors.open_offer(form.offer.data or "", staff_id=staff_id, keyring=keyring)
    if secret is None or not form.validate():
        return _page(form, 422)
    handle = presence.this_session() or presence.new_handle()
    try:
        with web.transaction() as db:
            second_factor.who_may_add(db)
            factors.set_authenticator(
                db, staff_id=staff_id, secret=secret, code=form.code.data or "", keyring=keyring, now=now
            )
            audit.note(db, What.AUTHENTICATOR_SET, by=owing.account, session=handle, now=now)
            codes = _first_codes(db, owing, handle, now)
    except WrongCode:
        form.code.errors = ["That is not the code of now. Type the one that the app shows at this moment."]
        return _page(form, 422, secret=secret)
    return _go_on(owing, handle, codes)


@blueprint.post("/passkey/options")
def passkey_options() -> Response:
    """What the browser is asked to make."""
    try:
        with web.transaction() as db:
            owing = second_factor.who_may_add(db)
            options = passkeys.ask_for_new(
                db,
                account=owing.account,
                name=members.get_staff(db, staff_id=owing.account.id).email,
                url=web.settings().url,
                now=clock.now(),
            )
    except TooManyPasskeys as fault:
        raise Problem(409, "You have as many passkeys as anyone needs", "Remove one, then add the new one.") from fault
    return Response(options, mimetype="application/json")


@blueprint.post("/passkey")
def create_passkey() -> Answer:
    """Keep the passkey that the browser made."""
    form, now = PasskeyForm(request.form), clock.now()
    answer = form.credential.data or ""
    with web.reading() as db:
        owing = second_factor.who_may_add(db)
    handle = presence.this_session() or presence.new_handle()
    try:
        if not form.validate():
            raise NotProven
        with web.transaction() as db:
            challenge = passkeys.take_challenge(db, answer=answer, is_new=True, account=owing.account, now=now)
        with web.transaction() as db:
            second_factor.who_may_add(db)
            passkeys.add_passkey(
                db,
                answer=answer,
                challenge=challenge,
                account=owing.account,
                name=(form.passkey_name.data or "").strip() or "Passkey",
                url=web.settings().url,
                now=now,
            )
            audit.note(db, What.PASSKEY_ADDED, by=owing.account, session=handle, now=now)
            codes = _first_codes(db, owing, handle, now)
    except NotProven:
        return _page(AuthenticatorForm(), 422, is_refused=True)
    return _go_on(owing, handle, codes)


def _first_codes(db: Session, owing: Owing, handle: str, now: datetime) -> list[str]:
    """Recovery codes for who has none, and the word in the log that this signs somebody in."""
    if not owing.is_signed_in:
        audit.note(db, What.SIGNED_IN, by=owing.account, about="with a first factor", session=handle, now=now)
    if factors.count_recovery_codes(db, staff_id=owing.account.id):
        return []
    return factors.make_recovery_codes(db, staff_id=owing.account.id, keyring=web.keyring(), now=now)


def _go_on(owing: Owing, handle: str, codes: list[str]) -> Answer:
    """Sign in whom this was the last step for; codes are shown in this answer and nowhere else."""
    if owing.is_signed_in:
        presence.prove(clock.now())
    else:
        presence.arrive(owing.account, handle=handle, now=clock.now(), is_proven=True)
    if codes:
        return private(render_template("factors/codes.html", codes=codes))
    return redirect(OWN_PAGE, 303)


def _page(form: AuthenticatorForm, status: int = 200, *, secret: str = "", is_refused: bool = False) -> Response:
    keyring = web.keyring()
    with web.reading() as db:
        owing = second_factor.who_may_add(db)
        staff = members.get_staff(db, staff_id=owing.account.id)
    secret = secret or factors.new_secret()
    form.offer.data = factors.close_offer(secret, staff_id=staff.id, keyring=keyring)
    return private(
        render_template(
            "factors/new.html",
            form=form,
            passkey_form=PasskeyForm(),
            secret=secret,
            picture=_picture(factors.secret_address(secret, email=staff.email)),
            owing=owing,
            is_refused=is_refused,
        ),
        status,
    )


def _picture(address: str) -> Markup:
    """The QR code of an address, as a drawing in the page."""
    drawing = segno.make(address, error="m").svg_inline(scale=5, svgclass="qr", lineclass=None, border=2)
    return Markup(drawing)  # noqa: S704  # drawn by segno from what we made
