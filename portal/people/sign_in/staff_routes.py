"""How staff sign in: a password, then a second factor; and the links by which they begin."""

from collections.abc import Callable

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer
from wtforms import Form

from portal.people import web
from portal.people.accounts import audit, links, passkeys, presence, tries
from portal.people.accounts.audit import What
from portal.people.accounts.links import LinkEnded, NoSuchLink, Purpose
from portal.people.accounts.passkeys import NotProven
from portal.people.accounts.tries import TooManyTries
from portal.people.consent.visitor import private
from portal.people.messages.addresses import address_hash
from portal.people.sign_in import second_factor
from portal.people.sign_in.forms import CodeForm, NewPasswordForm, PasskeyForm, PasswordForm
from portal.people.sign_in.second_factor import NotBegun, Owing
from portal.people.staff import factors, members, passwords
from portal.people.staff.factors import WrongCode
from portal.people.staff.members import NoSuchStaff
from portal.people.staff.models import Staff
from portal.people.staff.passwords import WeakPassword
from portal.shared import clock
from portal.shared.origins import own_path
from portal.shared.problems import Problem

blueprint = Blueprint("staff_sign_in", __name__, url_prefix="/sign-in/staff")

STUDIO = presence.HOME["staff"]


@blueprint.errorhandler(NotBegun)
def begin_again(_fault: NotBegun) -> Answer:
    """What was begun took too long, or was never begun."""
    return redirect(url_for("staff_sign_in.new"), 303)


@blueprint.get("")
def new() -> Response:
    """The first factor."""
    return _page("new", PasswordForm(next=request.args.get("next")))


@blueprint.post("")
def create() -> Answer:
    """Show the first factor. A wrong address and a wrong password are answered alike, and take as long."""
    form = PasswordForm(request.form)
    if not form.validate():
        return _page("new", form, 422)
    now = clock.now()
    about = (f"password:{address_hash(web.keyring(), channel='staff', address=form.address)}",)
    try:
        with web.transaction() as db:
            tries.count_try(db, about=about, now=now)
    except TooManyTries as wait:
        return _wait(form, wait, lambda status: _page("new", form, status))
    with web.reading() as db:
        staff = members.find_by_email(db, email=form.address)
        hashed = passwords.find_hash(db, staff_id=staff.id) if staff else None
        has_factor = staff is not None and factors.has_any(db, staff_id=staff.id)
    if not passwords.matches(hashed, form.password.data or "") or staff is None:
        with web.transaction() as db:
            audit.note(db, What.REFUSED, by=None, about="password", now=now)
        form.email.errors = ["Address or password is wrong. Check both, or ask an admin for a new link."]
        return _page("new", form, 422)
    rehashed = passwords.hash_password(form.password.data or "") if passwords.is_outdated(hashed or "") else None
    with web.transaction() as db:
        tries.forget_tries(db, about=about)
        if rehashed:
            passwords.set_password(db, staff_id=staff.id, hashed=rehashed, now=now)
    second_factor.begin(members.account_of(staff), now=now)
    after = own_path(form.next.data, default=STUDIO)
    return redirect(url_for("staff_sign_in.second" if has_factor else "factors.new", next=after), 303)


@blueprint.get("/second")
def second() -> Response:
    """The second factor: to be signed in, or again before what is dangerous."""
    return _second_page(second_factor.who_owes(), CodeForm(next=request.args.get("next")))


@blueprint.post("/second")
def create_second() -> Answer:
    """Show a code of the app, or a recovery code."""
    owing, form, now = second_factor.who_owes(), CodeForm(request.form), clock.now()
    if not form.validate():
        return _second_page(owing, form, 422)
    about = (f"code:{owing.account.id}", f"session:{owing.name}")
    try:
        with web.transaction() as db:
            tries.count_try(db, about=about, now=now)
    except TooManyTries as wait:
        return _wait(form, wait, lambda status: _second_page(owing, form, status))
    handle, keyring = presence.new_handle(), web.keyring()
    try:
        with web.transaction() as db:
            is_recovery = second_factor.use_typed(db, owing=owing, code=form.code.data or "", keyring=keyring, now=now)
            tries.forget_tries(db, about=about)
            how = "by password and recovery code" if is_recovery else "by password and code"
            _note_proof(db, owing, how, handle)
    except WrongCode:
        with web.transaction() as db:
            audit.note(db, What.REFUSED, by=None, about=f"code of {owing.account}", now=now)
        form.code.errors = [
            "That is not the code of now, or it was used before. Wait for the next one; recovery codes work once each."
        ]
        return _second_page(owing, form, 422)
    return _go_on(owing, handle, form.next.data)


@blueprint.post("/second/passkey/options")
def second_passkey_options() -> Response:
    """What one of this person's passkeys is asked to sign."""
    owing = second_factor.who_owes()
    with web.transaction() as db:
        options = passkeys.ask_for_use(db, account=owing.account, url=web.settings().url, now=clock.now())
    return Response(options, mimetype="application/json")


@blueprint.post("/second/passkey")
def create_second_by_passkey() -> Answer:
    """Show a passkey as the second factor; wrong codes before make nobody wait for it."""
    owing, form, now, handle = second_factor.who_owes(), PasskeyForm(request.form), clock.now(), presence.new_handle()
    answer = form.credential.data or ""
    try:
        with web.transaction() as db:
            challenge = passkeys.take_challenge(db, answer=answer, is_new=False, account=owing.account, now=now)
        with web.transaction() as db:
            if passkeys.use_passkey(db, answer=answer, challenge=challenge, url=web.settings().url, now=now) != (
                owing.account
            ):
                raise NotProven
            _note_proof(db, owing, "by password and passkey", handle)
    except NotProven:
        with web.transaction() as db:
            audit.note(db, What.REFUSED, by=None, about=f"passkey of {owing.account}", now=now)
        again = CodeForm(next=form.next.data)
        again.code.errors = ["That passkey did not work here. Try it once more, or type a code."]
        return _second_page(owing, again, 422)
    return _go_on(owing, handle, form.next.data)


