"""Copies of the open drive: forks, checkpoints, and links that let a colleague open a copy."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.sandbox import web
from portal.sandbox.database import bind
from portal.sandbox.drives import copies
from portal.sandbox.drives.copies import MOST_CHECKPOINTS, Checkpoint, Shared, TooManyCheckpoints, Withdrawn
from portal.sandbox.drives.crowd import NoRoomForDrives, make_room
from portal.sandbox.drives.drive import Drive, Started, is_alive
from portal.sandbox.drives.holding import hold, open_drive, refuse_another
from portal.sandbox.drives.journal import TooManyRows
from portal.sandbox.drives.naming import NotAName, checked_name
from portal.sandbox.drives.telling import tell_next, twins_of
from portal.sandbox.scenarios.hours import DAY
from portal.shared import clock
from portal.shared.problems import Problem, answer

blueprint = Blueprint("copies", __name__)


@blueprint.post("/fork")
def fork() -> Answer:
    """A drive of its own with all that this one has, or one of its checkpoints; it is opened at once."""
    with web.transaction() as db:
        drive = open_drive(db)
        name = _name(drive) or _dated("Fork")
        source = request.form.get("checkpoint", "")
        copied, layer = (_checkpoint(db, drive, source).id, 0) if source else (drive.id, drive.layer)
        refuse_another(db)
        make_room(db, most=web.settings().most_drives, now=clock.now())
        started = copies.fork(db, copied, layer=layer, name=name, now=clock.now())
    flash(name, "forked")
    return _opened(started)


@blueprint.post("/checkpoints")
def create() -> Answer:
    """Keep the drive as it is now, under a name."""
    with web.transaction() as db:
        drive = open_drive(db)
        made = _make(db, drive, name=_name(drive) or _dated("Checkpoint"))
    flash(made.name, "checkpoint")
    return _to_checkpoints()


@blueprint.post("/checkpoints/<public_id>/back")
def go_back(public_id: str) -> Answer:
    """Let the drive be as it was then, in one act that Undo takes back."""
    with web.transaction() as db:
        drive = open_drive(db)
        checkpoint = _checkpoint(db, drive, public_id)
        copies.go_back(db, drive, checkpoint, now=clock.now())
    flash(f"Went back to “{checkpoint.name}”", "done")
    return redirect(url_for("leads.index"), 303)


@blueprint.post("/checkpoints/<public_id>/drop")
def destroy(public_id: str) -> Answer:
    """Let go of a checkpoint, for good."""
    with web.transaction() as db:
        drive = open_drive(db)
        checkpoint = _checkpoint(db, drive, public_id)
        copies.drop_checkpoint(db, drive, checkpoint)
    flash(checkpoint.name, "checkpoint-dropped")
    return _to_checkpoints()


@blueprint.post("/checkpoints/<public_id>/share")
def share(public_id: str) -> Answer:
    """Let a link open copies of a checkpoint."""
    with web.transaction() as db:
        drive = open_drive(db)
        _share(db, drive, _checkpoint(db, drive, public_id))
    return _to_checkpoints()


@blueprint.post("/share")
def share_now() -> Answer:
    """A link to the drive as it is at this moment, in one press."""
    with web.transaction() as db:
        drive = open_drive(db)
        _share(db, drive, _make(db, drive, name=_name(drive) or _dated("Shared")))
    return _to_checkpoints()


@blueprint.post("/checkpoints/<public_id>/withdraw")
def withdraw(public_id: str) -> Answer:
    """Close the link of a checkpoint."""
    with web.transaction() as db:
        drive = open_drive(db)
        checkpoint = _checkpoint(db, drive, public_id)
        copies.withdraw(db, drive, checkpoint)
    flash(checkpoint.name, "withdrawn")
    return _to_checkpoints()


@blueprint.get("/shared/<code>")
def show(code: str) -> str:
    """What a link opens a copy of; it changes nothing."""
    with web.reading() as db:
        shared = _shared(db, code)
        rows = copies.count_rows_of(db, shared.id)
    return render_template("copies/show.html", shared=shared, rows=rows, day=shared.clock // DAY + 1)


@blueprint.post("/shared/<code>")
def take(code: str) -> Answer:
    """A copy of it, for this browser."""
    with web.transaction() as db:
        refuse_another(db)
        shared = _shared(db, code)
        make_room(db, most=web.settings().most_drives, now=clock.now())
        started = copies.fork(db, shared.id, name=shared.name, now=clock.now())
    flash(shared.name, "forked")
    return _opened(started)


@blueprint.app_errorhandler(NotAName)
def unnamed(fault: NotAName) -> Response:
    """A name that cannot be one."""
    return answer(Problem(422, "That name cannot be used", str(fault), fields={"name": str(fault)}))


@blueprint.app_errorhandler(TooManyCheckpoints)
def too_many(_: TooManyCheckpoints) -> Response:
    """As many checkpoints as a drive may have."""
    return answer(
        Problem(
            409,
            f"This test drive has {MOST_CHECKPOINTS} checkpoints, as many as one can",
            "Nothing was changed. Delete one in the settings of this drive, then try again.",
        )
    )


@blueprint.app_errorhandler(TooManyRows)
def full(fault: TooManyRows) -> Response:
    """A drive that has grown as large as one may, or would by this act."""
    room = "It has no room left" if not fault.left else f"It has room for {fault.left:,} more"
    return answer(
        Problem(
            409,
            "This test drive is full" if not fault.left else "That is too much for this test drive",
            f"A test drive holds {fault.have + fault.left:,} rows of its own, and that would be {fault.wanted:,} more. "
            f"{room}. Nothing was changed just now. Narrow what you chose, undo something, reset this drive, or start "
            "another one.",
        )
    )


@blueprint.app_errorhandler(NoRoomForDrives)
def crowded(_: NoRoomForDrives) -> Response:
    """As many drives as the operator allows, all in use."""
    return answer(
        Problem(
            503,
            "Every test drive is taken just now",
            "Nothing was started, and nothing was lost. Some end by themselves every few minutes: try again a little "
            "later. Test drives that you have already go on as they are.",
            retry_after=600,
        )
    )


def _to_checkpoints() -> Answer:
    return redirect(url_for("settings.index", _anchor="checkpoints"), 303)


def _opened(started: Started) -> Answer:
    to = make_response(redirect(url_for("leads.index"), 303))
    hold(to, public_id=started.public_id, token=started.token)
    return to


def _make(db: Session, drive: Drive, *, name: str) -> Checkpoint:
    return copies.make_checkpoint(db, drive, name=name, now=clock.now())


def _share(db: Session, drive: Drive, checkpoint: Checkpoint) -> None:
    secret = web.settings().secret_keys[-1]  # the oldest, which a rotation takes away last
    copies.share(db, drive, checkpoint, secret=secret, now=clock.now())
    flash(checkpoint.name, "shared")


def _checkpoint(db: Session, drive: Drive, public_id: str) -> Checkpoint:
    checkpoint = copies.find_checkpoint(db, drive, public_id)
    if checkpoint is None:
        raise Problem(404, "This test drive has no such checkpoint", "Those that it has are listed in its settings.")
    return checkpoint


def _shared(db: Session, code: str) -> Shared:
    try:
        shared = copies.find_shared(db, code)
    except Withdrawn as fault:
        raise Problem(
            410, "This link was withdrawn", "Ask whoever sent it for another one, or start a test drive of your own."
        ) from fault
    if shared is None:
        raise Problem(404, "This link opens nothing", "Check that it is whole, or ask whoever sent it for another one.")
    bind(db, shared.owner)
    if not is_alive(db, shared.owner, now=clock.now()):
        raise Problem(
            410,
            "The test drive behind this link has ended",
            "A link lives as long as the test drive that it was made in. Start one of your own.",
        )
    return shared


def _name(drive: Drive) -> str:
    """The name that was typed, if one was; the page that follows says whom a twin took the place of in it."""
    name = checked_name(request.form.get("name", ""), twins=twins_of(drive))
    tell_next("", name.swaps)
    return name.text


def _dated(word: str) -> str:
    now = clock.now()
    return f"{word}, {now:%B} {now.day}, {now:%H:%M} UTC"
