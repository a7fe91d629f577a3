"""The only place that knows what a published learning path holds, and what its steps are known by."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from math import ceil
from typing import Any

from portal.people.tips.tip import slug_of

KEY = 8  # characters of a step's key
_MINUTES_TO_ANSWER, _MINUTES_TO_TRY = 1, 5


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A chapter of a recorded webinar, from `second` on, and why it stands here."""

    webinar: str
    webinar_title: str
    title: str
    second: int
    seconds: int
    about: str

    kind = "chapter"

    @property
    def url(self) -> str:
        return f"/webinars/{self.webinar}?t={self.second}#player"

    @property
    def minutes(self) -> float:
        return self.seconds / 60

    @property
    def names(self) -> tuple[str, ...]:
        """What makes it this step, wherever in the path it stands: who has done it has done it."""
        return (self.webinar, self.title)


@dataclass(frozen=True, kw_only=True)
class Article:
    """A tip to read, and why it stands here."""

    tip: str
    title: str
    minutes: int
    about: str

    kind = "tip"

    @property
    def url(self) -> str:
        return f"/tips/{self.tip}"

    @property
    def names(self) -> tuple[str, ...]:
        return (self.tip,)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One of the answers to choose from, and what is said to whoever chose it."""

    says: str
    because: str
    is_right: bool


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question with one right answer."""

    title: str
    answers: tuple[Answer, ...]

    kind = "question"
    minutes = _MINUTES_TO_ANSWER

    @property
    def names(self) -> tuple[str, ...]:
        """With its answers: whoever answered it before it was changed is asked anew."""
        return (self.title, *(f"{answer.is_right}:{answer.says}" for answer in self.answers))

    @property
    def right(self) -> Answer:
        return next(answer for answer in self.answers if answer.is_right)


@dataclass(frozen=True, kw_only=True)
class Practice:
    """Something to do on a page of the sandbox, in a drive of its own."""

    title: str
    scenario: str
    page: str
    button: str
    about: str

    kind = "sandbox"
    minutes = _MINUTES_TO_TRY

    @property
    def names(self) -> tuple[str, ...]:
        return (self.scenario, self.page, self.title)


Step = Chapter | Article | Question | Practice
_KINDS: dict[str, type[Any]] = {one.kind: one for one in (Chapter, Article, Question, Practice)}


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file of the media store to take along."""

    sha256: str
    name: str
    size: int
    title: str
    about: str

    @property
    def url(self) -> str:
        return f"/media/{self.sha256}/{self.name}"

    @property
    def type(self) -> str:
        """What kind of file it is, as one calls it."""
        return TYPES[self.name.rpartition(".")[2]]


TYPES = {"csv": "CSV table", "txt": "Plain text", "json": "JSON", "pdf": "PDF"}


@dataclass(frozen=True, kw_only=True)
class LearningPath:
    """A path as its page shows it; `about_html` is drawn."""

    slug: str
    title: str
    summary: str
    author: str
    written_on: date
    topics: tuple[str, ...]
    level: str
    teaches: tuple[str, ...]
    about_html: str
    steps: tuple[Step, ...]
    downloads: tuple[Download, ...]

    @property
    def url(self) -> str:
        return f"/paths/{self.slug}"

    @property
    def minutes(self) -> int:
        """How long all of it takes, rounded up to five."""
        return 5 * ceil(sum(step.minutes for step in self.steps) / 5)

    @property
    def topic_slugs(self) -> tuple[str, ...]:
        """Its topics as pictures name them."""
        return tuple(map(slug_of, self.topics))

    def as_json(self) -> str:
        """Everything about it, as a publication keeps it; the same text for the same content."""
        told = asdict(self) | {"steps": [asdict(step) | {"kind": step.kind} for step in self.steps]}
        return json.dumps(told, default=date.isoformat, sort_keys=True, ensure_ascii=False)


def key_of(step: Step) -> str:
    """What a step is known by in addresses and in what somebody has done, wherever in the path it stands."""
    return hashlib.sha256("\0".join((step.kind, *step.names)).encode()).hexdigest()[:KEY]


def from_json(text: str) -> LearningPath:
    """The path that `as_json` wrote."""
    found: dict[str, Any] = json.loads(text)
    found["written_on"] = date.fromisoformat(found["written_on"])
    found["steps"] = tuple(_step(one) for one in found["steps"])
    found["downloads"] = tuple(Download(**one) for one in found["downloads"])
    for name in ("topics", "teaches"):
        found[name] = tuple(found[name])
    return LearningPath(**found)


def _step(one: dict[str, Any]) -> Step:
    kind = _KINDS[one.pop("kind")]
    if kind is Question:
        one["answers"] = tuple(Answer(**answer) for answer in one["answers"])
    made: Step = kind(**one)
    return made
