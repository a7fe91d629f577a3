"""The only place that asks which learning paths are public at a moment, and whether what they lead to is.

What was published is known by its SHA-256 and never changes, so it is read once a process, as tips are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people.paths.learning_path import Article, Chapter, LearningPath, Step, from_json
from portal.people.paths.sharing import picture_of
from portal.people.pictures.library import find_picture
from portal.people.publications.models import Publication
from portal.people.publications.records import versions_in_force

MOST_KEPT = 200  # versions


@dataclass(frozen=True)
class Standing:
    """The versions that are in force, by kind and slug."""

    versions: Mapping[str, Mapping[str, str]]

    @property
    def paths(self) -> Mapping[str, str]:
        return self.versions.get("path", {})

    def leads_on(self, step: Step) -> bool:
        """Whether what a step leads to is public; the sandbox and questions always are there."""
        if isinstance(step, Chapter):
            return step.webinar in self.versions.get("webinar", {})
        return not isinstance(step, Article) or step.tip in self.versions.get("tip", {})


def what_stands(db: Session, *, now: datetime) -> Standing:
    """Which versions are in force at that moment."""
    return Standing(versions_in_force(db, now=now))


def list_paths(db: Session, standing: Standing) -> list[LearningPath]:
    """Every path of them, the first steps first, and of one level the newest."""
    found = [_known(db, version) for version in standing.paths.values()]
    newest = sorted(found, key=lambda path: (path.written_on, path.slug), reverse=True)
    return sorted(newest, key=lambda path: path.level != "first steps")


def find_path(db: Session, standing: Standing, slug: str) -> LearningPath | None:
    """The path of that name as it is public, or None."""
    version = standing.paths.get(slug)
    return _known(db, version) if version else None


def find_picture_of(db: Session, path: LearningPath, standing: Standing) -> str | None:
    """The picture of a link to it; once it is drawn it stays, so a version is asked about until then."""
    version = standing.paths[path.slug]
    if version not in _PICTURES:
        found = find_picture(db, picture_of(path))
        if found is None:
            return None
        _PICTURES[version] = found
    return _PICTURES[version]


def _known(db: Session, version: str) -> LearningPath:
    found = _KEPT.get(version)
    if found is None:
        if len(_KEPT) >= MOST_KEPT:
            _KEPT.clear()
            _PICTURES.clear()
        content = db.scalars(select(Publication.content).where(Publication.version == version).limit(1)).one()
        found = _KEPT[version] = from_json(content)
    return found


_KEPT: dict[str, LearningPath] = {}
_PICTURES: dict[str, str] = {}
