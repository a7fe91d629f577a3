"""The preference centre, by signing in or by a message's link; and the page that says why a message came.

Every view but `why` has two addresses, one for each. Whatever says no works on a full disk and is never limited.
"""

from datetime import timedelta
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.people import web
from portal.people.consent import choices, undo
from portal.people.consent.asked_last import asked_last
from portal.people.consent.choices import Kind
from portal.people.consent.history import read_history
from portal.people.consent.notices import Wording, list_wordings
from portal.people.consent.opt_out import stop_everything
from portal.people.consent.record import Act
from portal.people.consent.suppression import Cause
from portal.people.consent.visitor import act_of_visitor, private
from portal.people.forms.pages import chosen_wording, draw_boxes
from portal.people.messages.channels import CHANNELS, NAMES
from portal.people.preferences import asking
from portal.people.preferences.grid import read_grid
from portal.people.preferences.holder import Holder, find_holder, get_way_out, require_holder
from portal.people.preferences.reasons import find_reason
from portal.people.preferences.saving import save
from portal.shared import clock, ids
from portal.shared.paging import page_number
from portal.shared.problems import Problem

blueprint = Blueprint("preferences", __name__)
blueprint.before_request(require_holder)

PAUSES = (30, 90)  # days
MOST_A_MONTH = (1,)


@blueprint.get("/preferences")
@blueprint.get("/preferences/<token>")
def show(token: str | None = None) -> Response:
    """Everything on one page: the grid, a pause, how often, the objection, the history."""
    now, keyring = clock.now(), web.keyring()
    offer = request.args.get("said", "")
    with web.reading() as db:
        holder = find_holder(db, token=token)
        if holder.person is None:
            return private(render_template("preferences/erased.html", token=token))
        person = holder.person
        may_undo = undo.may_undo(offer, person_id=person.id, secret_keys=web.settings().secret_keys, now=now)
        page = render_template(
            "preferences/show.html",
            holder=holder,
            channels=[(channel, NAMES[channel]) for channel in CHANNELS],
            rows=read_grid(db, person=person, keyring=keyring),
            chosen=choices.read_choices(db, person_id=person.id),
            history=read_history(db, person_id=person.id, keyring=keyring, number=page_number()),
            pauses=PAUSES,
            offer=offer if may_undo else "",
            done=request.args.get("done", ""),
            now=now,
        )
    return private(page)


@blueprint.post("/preferences")
@blueprint.post("/preferences/<token>")
@web.even_when_full
def update(token: str | None = None) -> Answer:
    """Save the grid: a no holds at once; for a new yes the exact words come next."""
    act, keyring = _act("your preferences"), web.keyring()
    with web.transaction() as db:
        holder = find_holder(db, token=token)
        saved = save(db, person=holder.known, chosen=request.form, keyring=keyring, act=act)
        offer = _offer(holder, saved.taken_back, act)
    done = "elsewhere" if saved.elsewhere else "saved"
    if saved.to_ask:
        told = [("said", offer)] + [("done", done)] * bool(saved.elsewhere)
        return redirect(f"{holder.base}/ask?{urlencode([('box', box) for box in saved.to_ask] + told)}", 303)
    return _back(holder, done, offer)


@blueprint.post("/preferences/stop")
@blueprint.post("/preferences/<token>/stop")
@web.even_when_full
def stop(token: str | None = None) -> Answer:
    """Stop everything, on every channel, by one press."""
    act, keyring = _act("“Stop everything” in your preferences"), web.keyring()
    with web.transaction() as db:
        holder = find_holder(db, token=token)
        taken_back = stop_everything(db, person=holder.known, cause=Cause.OPT_OUT, keyring=keyring, act=act)
        offer = _offer(holder, taken_back, act)
    web.count("opt-out")
    return _back(holder, "stopped", offer)


@blueprint.post("/preferences/object")
@blueprint.post("/preferences/<token>/object")
@web.even_when_full
def object_to_all(token: str | None = None) -> Answer:
    """Object to all marketing (GDPR, article 21): everything stops, and the objection stands as a record."""
    act, keyring = _act("an objection to all marketing"), web.keyring()
    with web.transaction() as db:
        holder = find_holder(db, token=token)
        choices.choose(db, person_id=holder.known.id, kind=Kind.OBJECTION, act=act)
        taken_back = stop_everything(db, person=holder.known, cause=Cause.OBJECTION, keyring=keyring, act=act)
        offer = _offer(holder, taken_back, act)
    web.count("opt-out")
    return _back(holder, "objected", offer)


@blueprint.post("/preferences/pause")
@blueprint.post("/preferences/<token>/pause")
def pause(token: str | None = None) -> Answer:
    """Be left alone for a while; `days=0` ends that."""
    act = _act("your preferences")
    with web.transaction() as db:
        holder = find_holder(db, token=token)
        days = _number("days", (0, *PAUSES))
        ends_at = act.at + timedelta(days=days)
        choices.choose(db, person_id=holder.known.id, kind=Kind.PAUSE, ends_at=ends_at, act=act)
    return _back(holder, "paused" if days else "unpaused")


