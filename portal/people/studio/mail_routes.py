"""Mail in the studio: what waits to leave, what keeps it, and what never could; it names nobody."""

from flask import Blueprint, Response, render_template
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.people import web
from portal.people.consent.restores import is_sending_held
from portal.people.consent.visitor import private
from portal.people.jobs import Job, find_silence
from portal.people.messages import obstacles
from portal.people.messages.models import Message, MessageState, Offering
from portal.people.outreach import runs
from portal.people.staff.guard import needs
from portal.people.staff.roles import Right
from portal.shared import clock

blueprint = Blueprint("mail", __name__, url_prefix="/mail")


@blueprint.get("")
@needs(Right.ENTER)
def show() -> Response:
    """How the mail stands, and what to do where it does not leave."""
    now = clock.now()
    with web.reading() as db:
        waiting = _count_waiting(db)
        return private(
            render_template(
                "studio/mail.html",
                waiting=waiting,
                found=obstacles.look(db),
                is_held=is_sending_held(db),
                silent_since=find_silence(db, job=Job.DELIVERY, now=now),
                going=runs.list_going(db, now=now),
            )
        )


def _count_waiting(db: Session) -> dict[str, int]:
    """How much waits that answers somebody's act, and how much that is an offer."""
    waits = Message.state.in_([MessageState.WAITING, MessageState.SENDING])
    kinds = dict(db.execute(select(Message.kind, func.count()).where(waits).group_by(Message.kind)).all())
    offers = sum(kinds.pop(kind.value, 0) for kind in Offering)
    return {"service": sum(kinds.values()), "offers": offers}
