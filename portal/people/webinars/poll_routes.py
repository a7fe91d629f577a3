"""Polls of webinars: one answer a browser, without an account, an address, or a name."""

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.people.consent.visitor import private
from portal.people.limits import NEW_BALLOTS
from portal.people.moments import polls
from portal.people.moments.moment import Poll, find_poll
from portal.people.web import reading, settings, transaction
from portal.people.webinars.asked import get_webinar
from portal.people.webinars.recording import Recording
from portal.shared import ids
from portal.shared.limits import hold, network
from portal.shared.problems import Problem

blueprint = Blueprint("polls", __name__)

COOKIE = "ballot"
_DAYS = 180
_LONGEST_TOKEN = 64


@blueprint.get("/webinars/<slug>/polls/<poll_id>")
def show(slug: str, poll_id: str) -> Response:
    """The poll: what this browser answered, and what others did, from five answers on."""
    return _page(slug, poll_id)


@blueprint.post("/webinars/<slug>/polls/<poll_id>")
def create(slug: str, poll_id: str) -> Answer:
    """Answer it (form field `choice`, the number of the answer from 0), or answer it otherwise than before."""
    typed = request.form.get("choice", "")
    choice = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 3 else -1
    with reading() as db:
        _, poll = _get(db, slug, poll_id)
    token = _token()
    if token is None:
        hold(NEW_BALLOTS, f"{network()} {slug} {poll_id}")
        token = ids.new_token()
    try:
        with transaction() as db:
            polls.cast_ballot(db, webinar=slug, poll=poll, choice=choice, token=token, keys=settings().secret_keys)
    except polls.NoSuchChoice:
        return _page(slug, poll_id, status=422)
    answer = redirect(url_for("polls.show", slug=slug, poll_id=poll_id), 303)
    _remember(answer, slug, poll_id, token)
    return answer


@blueprint.post("/webinars/<slug>/polls/<poll_id>/forget")
def destroy(slug: str, poll_id: str) -> Answer:
    """Take one's answer back, for good; the same again leads to the same page."""
    token = _token()
    with transaction() as db:
        webinar, poll = _get(db, slug, poll_id)
        if token is not None:
            polls.take_back(db, webinar=webinar.slug, poll=poll, token=token, keys=settings().secret_keys)
    answer = redirect(url_for("polls.show", slug=slug, poll_id=poll_id), 303)
    answer.delete_cookie(COOKIE, path=_path(slug, poll_id))
    return answer


def _page(slug: str, poll_id: str, *, status: int = 200) -> Response:
    with reading() as db:
        webinar, poll = _get(db, slug, poll_id)
        tally = polls.tally(db, webinar=webinar.slug, poll=poll, token=_token(), keys=settings().secret_keys)
    drawn = render_template(
        "webinars/poll.html",
        webinar=webinar,
        poll=poll,
        tally=tally,
        fewest=polls.FEWEST,
        is_refused=status == 422,
    )
    return private(drawn, status)


def _get(db: Session, slug: str, poll_id: str) -> tuple[Recording, Poll]:
    webinar = get_webinar(db, slug)
    poll = find_poll(webinar.moments, poll_id)
    if poll is None:
        raise Problem(
            404, "There is no such poll", "It may have been asked anew since. The webinar's page has the one of today."
        )
    return webinar, poll


def _token() -> str | None:
    """The number that this browser was given for this poll."""
    found = request.cookies.get(COOKIE, "")
    return found if 0 < len(found) <= _LONGEST_TOKEN else None


def _remember(answer: Answer, slug: str, poll_id: str, token: str) -> None:
    """A cookie of this poll alone: no other page, and no other poll, ever gets to see it."""
    answer.set_cookie(
        COOKIE,
        token,
        max_age=_DAYS * 86_400,
        path=_path(slug, poll_id),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def _path(slug: str, poll_id: str) -> str:
    return url_for("polls.show", slug=slug, poll_id=poll_id)
