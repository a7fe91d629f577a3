"""The only place that lists which pictures the site needs, and has those drawn that are missing."""

from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.people.database import Database
from portal.people.media.store import Store
from portal.people.offers import sharing as offers
from portal.people.offers.catalog import list_offers
from portal.people.offers.models import OfferPublication
from portal.people.paths import sharing as paths
from portal.people.paths.learning_path import from_json as path_from_json
from portal.people.pictures.drawing import NotDrawn, draw_missing
from portal.people.pictures.picture import Picture
from portal.people.publications.models import Publication
from portal.people.publications.records import Kind, in_force, list_scheduled
from portal.people.tips import sharing as tips
from portal.people.tips.tip import from_json as tip_from_json
from portal.people.webinars import sharing as webinars
from portal.people.webinars.recording import from_json as webinar_from_json

log = structlog.get_logger()

OF_THE_SITE = Picture(
    title="Practice on a thousand customers who don’t exist",
    label="A CRM to test-drive",
    foot="No account, no e-mail address",
    emblem="first-steps",
)


class Drawing:
    """Draws what is missing, and asks again only once something else was published."""

    def __init__(self, database: Database, store: Store) -> None:
        self._database = database
        self._store = store
        self._seen: tuple[int, int] | None = None

    def take(self, now: datetime) -> int:
        """Draw a few of those that are missing; how many. What cannot be drawn is logged, and a link shows none."""
        with self._database.reading() as db:
            newest = _newest(db)
            if newest == self._seen:
                return 0
            wanted = list_wanted(db, now=now)
        try:
            drawn = draw_missing(self._database, wanted, store=self._store, now=now)
        except NotDrawn as fault:
            log.warning("picture.not_drawn", error=str(fault))
            drawn = 0
        if drawn == 0:
            self._seen = newest
        return drawn


def list_wanted(db: Session, *, now: datetime) -> list[Picture]:
    """The picture of the site, and those of everything that is public or will be."""
    found = [OF_THE_SITE]
    found += [webinars.picture_of(webinar_from_json(content)) for content in _contents(db, "webinar", now)]
    found += [tips.picture_of(tip_from_json(content)) for content in _contents(db, "tip", now)]
    found += [paths.picture_of(path_from_json(content)) for content in _contents(db, "path", now)]
    return found + [offers.picture_of(offer) for offer in list_offers(db)]


def _contents(db: Session, kind: Kind, now: datetime) -> list[str]:
    records = [*in_force(db, kind=kind, at=now), *list_scheduled(db, kind=kind, at=now)]
    return [record.content for record in records if record.is_shown]


def _newest(db: Session) -> tuple[int, int]:
    """Two numbers that grow with every publication."""
    return db.scalar(select(func.max(Publication.id))) or 0, db.scalar(select(func.max(OfferPublication.id))) or 0
