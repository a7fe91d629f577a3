"""The only place that knows what a published tip holds."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

LEVELS = {"first steps": "For a first look", "everyday": "For daily work", "advanced": "For going further"}

_WORDS_A_MINUTE = 200


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A place in a recorded webinar, in seconds from its start, and the words that are said there."""

    webinar: str
    second: int
    words: str

    @property
    def url(self) -> str:
        return f"/webinars/{self.webinar}?t={self.second}"


@dataclass(frozen=True, kw_only=True)
class Door:
    """Where in the sandbox it can be tried: a business to start from, a page of it, and the words on the card."""

    scenario: str
    page: str
    button: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Tip:
    """A tip as its page shows it: `body_html` is drawn, `paragraphs` is the same as plain text, for who searches."""

    slug: str
    title: str
    summary: str
    author: str
    written_on: date
    topics: tuple[str, ...]
    level: str
    word_count: int
    body_html: str
    paragraphs: tuple[str, ...]
    door: Door
    moments: tuple[Moment, ...]
    related: tuple[str, ...]

    @property
    def url(self) -> str:
        return f"/tips/{self.slug}"

    @property
    def minutes(self) -> int:
        """How long it takes to read, rounded up."""
        return max(1, -(-self.word_count // _WORDS_A_MINUTE))

    @property
    def topic_slugs(self) -> tuple[str, ...]:
        """Its topics as addresses and pictures name them."""
        return tuple(map(slug_of, self.topics))

    def as_json(self) -> str:
        """Everything about it, as a publication keeps it; the same text for the same content."""
        return json.dumps(asdict(self), default=date.isoformat, sort_keys=True, ensure_ascii=False)


def slug_of(topic: str) -> str:
    """A topic as an address names it."""
    return topic.lower().replace(" ", "-")


def from_json(text: str) -> Tip:
    """The tip that `as_json` wrote."""
    found: dict[str, Any] = json.loads(text)
    found["written_on"] = date.fromisoformat(found["written_on"])
    found["door"] = Door(**found["door"])
    found["moments"] = tuple(Moment(**moment) for moment in found["moments"])
    for name in ("topics", "paragraphs", "related"):
        found[name] = tuple(found[name])
    return Tip(**found)
