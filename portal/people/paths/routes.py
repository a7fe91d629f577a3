"""Pages of learning paths: the list, one path with its steps, what is pressed on it, and the certificate."""

import json
from collections.abc import Callable, Hashable

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.people import web
from portal.people.accounts import presence
from portal.people.consent.signing import open_signer
from portal.people.consent.visitor import private
from portal.people.paths import visitor
from portal.people.paths.certificate import NotFinished, certify
from portal.people.paths.course import Course, Place, course_of
from portal.people.paths.forms import CertificateForm
from portal.people.paths.learning_path import Answer, LearningPath, Question
from portal.people.paths.library import Standing, find_path, find_picture_of, list_paths, what_stands
from portal.people.publications.records import find_in_force
from portal.people.tips.drawn import keep
from portal.people.tips.tip import LEVELS
from portal.shared import clock
from portal.shared.problems import Problem

blueprint = Blueprint("paths", __name__, url_prefix="/paths")


@blueprint.get("/")
def index() -> str:
    """Every path, with how far its visitor is on it."""
    done = visitor.all_done()
    with web.reading() as db:
        standing = what_stands(db, now=web.as_of())
        paths = list_paths(db, standing)

    def draw() -> str:
        courses = [course_of(path, standing, done.get(path.slug, ())) for path in paths]
        return render_template("paths/index.html", courses=courses, levels=LEVELS)

    return _kept_for_all(("", web.settings().url, str(standing.versions)), draw, is_own=bool(done))


@blueprint.get("/<slug>")
def show(slug: str) -> Response | str:
    """One path; where it was taken off the site, its address leads on."""
    who = visitor.person_id()
    done = visitor.all_done().get(slug, set())
    brought = visitor.in_browser().get(slug, set()) - done if who else set()
    with web.reading() as db:
        standing = what_stands(db, now=web.as_of())
        path = find_path(db, standing, slug)
        if path is None:
            return _gone(db, slug)
        picture = find_picture_of(db, path, standing)
    page = _Page(path, standing, picture)
    return page.drawn(done, brought=len(brought))


@blueprint.post("/<slug>/steps/<key>")
def create(slug: str, key: str) -> Response:
    """Do a step: say that it is done, or answer its question (form field `answer`, counted from 1)."""
    page, place = _place(slug, key)
    if isinstance(place.step, Question):
        chosen = _chosen(place.step)
        if chosen is None or not chosen.is_right:
            done = visitor.all_done().get(slug, set())
            return private(page.drawn(done, tried=key, chosen=chosen), 422)
    answer = redirect(url_for("paths.show", slug=slug, _anchor=f"step-{key}"), 303)
    return visitor.note(answer, slug, key, now=clock.now())


@blueprint.post("/<slug>/steps/<key>/undo")
def undo(slug: str, key: str) -> Response:
    """Take back that a step is done."""
    _place(slug, key)
    return visitor.undo(redirect(url_for("paths.show", slug=slug, _anchor=f"step-{key}"), 303), slug, key)


@blueprint.post("/<slug>/forget")
def destroy(slug: str) -> Response:
    """Forget all progress on one path, or with `where=browser` what this browser keeps; the same again does nothing."""
    answer = redirect(url_for("paths.show", slug=slug), 303)
    return visitor.forget(answer, slug, only_browser=request.form.get("where") == "browser")


@blueprint.post("/<slug>/take-over")
def take_over(slug: str) -> Response:
    """Put what this browser kept of one path into the account of who is signed in."""
    who = visitor.person_id()
    if who is None:
        return presence.to_sign_in("/sign-in", after=url_for("paths.show", slug=slug))
    return visitor.take_over(redirect(url_for("paths.show", slug=slug), 303), slug, person=who, now=clock.now())


@blueprint.post("/<slug>/certificate")
def certificate(slug: str) -> Response:
    """A new certificate, to read, to print and to download. Nothing of it is kept, so it has no address to lead to."""
    form, page, now = CertificateForm(request.form), _page(slug), clock.now()
    done = visitor.all_done().get(slug, set())
    if not form.validate():
        return private(page.drawn(done, form=form), 422)
    with web.reading() as db:
        signer = open_signer(db, keyring=web.keyring(), now=now)
    try:
        made = certify(
            page.course(done), name=form.name.data or "", signer=signer, url=web.settings().url, on=now.date()
        )
    except NotFinished as fault:
        raise Problem(
            409, "Something is still to be done", f"Go back to /paths/{slug}: the steps without a tick are missing."
        ) from fault
    file = json.dumps(made, ensure_ascii=False, indent=2) + "\n"
    return private(render_template("certificates/show.html", path=page.path, certificate=made, file=file))


class _Page:
    """One path as pages show it."""

    def __init__(self, path: LearningPath, standing: Standing, picture: str | None) -> None:
        self.path = path
        self.standing = standing
        self.picture = picture

    def course(self, done: set[str]) -> Course:
        return course_of(self.path, self.standing, done)

    def drawn(
        self,
        done: set[str],
        *,
        tried: str = "",
        chosen: Answer | None = None,
        form: CertificateForm | None = None,
        brought: int = 0,
    ) -> str:
        """The page for who has done so much; `tried` is the question that was just answered, and not rightly."""

        def draw() -> str:
            return render_template(
                "paths/show.html",
                path=self.path,
                picture=self.picture,
                course=self.course(done),
                level=LEVELS[self.path.level],
                tried=tried,
                chosen=chosen,
                form=form or CertificateForm(),
                brought=brought,
                is_mine=visitor.person_id() is not None,
            )

        key = (
            self.path.slug,
            self.picture,
            web.settings().url,
            web.settings().sandbox_url,
            str(self.standing.versions),
        )
        return _kept_for_all(key, draw, is_own=bool(done or tried or form or brought))


def _kept_for_all(key: Hashable, draw: Callable[[], str], *, is_own: bool) -> str:
    """The page that `draw` draws: kept by all that it depends on for whoever comes without any cookie, as most do."""
    return draw() if is_own or request.cookies else keep(("paths", key), draw)


def _page(slug: str) -> _Page:
    with web.reading() as db:
        standing = what_stands(db, now=web.as_of())
        path = find_path(db, standing, slug)
        if path is None:
            raise _unknown()
        return _Page(path, standing, find_picture_of(db, path, standing))


def _place(slug: str, key: str) -> tuple[_Page, Place]:
    page = _page(slug)
    place = page.course(set()).find(key)
    if place is None:
        raise Problem(404, "This path has no such step", "It changed since you opened it. Open it again from Paths.")
    return page, place


def _chosen(question: Question) -> Answer | None:
    sent = request.form.get("answer", "")
    number = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 3 else 0
    return question.answers[number - 1] if 1 <= number <= len(question.answers) else None


def _gone(db: Session, slug: str) -> Response:
    record = find_in_force(db, kind="path", slug=slug, at=web.as_of())
    if record is None:
        raise _unknown()
    if not record.redirect_to:
        raise Problem(410, "This path was taken off the site", "The others are listed at /paths/.")
    return redirect(record.redirect_to, 302)


def _unknown() -> Problem:
    return Problem(404, "There is no such path", "It may have moved. All of them are listed at /paths/.")
