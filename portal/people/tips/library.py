"""The only place that asks which tips are public at a moment, and what goes with each of them.

What was published is known by its SHA-256 and never changes, so it is read once a process: a page asks the database
which versions are in force, and for their words only where it has not met them yet.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people.publications.models import Publication
from portal.people.publications.records import in_force, versions_in_force
from portal.people.publications.topics import TOPICS
from portal.people.tips.tip import Moment, Tip, from_json, slug_of

Thing = TypeVar("Thing")

NEXT = 3  # tips that a tip leads on to
MOST_KEPT = 1000  # versions


@dataclass(frozen=True)
class Standing:
    """The versions of tips and of webinars that are in force, by their slugs."""

    tips: Mapping[str, str]
    webinars: Mapping[str, str]


@dataclass(frozen=True)
class Shelf:
    """The tips of one topic, the newest first; a tip with several topics stands under the first of them."""

    slug: str
    name: str
    tips: list[Tip]


def what_stands(db: Session, *, now: datetime) -> Standing:
    """Which versions are in force at that moment."""
    found = versions_in_force(db, now=now)
    return Standing(tips=found.get("tip", {}), webinars=found.get("webinar", {}))


def list_tips(db: Session, standing: Standing) -> list[Tip]:
    """Every tip of them, the newest first."""
    tips = _known(db, standing.tips.values(), _TIPS, from_json)
    return sorted(tips.values(), key=lambda tip: (tip.written_on, tip.slug), reverse=True)


def list_published(db: Session, *, now: datetime) -> list[tuple[Tip, Publication]]:
    """Every public tip with the record that made it so, the newest first."""
    found = [(from_json(record.content), record) for record in in_force(db, kind="tip", at=now)]
    return sorted(found, key=lambda one: (one[0].written_on, one[0].slug), reverse=True)


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


def list_moments(db: Session, tip: Tip, standing: Standing) -> list[tuple[str, Moment]]:
    """The moments of webinars that the tip names, each with its webinar's title, as far as those are public."""
    public = [
        (standing.webinars[moment.webinar], moment) for moment in tip.moments if moment.webinar in standing.webinars
    ]
    titles = _known(db, [version for version, _ in public], _TITLES, _title_in)
    return [(titles[version], moment) for version, moment in public]


def _title_in(content: str) -> str:
    return str(json.loads(content)["title"])


def _known(
    db: Session, versions: Collection[str], kept: dict[str, Thing], read: Callable[[str], Thing]
) -> dict[str, Thing]:
    """What these versions say, by version: as it was read before, or else read now."""
    found = {version: kept[version] for version in versions if version in kept}
    if missing := set(versions) - set(found):
        rows = db.execute(select(Publication.version, Publication.content).where(Publication.version.in_(missing)))
        new = {version: read(content) for version, content in rows}
        if len(kept) + len(new) > MOST_KEPT:
            kept.clear()
        kept.update(new)
        found |= new
    return found


_TIPS: dict[str, Tip] = {}
_TITLES: dict[str, str] = {}
