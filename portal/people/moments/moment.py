"""The only place that knows what a moment of a recording holds, and how it is stored with what was published."""

import hashlib
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One of the answers to a question, and what is said to whoever gives it."""

    words: str
    feedback: str
    is_right: bool


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What all kinds have: the second it begins at, which no two of a recording share, and what it is called."""

    label: ClassVar[str]
    kind: str
    at: int
    title: str

    @property
    def anchor(self) -> str:
        """Its place in the page."""
        return f"moment-{self.at}"


@dataclass(frozen=True, kw_only=True)
class Question(Moment):
    """A question with feedback, which nobody but the visitor sees; `said` is where the recording answers it."""

    label: ClassVar[str] = "Question"
    kind: str = "question"
    answers: tuple[Answer, ...]
    said: int | None = None


@dataclass(frozen=True, kw_only=True)
class Poll(Moment):
    """A question without a right answer, in which visitors see what others think."""

    label: ClassVar[str] = "Poll"
    kind: str = "poll"
    choices: tuple[str, ...]

    @property
    def id(self) -> str:
        """What ballots name it by: asked in other words it is another poll, so no answer is counted for new words."""
        asked = "\0".join((self.title, *self.choices))
        return hashlib.sha256(asked.encode()).hexdigest()[:12]


@dataclass(frozen=True, kw_only=True)
class Download(Moment):
    """A file to take along, out of the media store; `size` is in bytes."""

    label: ClassVar[str] = "Download"
    kind: str = "download"
    text: str
    sha256: str
    name: str
    size: int

    @property
    def url(self) -> str:
        """Where it is had."""
        return f"/media/{self.sha256}/{self.name}"

    @property
    def about(self) -> str:
        """What kind of file it is and how large: "PDF, 120 kB"."""
        kind = {"txt": "text"}.get(suffix := self.name.rpartition(".")[2].lower(), suffix.upper())
        return f"{kind}, {_size(self.size)}"


@dataclass(frozen=True, kw_only=True)
class OfferCard(Moment):
    """One of our offers, by its slug; how it stands is asked when the page is drawn."""

    label: ClassVar[str] = "Offer"
    kind: str = "offer"
    text: str
    offer: str


@dataclass(frozen=True, kw_only=True)
class Try(Moment):
    """A door to the sandbox: a new test drive of `scenario`, begun on `page`."""

    label: ClassVar[str] = "Try it"
    kind: str = "try"
    text: str
    button: str
    scenario: str
    page: str


KINDS: dict[str, type[Moment]] = {one.kind: one for one in (Question, Poll, Download, OfferCard, Try)}


def moment_from(found: dict[str, Any]) -> Moment:
    """The moment that was stored as `dataclasses.asdict` has it."""
    found = dict(found)
    if "answers" in found:
        found["answers"] = tuple(Answer(**one) for one in found["answers"])
    if "choices" in found:
        found["choices"] = tuple(found["choices"])
    return KINDS[found["kind"]](**found)


def find_poll(moments: tuple[Moment, ...], poll_id: str) -> Poll | None:
    """The poll of this id among them."""
    return next((one for one in moments if isinstance(one, Poll) and one.id == poll_id), None)


def _size(count: int) -> str:
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"
