"""What one of the staff signs in by, and where they are signed in: their own page in the studio."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.people import sessions, web
from portal.people.accounts import audit, passkeys, presence
from portal.people.accounts.audit import What
from portal.people.consent.visitor import private
from portal.people.staff import factors, passwords
from portal.people.staff.guard import OWN_PAGE, current_staff, me, needs
from portal.people.staff.passwords import WeakPassword
from portal.people.staff.roles import Right
from portal.people.studio.forms import ChangePasswordForm
from portal.shared import clock
from portal.shared.problems import Problem

blueprint = Blueprint("own", __name__, url_prefix="/me")


@blueprint.get("")
@needs(Right.ENTER)
def show() -> Response:
    """Password, passkeys, app, recovery codes, sessions."""
    return _page(ChangePasswordForm())


@blueprint.post("/password")
@needs(Right.ENTER, fresh=True)
def update_password() -> Answer:
    """Change one's password; all other sessions end."""
    form, staff, now = ChangePasswordForm(request.form), current_staff(), clock.now()
    about = (*staff.email.replace("@", ".").split("."), *staff.name.split())
    try:
        passwords.check_strength(form.password.data or "", about=about)
    except WeakPassword as fault:
        form.password.errors = [str(fault)]
        return _page(form, 422)
    hashed = passwords.hash_password(form.password.data or "")
    with web.transaction() as db:
        passwords.set_password(db, staff_id=staff.id, hashed=hashed, now=now)
        sessions.end_sessions(db, account=me(), but=presence.this_session())
        audit.note(db, What.PASSWORD_SET, by=me(), session=presence.this_session(), now=now)
    return redirect(OWN_PAGE, 303)


@blueprint.post("/passkeys/remove")
@needs(Right.ENTER, fresh=True)
def destroy_passkey() -> Answer:
    """Remove one passkey, unless it is the last factor."""
    passkey_id, now = request.form.get("passkey", ""), clock.now()
    with web.transaction() as db:
        if passkeys.remove_passkey(db, account=me(), passkey_id=passkey_id):
            _keep_a_factor(factors.has_any(db, staff_id=current_staff().id))
            audit.note(db, What.PASSKEY_REMOVED, by=me(), about=passkey_id, session=presence.this_session(), now=now)
    return redirect(OWN_PAGE, 303)


@blueprint.post("/authenticator/remove")
@needs(Right.ENTER, fresh=True)
def destroy_authenticator() -> Answer:
    """Forget the app, unless it is the last factor."""
    with web.transaction() as db:
        if factors.remove_authenticator(db, staff_id=current_staff().id):
            _keep_a_factor(factors.has_any(db, staff_id=current_staff().id))
            audit.note(db, What.AUTHENTICATOR_REMOVED, by=me(), session=presence.this_session(), now=clock.now())
    return redirect(OWN_PAGE, 303)


@blueprint.post("/recovery-codes")
@needs(Right.ENTER, fresh=True)
def create_recovery_codes() -> Response:
    """Ten new ones, shown in this answer and nowhere else; the old ones open nothing any more."""
    keyring, now = web.keyring(), clock.now()
    with web.transaction() as db:
        codes = factors.make_recovery_codes(db, staff_id=current_staff().id, keyring=keyring, now=now)
        audit.note(db, What.CODES_MADE, by=me(), session=presence.this_session(), now=now)
    return private(render_template("factors/codes.html", codes=codes))


@blueprint.post("/sessions/end")
@needs(Right.ENTER)
def end_own_session() -> Answer:
    """Sign out elsewhere: in one session, or in all others where none is named."""
    handle, here = request.form.get("session", ""), presence.this_session()
    with web.transaction() as db:
        if handle:
            sessions.end_session(db, account=me(), handle=handle)
        else:
            sessions.end_sessions(db, account=me(), but=here)
        about = handle[:16] or "all others"
        audit.note(db, What.SESSION_ENDED, by=me(), about=about, session=here, now=clock.now())
    if handle == here:
        presence.leave()
        return redirect(url_for("sign_in.signed_out"), 303)
    return redirect(OWN_PAGE, 303)


def _keep_a_factor(has_any: bool) -> None:
    """Raised within the transaction, this takes back what was removed."""
    if not has_any:
        raise Problem(
            409,
            "That is the only second factor you have",
            "Add another one first, then remove this. It is still there.",
        )


def _page(form: ChangePasswordForm, status: int = 200) -> Response:
    staff = current_staff()
    with web.reading() as db:
        page = render_template(
            "studio/own/show.html",
            form=form,
            passkeys=passkeys.list_passkeys(db, account=me()),
            has_app=factors.has_authenticator(db, staff_id=staff.id),
            has_password=passwords.find_hash(db, staff_id=staff.id) is not None,
            codes_left=factors.count_recovery_codes(db, staff_id=staff.id),
            sessions=sessions.list_sessions(db, account=me(), now=clock.now()),
            here=presence.this_session(),
        )
    return private(page, status)
