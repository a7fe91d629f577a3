"""The only place that finds which tips name a moment of a webinar: what to read about it."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people.publications.models import Publication
from portal.people.publications.records import versions_in_force

MOST_KEPT = 1000  # versions of tips


@dataclass(frozen=True, kw_only=True)
class Naming:
    """A tip and the first moment of a webinar that it names, in seconds from the start."""

    title: str
    url: str
    second: int


def list_naming(db: Session, webinar: str, *, now: datetime) -> list[Naming]:
    """The public tips that name a moment of this webinar, in the order of the moments.

    What was published never changes, so each tip is read once a process: a page asks which versions are in force.
    """
    standing = list(versions_in_force(db, now=now).get("tip", {}).items())
    known = {one: _KEPT[one] for one in standing if one in _KEPT}
    if missing := {version for slug, version in standing if (slug, version) not in known}:
        found = select(Publication.slug, Publication.version, Publication.content).where(
            Publication.kind == "tip", Publication.version.in_(missing)
        )
        new = {(row.slug, row.version): _named_in(row.slug, row.content) for row in db.execute(found)}
        if len(_KEPT) + len(new) > MOST_KEPT:
            _KEPT.clear()
        _KEPT.update(new)
        known |= new
    naming = [named for one in standing if (named := known.get(one, {}).get(webinar))]
    return sorted(naming, key=lambda one: (one.second, one.title))


def _named_in(slug: str, content: str) -> dict[str, Naming]:
    tip = json.loads(content)
    named: dict[str, Naming] = {}
    for moment in sorted(tip.get("moments", []), key=lambda one: int(one["second"]), reverse=True):
        named[moment["webinar"]] = Naming(title=tip["title"], url=f"/tips/{slug}", second=moment["second"])
    return named


_KEPT: dict[tuple[str, str], dict[str, Naming]] = {}
