"""The only place that reads which webinar, and which moment of it, a page was asked for."""

from sqlalchemy.orm import Session

from portal.people.web import as_of
from portal.people.webinars.library import find_webinar
from portal.people.webinars.recording import Recording
from portal.shared.problems import Problem


def get_webinar(db: Session, slug: str) -> Recording:
    """The webinar as it can be seen now. Raises Problem (404), also for one that is announced and still to come."""
    webinar = get_announced(db, slug)
    if webinar.is_to_come(as_of()):
        raise Problem(404, "It is not shown yet", "Its page says when it is, and what it is about.")
    return webinar


def get_announced(db: Session, slug: str) -> Recording:
    """The webinar as it is public now, also where that only says when it comes. Raises Problem (404)."""
    webinar = find_webinar(db, slug, now=as_of())
    if webinar is None:
        raise unknown_webinar()
    return webinar


def unknown_webinar() -> Problem:
    """What is said where there is none."""
    return Problem(404, "There is no such webinar", "It may have moved. All webinars are listed under Webinars.")


def second_of(value: str) -> int:
    """A moment in whole seconds, as addresses and forms write it. Raises Problem (400)."""
    if not value.isascii() or not value.isdigit() or len(value) > 6:
        raise Problem(400, "That moment cannot be read", "Write it in whole seconds, for example ?t=90.")
    return int(value)
