"""Pages of webinars."""

from collections.abc import Hashable
from dataclasses import dataclass

from flask import Blueprint, Response, current_app, jsonify, make_response, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.people.forms.catalog import find_form
from portal.people.moments.moment import OfferCard
from portal.people.offers.places import find_standing as find_offers
from portal.people.pictures.library import find_picture
from portal.people.web import as_of, playing_policy, reading, settings, signed_in, transaction
from portal.people.webinars.asked import get_announced, get_webinar, second_of, unknown_webinar
from portal.people.webinars.finding import find_said
from portal.people.webinars.kept_pages import KeptPages, Page
from portal.people.webinars.library import (
    find_new_address,
    find_published,
    find_standing,
    list_webinars,
    since_when,
)
from portal.people.webinars.named_by import list_naming
from portal.people.webinars.premiere import as_calendar
from portal.people.webinars.recording import Recording
from portal.people.webinars.schema import graph_of
from portal.people.webinars.screen import find_track, said_in, screen_of
from portal.people.webinars.sharing import picture_of
from portal.people.webinars.watching import find_position, note_watched
from portal.people.webinars.written_down import as_text, as_webvtt
from portal.shared import clock
from portal.shared.problems import Problem

blueprint = Blueprint("webinars", __name__)

INVITATIONS = "webinar-invitations"  # the form by which one asks to be told of new recordings
_MOST_KEPT = 100  # pages


@blueprint.get("/webinars/<slug>")
def show(slug: str) -> Answer:
    """One webinar; `?t=SECONDS` starts there, `?find=WORDS` marks who says them, `?language=` is that of its words.

    One that was taken off the site leads on.
    """
    look = _look()
    if (kept := _find_kept(slug, look)) is not None:
        return _shown(kept.text)
    now, person_id = as_of(), _find_watcher()
    with reading() as db:
        if (found := find_published(db, slug, now=now)) is None:
            if new_address := find_new_address(db, slug, now=now):
                return redirect(new_address)
            raise unknown_webinar()
        webinar, record = found
        if webinar.is_to_come(now):
            picture = find_picture(db, picture_of(webinar))
            shown = {"webinar": webinar, "picture": picture, "form": INVITATIONS if find_form(INVITATIONS) else None}
            return make_response(render_template("webinars/announced.html", **shown))
        page = Page(_draw(db, webinar, look, person_id=person_id), version=record.version, source=webinar.source)
    if _is_for_everybody(look) and webinar.film is not None and webinar.film.state == "ready":
        _pages().keep(_place(slug, look), page)
    return _shown(page.text)


@blueprint.get("/webinars/<slug>/film.json")
def film(slug: str) -> Response:
    """How far the film is made, for the page that waits for it."""
    with reading() as db:
        webinar = get_webinar(db, slug)
    screen = screen_of(webinar, language="", saves_data=False)
    return jsonify(percent=screen.percent, words=screen.words, is_playable=screen.is_playable)


@blueprint.get("/webinars/<slug>/transcript.txt")
def transcript(slug: str) -> Response:
    """All that is said, to read; downloaded."""
    webinar, language = _said(slug)
    return _file(as_text(webinar, url=_url(slug)), name=f"{slug}{language}.txt", content_type="text/plain")


@blueprint.get("/webinars/<slug>/transcript.vtt")
def timed_transcript(slug: str) -> Response:
    """All that is said with its times, for other programs; downloaded."""
    webinar, language = _said(slug)
    return _file(as_webvtt(webinar, url=_url(slug)), name=f"{slug}{language}.vtt", content_type="text/vtt")


@blueprint.get("/webinars/<slug>/premiere.ics")
def premiere(slug: str) -> Response:
    """When it is shown for the first time, as a file for calendars; only until then."""
    with reading() as db:
        webinar = get_announced(db, slug)
        told_at = since_when(db, slug, now=as_of())
    if webinar.premiere_at is None or not webinar.is_to_come(as_of()):
        raise Problem(404, "No premiere is to come", "The recording can be watched on its page, whenever you like.")
    calendar = as_calendar(webinar, begins_at=webinar.premiere_at, url=settings().url, told_at=told_at)
    return _file(calendar, name=f"{slug}.ics", content_type="text/calendar")


