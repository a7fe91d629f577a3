"""The only place that asks which webinars are public."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.people.webinars.models import MediaFile, Publication
from portal.people.webinars.recording import Recording, from_json


def list_webinars(db: Session) -> list[Recording]:
    """Every public webinar, the one held last first."""
    newest = select(func.max(Publication.id)).group_by(Publication.slug)
    found = db.scalars(select(Publication.content).where(Publication.id.in_(newest)))
    return sorted(map(from_json, found), key=lambda webinar: (webinar.held_on, webinar.slug), reverse=True)


def find_webinar(db: Session, slug: str) -> Recording | None:
    """The newest version of a webinar, or None where there is none."""
    publication = newest_publication(db, slug)
    return from_json(publication.content) if publication else None


def newest_publication(db: Session, slug: str) -> Publication | None:
    """The publication in force for `slug`."""
    return db.scalar(select(Publication).where(Publication.slug == slug).order_by(Publication.id.desc()).limit(1))


def find_media(db: Session, sha256: str) -> MediaFile | None:
    """The file with these bytes, if it is in the store."""
    return db.get(MediaFile, sha256)
