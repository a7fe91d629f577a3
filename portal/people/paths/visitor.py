"""The only place that reads from a request what its visitor has done of paths, and writes down what they do.

In the account of who is signed in, else in a cookie of the browser: one of the two, and never both by itself.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from flask import current_app, request
from werkzeug.wrappers import Response

from portal.people import web
from portal.people.paths import progress
from portal.people.paths.in_browser import COOKIE, gone_on, read_progress, write_progress
from portal.shared.sessions import set_private_cookie

PATH = "/paths/"  # no other page is sent it
LIFE = timedelta(days=180)
"""A browser lets go of the cookie that long after the last press."""


def person_id() -> str | None:
    """Whose account keeps the progress; nobody's where no prospect is signed in."""
    account = web.signed_in()
    return account.id if account is not None and account.kind == "person" else None


def in_browser() -> dict[str, set[str]]:
    """The keys of the steps done, by the path's slug, as this browser keeps them."""
    return read_progress(request.cookies.get(COOKIE), keys=web.settings().secret_keys)


def all_done() -> dict[str, set[str]]:
    """The same, as the account keeps them where somebody is signed in."""
    who = person_id()
    if who is None:
        return in_browser()
    with web.reading() as db:
        return progress.find_done(db, person_id=who)


def note(answer: Response, slug: str, step: str, *, now: datetime) -> Response:
    """The answer, after the step was written down as done."""
    who = person_id()
    if who is None:
        return _keep(answer, slug, in_browser().get(slug, set()) | {step})
    with web.transaction() as db:
        progress.note_done(db, person_id=who, slug=slug, steps={step}, now=now)
    return answer


def undo(answer: Response, slug: str, step: str) -> Response:
    """The answer, after the step was taken back."""
    who = person_id()
    if who is None:
        return _keep(answer, slug, in_browser().get(slug, set()) - {step})
    with web.transaction() as db:
        progress.undo(db, person_id=who, slug=slug, step=step)
    return answer


def forget(answer: Response, slug: str, *, only_browser: bool) -> Response:
    """The answer, after all of one path was forgotten: in this browser and, unless it is the only one, the account."""
    who = person_id()
    if who is not None and not only_browser:
        with web.transaction() as db:
            progress.forget(db, person_id=who, slug=slug)
    return _keep(answer, slug, ())


def take_over(answer: Response, slug: str, *, person: str, now: datetime) -> Response:
    """The answer, after what this browser kept of one path went from there into the account of a person."""
    with web.transaction() as db:
        progress.note_done(db, person_id=person, slug=slug, steps=in_browser().get(slug, set()), now=now)
    return _keep(answer, slug, ())


def _keep(answer: Response, slug: str, done: Collection[str]) -> Response:
    """Write the cookie anew, or take it away where nothing is left in it."""
    if COOKIE not in request.cookies and not done:
        return answer
    written = write_progress(gone_on(in_browser(), slug, done), keys=web.settings().secret_keys)
    if written:
        set_private_cookie(current_app, answer, COOKIE, written, life=LIFE, path=PATH)
    else:
        answer.delete_cookie(COOKIE, path=PATH, secure=current_app.config["SESSION_COOKIE_SECURE"])
    return answer
