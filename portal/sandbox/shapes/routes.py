"""The page on which a visitor's browser makes a shape of a file, and the drive that a shape opens."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.sandbox.drives.drive import start_drive
from portal.sandbox.drives.holding import hold, note_before
from portal.sandbox.drives.imports import note_import
from portal.sandbox.drives.private import count_private_scenarios
from portal.sandbox.shapes.invent import Inventor
from portal.sandbox.shapes.shape import PARTS, SIZES, NotAShape, read_shape
from portal.sandbox.shapes.storing import AT_A_TIME, add_lot, add_scenario
from portal.sandbox.web import count, reading, transaction
from portal.shared import clock, ids
from portal.shared.headers import content_policy
from portal.shared.problems import Problem

blueprint = Blueprint("shapes", __name__)

MOST_PRIVATE = 300  # scenarios at once; one of ten thousand leads takes some ten megabytes
# While a file is read, and after, the page can send its one form to us, and nothing else to anybody.
POLICY = content_policy(connect_src="'none'", worker_src="'self'")


@blueprint.get("/shapes")
def new() -> Answer:
    """Choose a file, see what would leave, send it."""
    return _render()


@blueprint.post("/shapes")
def create() -> Answer:
    """Invent leads in the columns of a shape, and open a drive on them."""
    sent, seed, now = request.form.get("shape", ""), _new_seed(), clock.now()
    try:
        shape = read_shape(sent)
        inventor = Inventor(shape, seed=seed, today=now.date())
        with reading() as db:
            _refuse_when_full(count_private_scenarios(db))
        with transaction() as db:
            scenario_id = add_scenario(db, shape, inventor.business, sent=sent, seed=seed, now=now)
    except NotAShape as fault:
        return _render(fault=str(fault), sent=sent, status=422)
    for lot in inventor.lots(AT_A_TIME):
        with transaction() as db:
            add_lot(db, scenario_id, lot)
    with transaction() as db:
        started = start_drive(db, scenario_id=scenario_id, now=now)
        note_import(db, started, name=shape.name, now=now)
    answer = make_response(redirect(url_for("leads.index", started=1), 303))
    count("drive-started")
    note_before(started.public_id)
    hold(answer, public_id=started.public_id, token=started.token)
    return answer


def _new_seed() -> str:
    """Letters alone: it is stored, and digits could read like somebody's number."""
    return ids.new_id().translate(str.maketrans("0123456789", "ABCDEFGHIJ"))


def _refuse_when_full(there: int) -> None:
    if there >= MOST_PRIVATE:
        raise Problem(
            503,
            "Very many shapes are being practiced with",
            "There is room again when the first of them end. Start from an invented business, or try again tomorrow.",
            retry_after=3600,
        )


def _render(*, fault: str = "", sent: str = "", status: int = 200) -> Answer:
    parts = [(part, words) for part, (words, _) in PARTS.items()]
    page = render_template("shapes/new.html", fault=fault, sent=sent, parts=parts, sizes=SIZES)
    answer = make_response(page, status)
    answer.headers["Content-Security-Policy"] = POLICY
    return answer
