"""The only place that lays out what is public, what is to come and what was, as the studio shows it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from portal.people.publications.models import Publication
from portal.people.publications.records import Kind, list_last, list_plans, list_records

KINDS: dict[str, Kind] = {"webinars": "webinar", "tips": "tip", "paths": "path"}  # as addresses name them
Stands = Literal["public", "to come", "called off", "earlier", "off the site"]


@dataclass(frozen=True, kw_only=True)
class Thing:
    """Something that is public, was, or will be: the record in force, if any, and what is planned, nearest first."""

    kind: str
    slug: str
    title: str
    current: Publication | None
    plans: list[Publication]

    @property
    def page(self) -> str:
        """Its address on the site."""
        return f"/{self.kind}/{self.slug}"

    @property
    def is_public(self) -> bool:
        return self.current is not None and self.current.is_shown


@dataclass(frozen=True, kw_only=True)
class Version:
    """One record about a thing, and where it stands by now."""

    record: Publication
    stands: Stands


def list_things(db: Session, *, now: datetime) -> dict[str, list[Thing]]:
    """All of each kind, by slug."""
    return {name: _of_kind(db, name, now) for name in KINDS}


def find_thing(db: Session, *, kind: str, slug: str, now: datetime) -> Thing | None:
    """One of them; None where nothing was ever said about it."""
    return next((thing for thing in _of_kind(db, kind, now) if thing.slug == slug), None)


def list_versions(db: Session, thing: Thing) -> list[Version]:
    """Everything that was ever said about it, the last first."""
    records = list_records(db, kind=KINDS[thing.kind], slug=thing.slug)
    return [Version(record=record, stands=_stands(record, thing)) for record in records]


def title_of(record: Publication) -> str:
    """What is shown, by its title; the slug where nothing is."""
    return str(json.loads(record.content)["title"]) if record.is_shown else record.slug


def _of_kind(db: Session, name: str, now: datetime) -> list[Thing]:
    kind = KINDS[name]
    current = {record.slug: record for record in list_last(db, kind=kind, at=now)}
    plans: dict[str, list[Publication]] = {}
    for record in list_plans(db, kind=kind, at=now):
        plans.setdefault(record.slug, []).append(record)
    return [
        _thing(db, name, slug, current.get(slug), plans.get(slug, [])) for slug in sorted(current.keys() | plans.keys())
    ]


def _thing(db: Session, kind: str, slug: str, current: Publication | None, plans: list[Publication]) -> Thing:
    told = [record for record in (current, *plans) if record is not None and record.is_shown]
    if not told:  # it was taken off: its last title is how people know it
        told = [record for record in list_records(db, kind=KINDS[kind], slug=slug) if record.is_shown]
    return Thing(kind=kind, slug=slug, title=title_of(told[0]) if told else slug, current=current, plans=plans)


def _stands(record: Publication, thing: Thing) -> Stands:
    if thing.current is not None and record.id == thing.current.id:
        return "public" if record.is_shown else "off the site"
    if record in thing.plans:
        return "to come"
    if thing.current is None or record.public_from > thing.current.public_from:
        return "called off"
    return "earlier"