@blueprint.get("/password/<token>")
def password(token: str) -> Response:
    """Whose password the link sets. It changes nothing."""
    try:
        staff = _staff_of_link(token, Purpose.PASSWORD)
    except LinkEnded as ended:
        return _ended(ended)
    return _page("password", NewPasswordForm(name=staff.name), staff=staff)


@blueprint.post("/password/<token>")
def create_password(token: str) -> Answer:
    """Set a password and begin anew: what was there to sign in by before, sessions included, is gone."""
    form, now = NewPasswordForm(request.form), clock.now()
    try:
        staff = _staff_of_link(token, Purpose.PASSWORD)
        if not _is_strong(form, staff.email):
            return _page("password", form, 422, staff=staff)
        hashed = passwords.hash_password(form.password.data or "")
        with web.transaction() as db:
            account = links.use_link(db, token=token, purpose=Purpose.PASSWORD, now=now)
            members.begin_anew(db, staff_id=account.id)
            members.get_staff(db, staff_id=account.id).name = (form.name.data or "").strip()
            passwords.set_password(db, staff_id=account.id, hashed=hashed, now=now)
            audit.note(db, What.PASSWORD_SET, by=account, about="by a link", now=now)
    except LinkEnded as ended:
        return _ended(ended)
    second_factor.begin(account, now=now)
    return redirect(url_for("factors.new"), 303)


@blueprint.get("/start/<token>")
def start(token: str) -> Response:
    """Whom the link that this machine printed would sign in. It changes nothing."""
    _only_in_development()
    try:
        staff = _staff_of_link(token, Purpose.START)
    except LinkEnded as ended:
        return _ended(ended)
    return private(render_template("staff_sign_in/start.html", staff=staff))


@blueprint.post("/start/<token>")
def create_by_start(token: str) -> Answer:
    """Sign in, once: whoever reads what this machine prints has the machine, which counts as the second factor."""
    _only_in_development()
    now, handle = clock.now(), presence.new_handle()
    try:
        _staff_of_link(token, Purpose.START)
        with web.transaction() as db:
            account = links.use_link(db, token=token, purpose=Purpose.START, now=now)
            audit.note(db, What.SIGNED_IN, by=account, about="by the link of this machine", session=handle, now=now)
    except LinkEnded as ended:
        return _ended(ended)
    presence.arrive(account, handle=handle, now=now, is_proven=True)
    return redirect(STUDIO, 303)


def _staff_of_link(token: str, purpose: Purpose) -> Staff:
    """For whom a link acts; raises LinkEnded, or a Problem where we do not know it."""
    try:
        with web.reading() as db:
            account = links.show_link(db, token=token, purpose=purpose, now=clock.now())
            return members.get_staff(db, staff_id=account.id)
    except (NoSuchLink, NoSuchStaff) as fault:
        raise Problem(
            404, "We do not know this link", "Copy it again, whole and on one line, or ask an admin for a new one."
        ) from fault


def _only_in_development() -> None:
    if not web.settings().is_development:
        raise Problem(404)


def _is_strong(form: NewPasswordForm, email: str) -> bool:
    if not form.validate():
        return False
    about = (*email.replace("@", ".").split("."), *(form.name.data or "").split())
    try:
        passwords.check_strength(form.password.data or "", about=about)
    except WeakPassword as fault:
        form.password.errors = [str(fault)]
        return False
    return True


def _note_proof(db: Session, owing: Owing, how: str, handle: str) -> None:
    if owing.is_signed_in:
        audit.note(db, What.PROVED_AGAIN, by=owing.account, about=how, session=presence.this_session(), now=clock.now())
    else:
        audit.note(db, What.SIGNED_IN, by=owing.account, about=how, session=handle, now=clock.now())


def _go_on(owing: Owing, handle: str, after: str | None) -> Answer:
    now = clock.now()
    if owing.is_signed_in:
        presence.prove(now)
    else:
        presence.arrive(owing.account, handle=handle, now=now, is_proven=True)
    return redirect(own_path(after, default=STUDIO), 303)


def _second_page(owing: Owing, form: CodeForm, status: int = 200) -> Response:
    with web.reading() as db:
        has_app = factors.has_authenticator(db, staff_id=owing.account.id)
        has_passkey = bool(passkeys.list_passkeys(db, account=owing.account))
    return _page("second", form, status, owing=owing, has_app=has_app, has_passkey=has_passkey)


def _page(name: str, form: Form, status: int = 200, **more: object) -> Response:
    return private(render_template(f"staff_sign_in/{name}.html", form=form, **more), status)


def _wait(form: PasswordForm | CodeForm, wait: TooManyTries, show: Callable[[int], Response]) -> Response:
    field = form.password if isinstance(form, PasswordForm) else form.code
    field.errors = [f"Too many wrong tries. Wait {_in_words(wait.seconds)}, then try again. A passkey works at once."]
    response = show(429)
    response.headers["Retry-After"] = str(wait.seconds)
    return response


def _in_words(seconds: int) -> str:
    if seconds < 90:
        return "one second" if seconds == 1 else f"{seconds} seconds"
    return f"{-(-seconds // 60)} minutes"


def _ended(ended: LinkEnded) -> Response:
    return private(render_template("staff_sign_in/link_ended.html", is_used=ended.is_used), 410)
