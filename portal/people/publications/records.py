"""The only place that makes a webinar, tip or path public, takes it back, and says what is in force at a moment.

Of one thing that record is in force whose moment came last; of two for the same moment, the one added last. So a
change for Christmas stays what it is when a slip is mended today, and is called off by another record for Christmas.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from portal.people.publications.models import Publication

Kind = Literal["webinar", "tip", "path"]


class NotPublic(LookupError):
    """There is no such thing, or no such version of it; the message says where to look."""


class HasPassed(ValueError):
    """A moment that is meant to come lies in the past."""


def publish(
    db: Session,
    *,
    kind: Kind,
    slug: str,
    content: str,
    by: str,
    now: datetime,
    public_from: datetime | None = None,
    reason: str = "",
) -> tuple[Publication, bool]:
    """Make `content` public, at once or from a moment on, all of it in one record. Raises HasPassed.

    Returns the record that says so and whether it is new: publishing the same twice changes nothing.
    """
    at = _moment(public_from, now)
    current = find_in_force(db, kind=kind, slug=slug, at=at)
    version = hashlib.sha256(content.encode()).hexdigest()
    if current is not None and current.version == version:
        return current, False
    record = Publication(
        kind=kind,
        slug=slug,
        version=version,
        content=content,
        public_from=at,
        redirect_to="",
        reason=reason,
        published_at=now,
        published_by=by,
    )
    return _added(db, record), True


def roll_back(
    db: Session, *, kind: Kind, slug: str, version: str, by: str, now: datetime, public_from: datetime | None = None
) -> Publication:
    """Make an earlier version public again; its first characters are enough. Raises NotPublic, HasPassed."""
    found = {
        record.version: record
        for record in list_records(db, kind=kind, slug=slug)
        if record.is_shown and record.version.startswith(version)
    }
    if len(found) != 1:
        raise NotPublic(
            f"{'No version' if not found else 'More than one version'} of {slug} begins with {version or 'nothing'}. "
            f"All of them: bin/portal publications list {kind} {slug}"
        )
    (record,) = found.values()
    return publish(
        db, kind=kind, slug=slug, content=record.content, by=by, now=now, public_from=public_from, reason=record.reason
    )[0]


def unpublish(db: Session, *, kind: Kind, slug: str, redirect_to: str, by: str, now: datetime) -> Publication:
    """Take it off the site; its address leads to `redirect_to`, a path of this site. Raises NotPublic.

    Staff does it by studio/leading.py, which sees to it that somebody arrives there.
    """
    current = find_in_force(db, kind=kind, slug=slug, at=now)
    if current is None or not current.is_shown:
        raise NotPublic(f"No {kind} {slug} is public. What is: bin/portal publications list {kind}")
    record = Publication(
        kind=kind,
        slug=slug,
        version="",
        content="",
        public_from=now,
        redirect_to=redirect_to,
        reason="",
        published_at=now,
        published_by=by,
    )
    return _added(db, record)


def call_off(db: Session, *, kind: Kind, slug: str, public_from: datetime, by: str, now: datetime) -> Publication:
    """Say for a moment to come what holds until then, so that nothing changes at it. Raises NotPublic."""
    planned = find_in_force(db, kind=kind, slug=slug, at=public_from)
    if public_from <= now or planned is None or planned.public_from != public_from:
        raise NotPublic(
            f"Nothing is planned for {slug} at that moment. See: bin/portal publications list {kind} {slug}"
        )
    before = find_in_force(db, kind=kind, slug=slug, at=public_from - _A_MOMENT)
    record = Publication(
        kind=kind,
        slug=slug,
        version=before.version if before else "",
        content=before.content if before else "",
        public_from=public_from,
        redirect_to=before.redirect_to if before else "",
        reason=before.reason if before else "",
        published_at=now,
        published_by=by,
    )
    return _added(db, record)


def in_force(db: Session, *, kind: Kind, at: datetime) -> list[Publication]:
    """What is public at that moment, a record for each thing, in the order of their names."""
    return [record for record in list_last(db, kind=kind, at=at) if record.is_shown]


def list_last(db: Session, *, kind: Kind, at: datetime) -> list[Publication]:
    """The record in force for each thing, also where it says that the thing was taken off the site."""
    place = func.row_number().over(
        partition_by=Publication.slug, order_by=(Publication.public_from.desc(), Publication.id.desc())
    )
    begun = select(Publication.id, place.label("place")).where(Publication.kind == kind, Publication.public_from <= at)
    newest = begun.subquery()
    found = select(Publication).join(newest, newest.c.id == Publication.id).where(newest.c.place == 1)
    return list(db.scalars(found.order_by(Publication.slug)))


class Standing(NamedTuple):
    """Which record shows something, or will, and from when: without what it shows, which may be long."""

    id: int
    kind: str
    slug: str
    public_from: datetime


def list_standing(db: Session, *, kinds: Sequence[Kind], at: datetime) -> list[Standing]:
    """What is in force at that moment, and what is still to come, in the order in which it was added."""
    place = func.row_number().over(
        partition_by=(Publication.kind, Publication.slug),
        order_by=(Publication.public_from.desc(), Publication.id.desc()),
    )
    columns = (Publication.id, Publication.kind, Publication.slug, Publication.public_from, Publication.version)
    begun = select(*columns, place.label("place")).where(Publication.kind.in_(kinds), Publication.public_from <= at)
    newest = begun.subquery()
    coming = select(*columns).where(Publication.kind.in_(kinds), Publication.public_from > at)
    found = [
        *db.execute(select(*(newest.c[column.key] for column in columns)).where(newest.c.place == 1)),
        *db.execute(coming),
    ]
    return sorted(Standing(*row[:4]) for row in found if row.version)  # without one it was taken off the site


def versions_in_force(db: Session, *, now: datetime) -> dict[str, dict[str, str]]:
    """Which version of each thing is in force at that moment, by kind and slug: all that a kept page needs."""
    found: dict[str, dict[str, str]] = {}
    for kind, slug, version in db.connection().execute(_VERSIONS, {"now": now}):
        if version:  # without one it was taken off the site
            found.setdefault(kind, {})[slug] = version
    return found


def find_in_force(db: Session, *, kind: Kind, slug: str, at: datetime) -> Publication | None:
    """The record in force for one thing, also where it says that the thing was taken off the site."""
    theirs = select(Publication).where(
        Publication.kind == kind, Publication.slug == slug, Publication.public_from <= at
    )
    return db.scalar(theirs.order_by(Publication.public_from.desc(), Publication.id.desc()).limit(1))


def list_scheduled(db: Session, *, kind: Kind, at: datetime) -> list[Publication]:
    """What is still to come after that moment, the nearest first."""
    coming = select(Publication).where(Publication.kind == kind, Publication.public_from > at)
    return list(db.scalars(coming.order_by(Publication.public_from, Publication.id)))


def list_plans(db: Session, *, kind: Kind, at: datetime) -> list[Publication]:
    """What will be otherwise after that moment, the nearest first: what was called off or replaced is left out."""
    last = {record.slug: record.version for record in list_last(db, kind=kind, at=at)}
    planned = {(record.slug, record.public_from): record for record in list_scheduled(db, kind=kind, at=at)}
    changes = []
    for record in planned.values():
        if record.version != last.get(record.slug, ""):
            changes.append(record)
        last[record.slug] = record.version
    return changes


def list_records(db: Session, *, kind: Kind, slug: str) -> list[Publication]:
    """Everything that was ever said about one thing, the last first."""
    theirs = select(Publication).where(Publication.kind == kind, Publication.slug == slug)
    return list(db.scalars(theirs.order_by(Publication.id.desc())))


_A_MOMENT = timedelta(microseconds=1)


def _moment(public_from: datetime | None, now: datetime) -> datetime:
    if public_from is not None and public_from < now:
        raise HasPassed(f"{public_from:%Y-%m-%d %H:%M %Z} has passed. Leave the moment out to publish now.")
    return public_from or now


def _added(db: Session, record: Publication) -> Publication:
    db.add(record)
    db.flush()
    return record


_place = func.row_number().over(
    partition_by=(Publication.kind, Publication.slug), order_by=(Publication.public_from.desc(), Publication.id.desc())
)
_begun = (
    select(Publication.kind, Publication.slug, Publication.version, _place.label("place"))
    .where(Publication.public_from <= bindparam("now"))
    .subquery()
)
# Built once: to build it costs more than to ask it.
_VERSIONS = select(_begun.c.kind, _begun.c.slug, _begun.c.version).where(_begun.c.place == 1)
