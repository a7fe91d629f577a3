"""The only place that lists what is public for readers who come by machine: the feed, and search engines."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.people.offers.catalog import list_offers
from portal.people.publications.records import in_force
from portal.people.tips import library as tips
from portal.people.webinars import library as webinars

PAGES = (
    "/",
    "/webinars/",
    "/tips/",
    "/paths/",
    "/offers/",
    "/questions",
    "/privacy",
    "/privacy/separation",
    "/receipts/verify",
    "/certificates/verify",
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something to watch or to read: `path` on this site, `changed_at` since when it is as it is."""

    path: str
    kind: str
    title: str
    summary: str
    author: str
    made_on: date
    changed_at: datetime


def list_entries(db: Session, *, now: datetime) -> list[Entry]:
    """Every public webinar and tip, the newest first."""
    recorded = [
        Entry(
            path=f"/webinars/{webinar.slug}",
            kind="Webinar",
            title=webinar.title,
            summary=webinar.summary,
            author=webinar.presenter,
            made_on=webinar.held_on,
            changed_at=max(record.public_from, webinar.premiere_at or record.public_from),
        )
        for webinar, record in webinars.list_published(db, now=now)
        if not webinar.is_to_come(now)
    ]
    written = [
        Entry(
            path=tip.url,
            kind="Tip",
            title=tip.title,
            summary=tip.summary,
            author=tip.author,
            made_on=tip.written_on,
            changed_at=record.public_from,
        )
        for tip, record in tips.list_published(db, now=now)
    ]
    return sorted(recorded + written, key=lambda entry: (entry.made_on, entry.path), reverse=True)


def list_addresses(db: Session, *, now: datetime) -> list[tuple[str, datetime | None]]:
    """Every public page that a search engine may list, with the moment of its last change where that is known."""
    found: list[tuple[str, datetime | None]] = [(path, None) for path in PAGES]
    found += [(entry.path, entry.changed_at) for entry in list_entries(db, now=now)]
    found += [(f"/paths/{record.slug}", record.public_from) for record in in_force(db, kind="path", at=now)]
    return found + [(f"/offers/{offer.slug}", None) for offer in list_offers(db)]
