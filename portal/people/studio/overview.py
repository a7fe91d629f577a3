"""The only place that says what is public and what needs somebody's hand; it changes nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.people.consent.restores import is_sending_held
from portal.people.messages import obstacles
from portal.people.offers.catalog import Offer
from portal.people.offers.places import Availability, Stand, list_available
from portal.people.offers.reading import FOLDER as OFFERS
from portal.people.privacy.separation import find_last_check
from portal.people.publications.models import Publication
from portal.people.webinars.library import list_published
from portal.people.webinars.recording import Recording
from portal.shared.environment import ROOT

CHECK_IS_OLD_AFTER = timedelta(hours=3)  # the supervisor runs it every hour


@dataclass(frozen=True, kw_only=True)
class Work:
    """Something that waits for a hand: what, why, and the page that shows it, where there is one."""

    title: str
    why: str
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What the studio's first page shows."""

    webinars: list[tuple[Recording, Publication]]
    offers: list[tuple[Offer, Availability]]
    work: list[Work]


def look(db: Session, *, now: datetime) -> Overview:
    """How everything stands at this moment."""
    webinars = list_published(db, now=now)
    listed = list_available(db, today=now.date())
    work = [
        *_unpublished({webinar.slug for webinar, _ in webinars}),
        *_unpublished_offers(listed),
        *_ended(listed),
        *_unsent(db),
        *_check(db, now),
    ]
    return Overview(webinars=webinars, offers=listed, work=work)


def _unpublished(public: set[str]) -> list[Work]:
    folders = sorted(path.parent.name for path in (ROOT / "content" / "webinars").glob("*/webinar.toml"))
    why = "Written, and not public. It needs its recording, then: bin/portal publish content/webinars/{}"
    return [Work(title=name, why=why.format(name)) for name in folders if name not in public]


def _unpublished_offers(listed: list[tuple[Offer, Availability]]) -> list[Work]:
    public = {offer.slug for offer, _ in listed}
    why = "Written, and not public: bin/portal publish content/offers/{}.md"
    return [
        Work(title=path.stem, why=why.format(path.stem))
        for path in sorted(OFFERS.glob("*.md"))
        if path.stem not in public
    ]


def _ended(listed: list[tuple[Offer, Availability]]) -> list[Work]:
    why = {
        Stand.FULL: "All its places are taken",
        Stand.ENDED: "Its time is over. To take it off the site: bin/portal offers unpublish {}",
    }
    return [
        Work(title=offer.name, why=why[now.stand].format(offer.slug), address=f"/offers/{offer.slug}")
        for offer, now in listed
        if now.stand in why
    ]


def _unsent(db: Session) -> list[Work]:
    found = obstacles.look(db)
    work = []
    if is_sending_held(db):
        work.append(Work(title="Mail", why="Nothing is sent: a backup was put back", address="/studio/mail"))
    if found.waiting:
        why = f"{found.waiting:,} could not be handed over at the last try, and will be tried again"
        work.append(Work(title="Mail", why=why, address="/studio/mail"))
    if found.lost:
        work.append(Work(title="Mail", why=f"{found.lost:,} could not be sent", address="/studio/mail"))
    return work


def _check(db: Session, now: datetime) -> list[Work]:
    last = find_last_check(db)
    if last is None or now - last.checked_at > CHECK_IS_OLD_AFTER:
        why = "It has not run for a while: bin/portal separation check"
    elif last.failing:
        why = f"{last.failing} of its lines fail"
    else:
        return []
    return [Work(title="Separation check", why=why, address="/privacy/separation")]
