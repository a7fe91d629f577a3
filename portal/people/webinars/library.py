"""The only place that asks which webinars are public at a moment."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.people.publications.models import Publication
from portal.people.publications.records import find_in_force, in_force
from portal.people.webinars.recording import Recording, from_json


def list_webinars(db: Session, *, now: datetime) -> list[Recording]:
    """Every public webinar, the one held last first."""
    return [webinar for webinar, _ in list_published(db, now=now)]


def list_published(db: Session, *, now: datetime) -> list[tuple[Recording, Publication]]:
    """Every public webinar with the record that made it so, the one held last first."""
    found = [(from_json(record.content), record) for record in in_force(db, kind="webinar", at=now)]
    return sorted(found, key=lambda one: (one[0].held_on, one[0].slug), reverse=True)


def find_webinar(db: Session, slug: str, *, now: datetime) -> Recording | None:
    """The version of a webinar that is public at that moment, or None where there is none."""
    record = find_in_force(db, kind="webinar", slug=slug, at=now)
    return from_json(record.content) if record is not None and record.is_shown else None