@blueprint.post("/webinars/<slug>/watched")
def watched(slug: str) -> Response:
    """Remember, for who is signed in, where in the recording they are (form field `position`, whole seconds)."""
    position = second_of(request.form.get("position", ""))
    person_id = _find_watcher()
    if person_id is None:
        raise Problem(
            403, "Nobody is signed in", "Sign in, and we remember where you stopped. Watching needs no account."
        )
    with transaction() as db:
        webinar = get_webinar(db, slug)
        note_watched(db, person_id=person_id, webinar=webinar, position=position, now=clock.now())
    return Response(status=204)


def _find_watcher() -> str | None:
    """The person who is signed in; staff watch as anybody does."""
    account = signed_in()
    return account.id if account and account.kind == "person" else None


@dataclass(frozen=True)
class Look:
    """How a page is looked at: from which second, in which language, for which words, sparing bytes or not."""

    start: int
    language: str
    words: str
    saves_data: bool


def _look() -> Look:
    asked = request.args
    return Look(second_of(asked.get("t", "0")), asked.get("language", "")[:20], asked.get("find", ""), _saves_data())


def _is_for_everybody(look: Look) -> bool:
    """Whether everybody sees the same: who brings no cookie, and looks for nothing of their own."""
    return not request.cookies and not look.words


def _place(slug: str, look: Look) -> tuple[Hashable, ...]:
    """What is named beside it, to watch next, and what is left of an offer, may be a minute old."""
    return settings().url, settings().sandbox_url, slug, look, as_of().replace(second=0, microsecond=0)


def _pages() -> KeptPages:
    """The pages that this app drew."""
    kept: KeptPages = current_app.extensions.setdefault("pages of webinars", KeptPages(most=_MOST_KEPT))
    return kept


def _find_kept(slug: str, look: Look) -> Page | None:
    """The page as it was drawn before, if its version is still in force and its film still made."""
    page = _pages().find(_place(slug, look)) if _is_for_everybody(look) else None
    if page is None:
        return None
    with reading() as db:
        standing = find_standing(db, slug, source=page.source, now=as_of())
    return page if standing == (page.version, "ready") else None


def _draw(db: Session, webinar: Recording, look: Look, *, person_id: str | None) -> str:
    screen = screen_of(webinar, language=look.language, saves_data=look.saves_data)
    start, shown = min(look.start, int(webinar.seconds)), said_in(webinar, screen.track)
    others = [other for other in list_webinars(db, now=as_of()) if other.slug != webinar.slug]
    offered = [one.offer for one in webinar.moments if isinstance(one, OfferCard)]
    left_at = find_position(db, person_id=person_id, slug=webinar.slug) if person_id else None
    return render_template(
        "webinars/show.html",
        webinar=shown,
        screen=screen,
        start=start,
        current=shown.line_at(start),
        found=find_said(shown, look.words),
        left_at=left_at or 0,
        picture=find_picture(db, picture_of(webinar)),
        data=graph_of(webinar, url=settings().url, film=webinar.film),
        offers=find_offers(db, offered, today=as_of().date()),
        to_watch_next=others[:3],
        to_read=list_naming(db, webinar.slug, now=as_of()),
    )


def _shown(text: str) -> Response:
    page = make_response(text)
    page.headers["Content-Security-Policy"] = playing_policy()
    page.headers["Vary"] = "Save-Data"
    return page


def _said(slug: str) -> tuple[Recording, str]:
    """The webinar with its words in the language asked for, and that language as files are named by it."""
    with reading() as db:
        webinar = get_webinar(db, slug)
    if not webinar.is_written_down:
        raise Problem(404, "It is not written down", "This recording was published without captions.")
    track = find_track(webinar, request.args.get("language", ""))
    return said_in(webinar, track), f".{track.language}" if track and track.language != webinar.language else ""


def _saves_data() -> bool:
    """Whether the browser asks to be spared bytes (Save-Data)."""
    return request.headers.get("Save-Data", "").strip().casefold() == "on"


def _url(slug: str) -> str:
    return f"{settings().url}/webinars/{slug}"


def _file(text: str, *, name: str, content_type: str) -> Response:
    response = Response(text, content_type=f"{content_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
