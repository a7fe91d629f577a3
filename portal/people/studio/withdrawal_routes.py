"""Saying no for a person who asked us to; there is no page that says yes for one."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.people import web
from portal.people.accounts import audit, presence
from portal.people.accounts.audit import What
from portal.people.consent.notices import purpose_titles
from portal.people.consent.on_behalf import How, withdraw_for
from portal.people.consent.visitor import act_of_visitor, private
from portal.people.staff.guard import current_staff, needs
from portal.people.staff.members import account_of
from portal.people.staff.roles import Right
from portal.people.studio.forms import WithdrawalForm
from portal.shared import clock, ids

blueprint = Blueprint("withdrawals", __name__, url_prefix="/withdrawals")


@blueprint.get("")
@needs(Right.WITHDRAW)
def index() -> Response:
    """Whom to stop writing to, about what, and how they asked for it."""
    return _page(_form())


@blueprint.post("")
@needs(Right.WITHDRAW)
def create() -> Answer:
    """Say no; the answer is the same whether or not we know the address."""
    form = _form(is_sent=True)
    if not form.validate():
        return _page(form, 422)
    me, keyring = account_of(current_staff()), web.keyring()
    act = act_of_visitor(key=ids.new_id(), now=clock.now())
    with web.transaction() as db:
        hashed = withdraw_for(
            db,
            address=form.address,
            purpose=form.purpose.data or None,
            how=How(form.how.data),
            by=str(me),
            keyring=keyring,
            act=act,
        )
        audit.note(db, What.WITHDREW, by=me, about=hashed, session=presence.this_session(), now=act.at)
    return redirect(url_for("studio.withdrawals.index", done="yes"), 303)


def _form(*, is_sent: bool = False) -> WithdrawalForm:
    form = WithdrawalForm(request.form if is_sent else None)
    form.purpose.choices = [("", "Everything"), *purpose_titles().items()]
    return form


def _page(form: WithdrawalForm, status: int = 200) -> Response:
    is_done = request.args.get("done") == "yes"
    return private(render_template("studio/withdrawals.html", form=form, is_done=is_done and status == 200), status)
