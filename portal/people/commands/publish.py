"""The commands that make a webinar, a tip or an offer public, and take an offer off the site again."""

from pathlib import Path

from sqlalchemy.orm import Session

from portal.people.commands.kinds import kind_of
from portal.people.commands.opened import opened_database
from portal.people.media.store import open_store
from portal.people.offers.catalog import find_withdrawal, newest_publication
from portal.people.offers.publishing import publish_offer, withdraw_offer
from portal.people.offers.reading import FOLDER as OFFERS
from portal.people.publications.records import find_in_force
from portal.people.settings import Settings
from portal.people.tips.publishing import publish_tip
from portal.people.tips.reading import FOLDER as TIPS
from portal.people.webinars.publishing import publish_webinar
from portal.shared import clock
from portal.shared.environment import ROOT

SET_UP = "set-up"  # who publishes what comes with the portal


def publish_path(path: str, *, by: str = "the command line") -> str:
    """Make what lies at `path` public: a webinar's folder, or the file of a tip or an offer; says what came of it.

    Raises NoKind, NotPublishable, BadTip or BadOffer.
    """
    found = Path(path).resolve()
    publish = {"webinar": _publish_webinar, "tip": _publish_tip, "offer": _publish_offer}[kind_of(found)]
    with opened_database() as (database, settings), database.transaction() as db:
        slug, is_new = publish(db, found, settings, by)
    return f"{slug} is public" + ("" if is_new else ", as it was")


def publish_sample_offers() -> None:
    """Publish ours where nobody else has touched them: what staff published or took back stays as they left it."""
    with opened_database() as (database, _), database.transaction() as db:
        for path in sorted(OFFERS.glob("*.md")):
            newest = newest_publication(db, path.stem)
            if newest is None or (newest.published_by == SET_UP and find_withdrawal(db, newest) is None):
                publish_offer(db, path, by=SET_UP, now=clock.now())


def publish_sample_tips() -> None:
    """Publish ours where nobody else has touched them, as with offers."""
    now = clock.now()
    with opened_database() as (database, _), database.transaction() as db:
        for path in sorted(TIPS.glob("*.md")):
            current = find_in_force(db, kind="tip", slug=path.stem, at=now)
            if current is None or (current.published_by == SET_UP and current.is_shown):
                publish_tip(db, path, by=SET_UP, now=now)


def unpublish(slug: str, *, by: str = "the command line") -> str:
    """Take the offer of this name off the site. Raises NotPublic."""
    with opened_database() as (database, _), database.transaction() as db:
        withdraw_offer(db, slug, by=by, now=clock.now())
    return f"{slug} is off the site. Places that were taken stay. To bring it back: bin/portal publish"


def _publish_webinar(db: Session, folder: Path, settings: Settings, by: str) -> tuple[str, bool]:
    recorded = ROOT / ".build" / "webinars" / folder.name
    publication, is_new = publish_webinar(
        db, folder, recorded=recorded, store=open_store(settings), by=by, now=clock.now()
    )
    return publication.slug, is_new


def _publish_offer(db: Session, path: Path, _settings: Settings, by: str) -> tuple[str, bool]:
    publication, is_new = publish_offer(db, path, by=by, now=clock.now())
    return publication.slug, is_new


def _publish_tip(db: Session, path: Path, _settings: Settings, by: str) -> tuple[str, bool]:
    publication, is_new = publish_tip(db, path, by=by, now=clock.now())
    return publication.slug, is_new
