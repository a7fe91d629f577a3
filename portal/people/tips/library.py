"""The only place that asks which tips are public at a moment, and what goes with each of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.people.publications.models import Publication
from portal.people.publications.records import find_in_force, in_force
from portal.people.tips.tip import TOPICS, Moment, Tip, from_json, slug_of

NEXT = 3  # tips that a tip leads on to


@dataclass(frozen=True)
class Shelf:
    """The tips of one topic, the newest first; a tip with several topics stands under the first of them."""

    slug: str
    name: str
    tips: list[Tip]


def list_tips(db: Session, *, now: datetime) -> list[Tip]:
    """Every public tip, the newest first."""
    return [tip for tip, _ in list_published(db, now=now)]


def list_published(db: Session, *, now: datetime) -> list[tuple[Tip, Publication]]:
    """Every public tip with the record that made it so, the newest first."""
    found = [(from_json(record.content), record) for record in in_force(db, kind="tip", at=now)]
    return sorted(found, key=lambda one: (one[0].written_on, one[0].slug), reverse=True)


def find_tip(db: Session, slug: str, *, now: datetime) -> Tip | None:
    """The version of a tip that is public at that moment, or None where there is none."""
    record = find_in_force(db, kind="tip", slug=slug, at=now)
    return from_json(record.content) if record is not None and record.is_shown else None


def shelve(tips: Sequence[Tip]) -> list[Shelf]:
    """The tips by topic, in the order of the topics; none is empty."""
    shelves = (Shelf(slug_of(topic), topic, [tip for tip in tips if tip.topics[0] == topic]) for topic in TOPICS)
    return [shelf for shelf in shelves if shelf.tips]


def list_next(tip: Tip, tips: Sequence[Tip]) -> list[Tip]:
    """What to read after `tip`: what its author names, then what shares its first topic, then the newest."""
    others = [one for one in tips if one.slug != tip.slug]
    named = [one for slug in tip.related for one in others if one.slug == slug]
    alike = [one for one in others if tip.topics[0] in one.topics]
    return list(dict.fromkeys([*named, *alike, *others]))[:NEXT]


def list_moments(db: Session, tip: Tip, *, now: datetime) -> list[tuple[str, Moment]]:
    """The moments of webinars that the tip names, each with its webinar's title, as far as those are public."""
    titles: dict[str, str | None] = {}
    for slug in {moment.webinar for moment in tip.moments}:
        record = find_in_force(db, kind="webinar", slug=slug, at=now)
        titles[slug] = json.loads(record.content)["title"] if record is not None and record.is_shown else None
    return [(title, moment) for moment in tip.moments if (title := titles[moment.webinar]) is not None]
