"""The only place that remembers in an account which steps of paths its owner has done."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, select, text
from sqlalchemy.orm import Session

from portal.people.paths.course import Course, course_of
from portal.people.paths.library import find_path, what_stands
from portal.people.paths.models import PathStep
from portal.shared.columns import Moment


@dataclass(frozen=True, kw_only=True)
class Walked:
    """A path on which somebody is, and when they did a step of it last."""

    course: Course
    at: datetime


def find_done(db: Session, *, person_id: str) -> dict[str, set[str]]:
    """The keys of the steps that somebody has done, by the path's slug."""
    found: dict[str, set[str]] = {}
    for path, step in db.execute(_DONE, {"person_id": person_id}):
        found.setdefault(path, set()).add(step)
    return found


def note_done(db: Session, *, person_id: str, slug: str, steps: Collection[str], now: datetime) -> None:
    """Remember that somebody has done these steps of a path; those of before stay as they are."""
    rows = [{"person_id": person_id, "path": slug, "step": step, "now": now} for step in steps]
    if rows:
        db.connection().execute(_NOTE, rows)


def undo(db: Session, *, person_id: str, slug: str, step: str) -> None:
    """Forget that somebody has done one step."""
    theirs = and_(PathStep.person_id == person_id, PathStep.path == slug, PathStep.step == step)
    db.execute(delete(PathStep).where(theirs))


def forget(db: Session, *, person_id: str, slug: str | None = None) -> None:
    """Forget one path of somebody's, or all of them."""
    theirs = PathStep.person_id == person_id
    db.execute(delete(PathStep).where(theirs if slug is None else and_(theirs, PathStep.path == slug)))


def list_walked(db: Session, *, person_id: str, now: datetime) -> list[Walked]:
    """The paths on which somebody is, the last first; one that is public no more is left out."""
    rows = db.execute(
        select(PathStep.path, PathStep.step, PathStep.done_at)
        .where(PathStep.person_id == person_id)
        .order_by(PathStep.done_at.desc())
    ).all()
    standing = what_stands(db, now=now)
    found = []
    for slug in dict.fromkeys(row.path for row in rows):
        path = find_path(db, standing, slug)
        if path is not None:
            theirs = [row for row in rows if row.path == slug]
            course = course_of(path, standing, {row.step for row in theirs})
            found.append(Walked(course=course, at=theirs[0].done_at))
    return found


_DONE = select(PathStep.path, PathStep.step).where(PathStep.person_id == bindparam("person_id"))
_NOTE = text(
    "INSERT INTO path_steps (person_id, path, step, done_at) VALUES (:person_id, :path, :step, :now) "
    "ON CONFLICT (person_id, path, step) DO NOTHING"
).bindparams(bindparam("now", type_=Moment()))
