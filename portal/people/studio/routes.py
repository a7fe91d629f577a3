"""The studio: its first page, the audit log, and who works here. Everything in it stands behind one guard."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.people import sessions, web
from portal.people.accounts import audit, presence
from portal.people.accounts.audit import What
from portal.people.attention.studio_routes import blueprint as attention
from portal.people.consent.visitor import private
from portal.people.outreach.routes import blueprint as outreach
from portal.people.staff import guard, members
from portal.people.staff.guard import find_current_staff, me, needs
from portal.people.staff.members import Invited, LastAdmin, NoSuchStaff
from portal.people.staff.roles import RIGHTS, Right, Role
from portal.people.studio import overview
from portal.people.studio.form_routes import blueprint as form_keys
from portal.people.studio.forms import InvitationForm
from portal.people.studio.list_routes import blueprint as lists
from portal.people.studio.mail_routes import blueprint as mail
from portal.people.studio.own_routes import blueprint as own
from portal.people.studio.preview_routes import blueprint as previews
from portal.people.studio.publication_routes import blueprint as publications
from portal.people.studio.withdrawal_routes import blueprint as withdrawals
from portal.people.webhooks.routes import blueprint as webhooks
from portal.shared import clock
from portal.shared.paging import page_number
from portal.shared.problems import Problem

blueprint = Blueprint("studio", __name__, url_prefix="/studio")

blueprint.before_request(guard.require_staff)
blueprint.register_blueprint(attention)
blueprint.register_blueprint(own)
blueprint.register_blueprint(publications)
blueprint.register_blueprint(previews)
blueprint.register_blueprint(outreach)
blueprint.register_blueprint(mail)
blueprint.register_blueprint(lists)
blueprint.register_blueprint(form_keys)
blueprint.register_blueprint(withdrawals)
blueprint.register_blueprint(webhooks)


@blueprint.context_processor
def names() -> dict[str, object]:
    """What the studio's own frame shows."""
    staff = find_current_staff()
    return {"staff": staff, "rights": RIGHTS[Role(staff.role)], "Right": Right} if staff else {}


@blueprint.get("/")
@needs(Right.ENTER)
def index() -> Response:
    """What is public, and what needs work."""
    with web.reading() as db:
        return private(render_template("studio/index.html", now=overview.look(db, now=clock.now())))


@blueprint.get("/log")
@needs(Right.READ_LOG)
def log() -> Response:
    """The audit log, page by page, the newest entry first."""
    with web.reading() as db:
        page = audit.read_page(db, number=page_number())
        return private(render_template("studio/log.html", page=page, names=members.names(db)))


@blueprint.get("/staff")
@needs(Right.MANAGE_STAFF)
def staff() -> Response:
    """Who works here, with which role."""
    return _staff_page(InvitationForm())


@blueprint.post("/staff")
@needs(Right.MANAGE_STAFF, fresh=True)
def create_staff() -> Response:
    """Add someone, or let who is there begin anew in the role that was chosen; the link is shown once."""
    form, now = InvitationForm(request.form), clock.now()
    if not form.validate():
        return _staff_page(form, 422)
    with web.transaction() as db:
        invited = members.invite(db, email=form.address, role=Role(form.role.data), by=str(me()), now=now)
        what = What.STAFF_ADDED if invited.is_new else What.STAFF_INVITED
        audit.note(db, what, by=me(), about=invited.staff.id, session=presence.this_session(), now=now)
    return _staff_page(InvitationForm(), invited=invited)


@blueprint.post("/staff/<staff_id>/begin-anew")
@needs(Right.MANAGE_STAFF, fresh=True)
def begin_anew(staff_id: str) -> Response:
    """A new link for who lost a password or a factor, shown once."""
    now = clock.now()
    try:
        with web.transaction() as db:
            invited = members.invite_again(db, staff_id=staff_id, now=now)
            audit.note(db, What.STAFF_INVITED, by=me(), about=staff_id, session=presence.this_session(), now=now)
    except NoSuchStaff as fault:
        raise _nobody() from fault
    return _staff_page(InvitationForm(), invited=invited)


@blueprint.post("/staff/<staff_id>/end-sessions")
@needs(Right.MANAGE_STAFF)
def end_sessions(staff_id: str) -> Answer:
    """Sign someone out everywhere, at once."""
    now = clock.now()
    try:
        with web.transaction() as db:
            account = members.account_of(members.get_staff(db, staff_id=staff_id))
            sessions.end_sessions(db, account=account)
            audit.note(db, What.SESSION_ENDED, by=me(), about=staff_id, session=presence.this_session(), now=now)
    except NoSuchStaff as fault:
        raise _nobody() from fault
    return redirect(url_for("studio.staff"), 303)


@blueprint.post("/staff/<staff_id>/leave")
@needs(Right.MANAGE_STAFF, fresh=True)
def take_out(staff_id: str) -> Answer:
    """Someone works here no more."""
    try:
        with web.transaction() as db:
            members.take_out(db, staff_id=staff_id, by=me(), now=clock.now())
    except NoSuchStaff as fault:
        raise _nobody() from fault
    except LastAdmin as fault:
        raise Problem(
            409, "Somebody has to manage the staff", "Make someone else an admin first. Nothing was changed."
        ) from fault
    return redirect(url_for("studio.staff"), 303)


def _nobody() -> Problem:
    return Problem(404, "Nobody like that works here", "They may have left. Look at the list again.")


def _staff_page(form: InvitationForm, status: int = 200, *, invited: Invited | None = None) -> Response:
    link = f"{web.settings().url}/sign-in/staff/password/{invited.token}" if invited else ""
    with web.reading() as db:
        page = render_template(
            "studio/staff.html", form=form, listed=members.list_staff(db), invited=invited, link=link, rights_of=RIGHTS
        )
    return private(page, status)
