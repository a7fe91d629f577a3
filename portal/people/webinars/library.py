"""The only place that asks which webinars are public at a moment."""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.people.films.library import find_film, find_films
from portal.people.films.models import FilmState
from portal.people.publications.models import Publication
from portal.people.publications.records import find_in_force, in_force
from portal.people.webinars.recording import Recording, from_json
from portal.shared.columns import Moment


def list_webinars(db: Session, *, now: datetime) -> list[Recording]:
    """Every public webinar that can be seen by now, the one held last first."""
    return [webinar for webinar, _ in list_published(db, now=now) if not webinar.is_to_come(now)]


def list_published(db: Session, *, now: datetime) -> list[tuple[Recording, Publication]]:
    """Every public webinar, also one that is only announced, with the record of it; the one held last first."""
    found = [(_read(record.content), record) for record in in_force(db, kind="webinar", at=now)]
    films = find_films(db, [webinar.source for webinar, _ in found])
    whole = [(replace(webinar, film=films.get(webinar.source)), record) for webinar, record in found]
    return sorted(whole, key=lambda one: (one[0].held_on, one[0].slug), reverse=True)


def find_webinar(db: Session, slug: str, *, now: datetime) -> Recording | None:
    """The version of a webinar that is public at that moment, or None where there is none."""
    found = find_published(db, slug, now=now)
    return found[0] if found else None


def find_published(db: Session, slug: str, *, now: datetime) -> tuple[Recording, Publication] | None:
    """That version with the record that made it so."""
    record = find_in_force(db, kind="webinar", slug=slug, at=now)
    if record is None or not record.is_shown:
        return None
    webinar = _read(record.content)
    return replace(webinar, film=find_film(db, webinar.source)), record


def find_standing(db: Session, slug: str, *, source: str, now: datetime) -> tuple[str, str] | None:
    """The version of a webinar that is in force, and the state of the film of `source`: all a kept page needs."""
    row = db.connection().execute(_STANDING, {"slug": slug, "source": source, "now": now}).first()
    return (row[0], row[1]) if row else None


def find_new_address(db: Session, slug: str, *, now: datetime) -> str | None:
    """Where the address of a webinar leads that was taken off the site."""
    record = find_in_force(db, kind="webinar", slug=slug, at=now)
    return record.redirect_to if record is not None and not record.is_shown else None


def since_when(db: Session, slug: str, *, now: datetime) -> datetime:
    """Since when the webinar is public as it is."""
    record = find_in_force(db, kind="webinar", slug=slug, at=now)
    return record.public_from if record is not None else now


_STANDING = (  # built once: to build it costs more than to ask it
    select(
        Publication.version,
        select(FilmState.state).where(FilmState.source == bindparam("source")).scalar_subquery(),
    )
    .where(Publication.kind == "webinar", Publication.slug == bindparam("slug"))
    .where(Publication.public_from <= bindparam("now", type_=Moment()))
    .order_by(Publication.public_from.desc(), Publication.id.desc())
    .limit(1)
)


@lru_cache(maxsize=256)
def _read(content: str) -> Recording:
    """What was published never changes, so it is read once."""
    return from_json(content)
