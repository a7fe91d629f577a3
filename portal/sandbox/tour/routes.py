"""The tour's one address, and the card that every page of an open drive shows while it lasts."""

from typing import Any

from flask import Blueprint, redirect, request, session
from werkzeug.wrappers import Response as Answer

from portal.sandbox.drives.holding import open_drive
from portal.sandbox.tour.steps import STEPS
from portal.sandbox.web import transaction
from portal.shared.origins import own_path
from portal.shared.problems import Problem

blueprint = Blueprint("tour", __name__)

_STEP = "tour"  # in the session: the number of the step, counted from 1; 0 once it was left or ended


@blueprint.post("/tour")
def update() -> Answer:
    """Go to a step of the tour, or leave it."""
    with transaction() as db:
        open_drive(db)
    sent = request.form.get("step", "")
    if sent not in {str(number) for number in range(len(STEPS) + 1)}:
        raise Problem(400, "The tour has no such step", f"Its steps are 1 to {len(STEPS)}; 0 leaves it.")
    session[_STEP] = int(sent)
    if session[_STEP]:
        return redirect(STEPS[session[_STEP] - 1].page, 303)
    return redirect(own_path(request.form.get("back"), default="/leads"), 303)


@blueprint.app_context_processor
def card() -> dict[str, Any]:
    """The step that this browser is at; a drive that just began is the first."""
    number = session.get(_STEP, 1 if "started" in request.args else 0)
    if not number:
        return {"tour": None}
    return {
        "tour": {
            "number": number,
            "of": len(STEPS),
            "step": STEPS[number - 1],
            "after": number % len(STEPS) and number + 1,
        }
    }
