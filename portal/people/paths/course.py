"""The only place that says how far somebody is on a path: what is done, what comes next, whether it is whole."""

from collections.abc import Collection
from dataclasses import dataclass

from portal.people.paths.learning_path import LearningPath, Step, key_of
from portal.people.paths.library import Standing


@dataclass(frozen=True, kw_only=True)
class Place:
    """A step as somebody stands to it. What was taken off the site is asked of nobody."""

    number: int
    key: str
    step: Step
    is_done: bool
    is_there: bool


@dataclass(frozen=True, kw_only=True)
class Course:
    """A path with what one visitor has done of it."""

    path: LearningPath
    version: str
    places: tuple[Place, ...]

    @property
    def asked(self) -> list[Place]:
        """The steps that count."""
        return [place for place in self.places if place.is_there]

    @property
    def done(self) -> int:
        return sum(place.is_done for place in self.asked)

    @property
    def next(self) -> Place | None:
        """Where to go on: the first step that is not done."""
        return next((place for place in self.asked if not place.is_done), None)

    @property
    def is_whole(self) -> bool:
        """Whether everything is done that counts."""
        return self.next is None and bool(self.asked)

    def find(self, key: str) -> Place | None:
        """The step known by this key."""
        return next((place for place in self.places if place.key == key), None)


def course_of(path: LearningPath, standing: Standing, done: Collection[str]) -> Course:
    """The path as somebody stands on it who has `done` the steps of these keys; `standing` holds its version."""
    places = []
    for number, step in enumerate(path.steps, 1):
        key = key_of(step)
        is_there = standing.leads_on(step)
        places.append(Place(number=number, key=key, step=step, is_done=key in done, is_there=is_there))
    return Course(path=path, version=standing.paths[path.slug], places=tuple(places))
