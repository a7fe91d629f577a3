"""The only place that asks which webinars are public at a moment."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from portal.people.films.library import find_film, find_films
from portal.people.publications.models import Publication
from portal.people.publications.records import find_in_force, in_force
from portal.people.webinars.recording import Recording, from_json


def list_webinars(db: Session, *, now: datetime) -> list[Recording]:
    """Every public webinar that can be seen by now, the one held last first."""
    return [webinar for webinar, _ in list_published(db, now=now) if not webinar.is_to_come(now)]


def list_published(db: Session, *, now: datetime) -> list[tuple[Recording, Publication]]:
    """Every public webinar, also one that is only announced, with the record of it; the one held last first."""
    found = [(from_json(record.content), record) for record in in_force(db, kind="webinar", at=now)]
    films = find_films(db, [webinar.source for webinar, _ in found])
    whole = [(replace(webinar, film=films.get(webinar.source)), record) for webinar, record in found]
    return sorted(whole, key=lambda one: (one[0].held_on, one[0].slug), reverse=True)


def find_webinar(db: Session, slug: str, *, now: datetime) -> Recording | None:
    """The version of a webinar that is public at that moment, or None where there is none."""
    record = find_in_force(db, kind="webinar", slug=slug, at=now)
    if record is None or not record.is_shown:
        return None
    webinar = from_json(record.content)
    return replace(webinar, film=find_film(db, webinar.source))


def find_new_address(db: Session, slug: str, *, now: datetime) -> str | None:
    """Where the address of a webinar leads that was taken off the site."""
    record = find_in_force(db, kind="webinar", slug=slug, at=now)
    return record.redirect_to if record is not None and not record.is_shown else None


def since_when(db: Session, slug: str, *, now: datetime) -> datetime:
    """Since when the webinar is public as it is."""
    record = find_in_force(db, kind="webinar", slug=slug, at=now)
    return record.public_from if record is not None else now
