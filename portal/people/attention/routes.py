"""How attention is counted, in words; and what a browser sends of it, by a ticket and without a cookie."""

from flask import Blueprint, Flask, Response, jsonify, render_template, request
from sqlalchemy.orm import Session

from portal.people.attention import viewings
from portal.people.attention.seconds import Unreadable, read_covered
from portal.people.attention.tickets import NotATicket, Ticket, closing_day, issue_ticket, read_ticket
from portal.people.attention.viewings import FASTEST, Closed, NothingCovered, TooMuch
from portal.people.media.cookieless import CookieLess
from portal.people.web import reading, settings, transaction
from portal.people.webinars.asked import get_webinar
from portal.shared import clock, gpc
from portal.shared.problems import Problem

blueprint = Blueprint("attention", __name__)

BELOW = "/webinars/attention/"
_MOST_TICKETS = 50


def know_nobody(app: Flask) -> None:
    """No view, hook or session of `app` sees a cookie of who is watching."""
    app.wsgi_app = CookieLess(app.wsgi_app, prefix=BELOW)  # type: ignore[method-assign]


@blueprint.get("/webinars/attention")
def index() -> str:
    """What is counted, how, and how to keep it to oneself."""
    return render_template("attention/index.html")


@blueprint.get(f"{BELOW}<slug>/ticket.json")
def ticket(slug: str) -> Response:
    """A ticket for a new viewing of the film that the player shows (`?film=`), and the day on which it closes."""
    _refuse_who_asks_for_it()
    now = clock.now()
    with reading() as db:
        webinar = get_webinar(db, slug)
    if request.args.get("film") != webinar.source or int(webinar.seconds) < 1:
        raise Problem(409, "That is another version", "Load the page again: it shows the film that is public now.")
    made = issue_ticket(film=webinar.source, seconds=int(webinar.seconds), keys=settings().secret_keys, now=now)
    answer = jsonify(ticket=made, closes_on=closing_day(now).isoformat())
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post(f"{BELOW}viewings")
def create() -> Response:
    """Add to a viewing what its browser played: fields `ticket`, and `covered`, a bit for each second in base64url."""
    _refuse_who_asks_for_it()
    theirs = _ticket(request.form.get("ticket", ""))
    try:
        covered = read_covered(request.form.get("covered", ""), seconds=theirs.seconds)
    except Unreadable as fault:
        raise Problem(400, "Those seconds cannot be read", str(fault)) from fault
    with transaction() as db:
        _note(db, theirs, covered)
    return Response(status=204)


@blueprint.post(f"{BELOW}viewings/taken-back")
def destroy() -> Response:
    """Take viewings out of everything that is counted: field `tickets`, with spaces between them."""
    now = clock.now()
    given = request.form.get("tickets", "").split()
    if not given or len(given) > _MOST_TICKETS:
        raise Problem(400, "Nothing to take back", f"Send the tickets of one to {_MOST_TICKETS} viewings.")
    theirs = [_ticket(text) for text in given]
    with transaction() as db:
        for one in theirs:
            viewings.take_back(db, ticket=one, now=now)
    return Response(status=204)


def _note(db: Session, theirs: Ticket, covered: bytes) -> None:
    try:
        viewings.note_covered(db, ticket=theirs, covered=covered, now=clock.now())
    except NothingCovered as fault:
        raise Problem(422, "No second was covered", "Send it when something was watched.") from fault
    except TooMuch as fault:
        why = f"Nobody can watch so much in the time since, at {FASTEST} seconds of film a second. Nothing was added."
        raise Problem(422, "More than can have been watched", why) from fault
    except Closed as fault:
        why = "Its time is over, or it was taken back. Get another ticket to begin a new one."
        raise Problem(410, "This viewing takes in nothing more", why) from fault


def _ticket(text: str) -> Ticket:
    try:
        return read_ticket(text, keys=settings().secret_keys)
    except NotATicket as fault:
        raise Problem(400, "That is no ticket of ours", "Get one from the page of the webinar.") from fault


def _refuse_who_asks_for_it() -> None:
    """Neither is counted whose browser says `Sec-GPC: 1` nor whose says `DNT: 1`, whatever a script has sent."""
    if gpc.is_asked() or request.headers.get("DNT", "").strip() == "1":
        raise Problem(403, "You are not counted", "Your browser asks us not to measure, so nothing was kept.")