@blueprint.post("/preferences/frequency")
@blueprint.post("/preferences/<token>/frequency")
def frequency(token: str | None = None) -> Answer:
    """Get at most so many messages a month; `most=0` as many as the notices promise at most."""
    with web.transaction() as db:
        holder = find_holder(db, token=token)
        most = _number("most", (0, *MOST_A_MONTH)) or None
        act = _act("your preferences")
        choices.choose(db, person_id=holder.known.id, kind=Kind.FREQUENCY, most=most, act=act)
    return _back(holder, "saved")


@blueprint.post("/preferences/undo")
@blueprint.post("/preferences/<token>/undo")
def undo_no(token: str | None = None) -> Answer:
    """Take an accidental no back, in the browser that said it, for ten minutes."""
    act, keyring = _act("undoing a no within ten minutes"), web.keyring()
    try:
        with web.transaction() as db:
            holder = find_holder(db, token=token)
            undo.undo(
                db,
                offer=request.form.get("said", ""),
                person_id=holder.known.id,
                keyring=keyring,
                secret_keys=web.settings().secret_keys,
                act=act,
            )
    except undo.CannotUndo as fault:
        raise Problem(
            409,
            "That cannot be undone any more",
            "A no can be taken back for ten minutes, as long as nothing else was said. It holds. To get our messages "
            "again, choose “Yes” in your preferences and confirm it by the mail that we send.",
        ) from fault
    return _back(holder, "undone")


@blueprint.get("/preferences/ask")
@blueprint.get("/preferences/<token>/ask")
def ask_page(token: str | None = None) -> Response:
    """The exact words of what was chosen, none of them ticked."""
    with web.reading() as db:
        holder = find_holder(db, token=token)
        return _ask_page(holder, _wording(db, holder))


@blueprint.post("/preferences/ask")
@blueprint.post("/preferences/<token>/ask")
def ask(token: str | None = None) -> Answer:
    """Ask: a mail goes out, and its button confirms."""
    keyring, settings = web.keyring(), web.settings()
    with web.reading() as db:
        holder = find_holder(db, token=token)
        wording = _wording(db, holder)
    try:
        with web.transaction() as db:
            asking.ask(
                db,
                person=find_holder(db, token=token).known,
                sent=request.form,
                wording=wording,
                boxes=asking.wanted(wording, request.form.getlist("box")),
                url=settings.url,
                keyring=keyring,
                request_id=web.request_id(),
                act=_act("your preferences"),
            )
    except asking.NothingTicked:
        return _ask_page(
            holder, wording, 422, problem="Tick what you want to get, or leave the page: nothing was changed."
        )
    except asking.WordsChanged:
        return _ask_page(
            holder, wording, 409, problem="The words have changed since you opened this page. Read them once more."
        )
    except asking.AskedToday:
        return _ask_page(
            holder,
            wording,
            409,
            problem="We have mailed you a link in the last day and send no second one so soon. What you ticked now is "
            "not written down. Use that link, or come back tomorrow.",
        )
    web.count("sign-up")
    return _back(holder, "asked")


@blueprint.get("/why/<token>")
def why(token: str) -> Response:
    """Why this message came, with the stop beside it."""
    keyring = web.keyring()
    with web.reading() as db:
        reason = find_reason(db, way_out=get_way_out(db, token=token), keyring=keyring)
        return private(render_template("preferences/why.html", reason=reason, token=token))


def _act(means: str) -> Act:
    return act_of_visitor(key=ids.new_id(), now=clock.now(), means=means)


def _offer(holder: Holder, taken_back: list[str], act: Act) -> str:
    return undo.offer_undo(taken_back, person_id=holder.known.id, secret_keys=web.settings().secret_keys, now=act.at)


def _back(holder: Holder, done: str, offer: str = "") -> Answer:
    said = {"done": done} | ({"said": offer} if offer else {})
    return redirect(f"{holder.base}?{urlencode(said)}", 303)


def _number(name: str, allowed: tuple[int, ...]) -> int:
    sent = request.form.get(name, "")
    for number in allowed:
        if sent == str(number):
            return number
    raise Problem(400, "That cannot be chosen", "Go back to your preferences and press one of the buttons there.")


def _wording(db: Session, holder: Holder) -> Wording:
    """The words of the law and the language in which they were asked last, or those they choose now."""
    last = asked_last(db, person_id=holder.known.id, keyring=web.keyring())
    return chosen_wording(last.wording("sign-up"))


def _ask_page(holder: Holder, wording: Wording, status: int = 200, *, problem: str = "") -> Response:
    boxes = asking.wanted(wording, request.values.getlist("box"))
    page = render_template(
        "preferences/ask.html",
        holder=holder,
        boxes=boxes,
        drawn=draw_boxes(wording, boxes),
        wording=wording,
        other_words=[one for one in list_wordings(wording.name) if one.code != wording.code],
        offer=request.values.get("said", ""),
        done=request.values.get("done", ""),
        problem=problem,
    )
    return private(page, status)
