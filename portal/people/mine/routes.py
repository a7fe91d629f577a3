"""One's own account: looking, taking back, forgetting, and signing out elsewhere. For prospects who are signed in."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.people import sessions, web
from portal.people.accounts import audit, passkeys, presence
from portal.people.accounts.audit import What
from portal.people.accounts.passkeys import NotProven, TooManyPasskeys
from portal.people.accounts.persons import lock_person
from portal.people.consent import opt_out
from portal.people.consent.agreed import list_agreed
from portal.people.consent.visitor import act_of_visitor, private
from portal.people.forms import entries
from portal.people.mine import new_passkey
from portal.people.paths import progress
from portal.people.sessions import Account
from portal.people.sign_in.forms import NameForm, PasskeyForm
from portal.people.webinars.watching import forget_watched, list_watched
from portal.shared import clock, ids
from portal.shared.problems import Problem

blueprint = Blueprint("mine", __name__, url_prefix="/account")

blueprint.before_request(presence.require_person)


@blueprint.get("")
def show() -> Response:
    """Everything of one's own on one page."""
    return _page(NameForm(name=presence.current_person().name), PasskeyForm())


@blueprint.post("/name")
def update_name() -> Answer:
    """Be called otherwise."""
    form = NameForm(request.form)
    if not form.validate():
        return _page(form, PasskeyForm(), 422)
    with web.transaction() as db:
        person = lock_person(db, person_id=_me().id)
        if person is not None:
            person.name = (form.name.data or "").strip()
    return _back("your-name")


@blueprint.post("/consents/withdraw")
def withdraw() -> Answer:
    """Take back one purpose on one channel, at once."""
    line = (request.form.get("purpose", ""), request.form.get("channel", ""))
    act = act_of_visitor(key=ids.new_id(), now=clock.now())
    keyring = web.keyring()
    with web.transaction() as db:
        opt_out.withdraw(db, person_id=_me().id, line=line, keyring=keyring, act=act)
    return _back("agreed")


@blueprint.post("/told/forget")
def forget_answer() -> Answer:
    """Forget what was told in one field of a form."""
    with web.transaction() as db:
        entries.forget_answer(db, person_id=_me().id, field=request.form.get("field", ""))
    return _back("your-name")


@blueprint.post("/watched/forget")
def forget() -> Answer:
    """Forget one webinar, or everything watched where none is named."""
    with web.transaction() as db:
        forget_watched(db, person_id=_me().id, slug=request.form.get("webinar") or None)
    return _back("watched")


@blueprint.post("/paths/forget")
def forget_path() -> Answer:
    """Forget the progress on one path, or on all where none is named."""
    with web.transaction() as db:
        progress.forget(db, person_id=_me().id, slug=request.form.get("slug") or None)
    return _back("paths")


@blueprint.post("/passkeys/options")
def passkey_options() -> Response:
    """What the browser is asked to make."""
    email = presence.current_person().email
    try:
        with web.transaction() as db:
            options = passkeys.ask_for_new(db, account=_me(), name=email, url=web.settings().url, now=clock.now())
    except TooManyPasskeys as fault:
        raise Problem(409, "You have as many passkeys as anyone needs", "Remove one, then add the new one.") from fault
    return Response(options, mimetype="application/json")


@blueprint.post("/passkeys")
def create_passkey() -> Answer:
    """Keep the passkey that the browser made; its owner gets a mail about it."""
    form, person, now = PasskeyForm(request.form), presence.current_person(), clock.now()
    if not form.validate():
        return _page(NameForm(name=person.name), form, 422)
    credential, keyring = form.credential.data or "", web.keyring()
    try:
        with web.transaction() as db:
            challenge = passkeys.take_challenge(db, answer=credential, is_new=True, account=_me(), now=now)
        answer = new_passkey.Answer(
            credential=credential, challenge=challenge, name=(form.passkey_name.data or "").strip() or "Passkey"
        )
        with web.transaction() as db:
            new_passkey.add(
                db,
                person=person,
                answer=answer,
                url=web.settings().url,
                keyring=keyring,
                act=act_of_visitor(key=ids.new_id(), now=now),
                session=presence.this_session(),
            )
    except NotProven:
        form.passkey_name.errors = ["The browser made no passkey that works here. Try once more, or on another device."]
        return _page(NameForm(name=person.name), form, 422)
    return _back("passkeys")


@blueprint.post("/passkeys/remove")
def destroy_passkey() -> Answer:
    """Remove one passkey; a link by mail still signs one in."""
    passkey_id, now = request.form.get("passkey", ""), clock.now()
    with web.transaction() as db:
        if passkeys.remove_passkey(db, account=_me(), passkey_id=passkey_id):
            audit.note(db, What.PASSKEY_REMOVED, by=_me(), about=passkey_id, session=presence.this_session(), now=now)
    return _back("passkeys")


@blueprint.post("/sessions/end")
def end_session() -> Answer:
    """Sign out elsewhere: in one session, or in all others where none is named."""
    handle, here, now = request.form.get("session", ""), presence.this_session(), clock.now()
    with web.transaction() as db:
        if handle:
            sessions.end_session(db, account=_me(), handle=handle)
        else:
            sessions.end_sessions(db, account=_me(), but=here)
        audit.note(db, What.SESSION_ENDED, by=_me(), about=handle[:16] or "all others", session=here, now=now)
    if handle == here:
        presence.leave()
        return redirect(url_for("sign_in.signed_out"), 303)
    return _back("sessions")


def _me() -> Account:
    return Account("person", presence.current_person().id)


def _back(part: str) -> Answer:
    return redirect(url_for("mine.show", _anchor=part), 303)


def _page(name_form: NameForm, passkey_form: PasskeyForm, status: int = 200) -> Response:
    person, keyring = presence.current_person(), web.keyring()
    with web.reading() as db:
        page = render_template(
            "mine/show.html",
            person=person,
            name_form=name_form,
            passkey_form=passkey_form,
            agreed=list_agreed(db, person_id=person.id, keyring=keyring),
            watched=list_watched(db, person_id=person.id, now=clock.now()),
            walked=progress.list_walked(db, person_id=person.id, now=clock.now()),
            passkeys=passkeys.list_passkeys(db, account=_me()),
            told=entries.list_answers(db, person_id=_me().id),
            sessions=sessions.list_sessions(db, account=_me(), now=clock.now()),
            here=presence.this_session(),
        )
    return private(page, status)
