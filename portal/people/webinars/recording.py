"""The only place that knows what a published webinar holds, and how a moment of it is written."""

import json
from dataclasses import asdict, dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Media:
    """A file of the store and the name it is served under."""

    sha256: str
    name: str

    @property
    def url(self) -> str:
        return f"/media/{self.sha256}/{self.name}"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A sentence of the transcript; times in seconds from the start."""

    start: float
    stop: float
    words: str


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A named span of the recording with what is said in it; times in seconds from the start."""

    start: float
    stop: float
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A webinar as its page shows it."""

    slug: str
    title: str
    summary: str
    presenter: str
    held_on: date
    seconds: float
    video: Media
    poster: Media
    captions: Media
    chapter_track: Media
    chapters: tuple[Chapter, ...]
    said: Line
    notes_html: str

    def line_at(self, second: int) -> Line | None:
        """What is said at that second: the last sentence that has begun by its end, or None at the very start."""
        if not second:
            return None
        begun = [line for chapter in self.chapters for line in chapter.lines if int(line.start) <= second]
        return begun[-1] if begun else None

    def as_json(self) -> str:
        """The recording as it is stored, the same text for the same content."""
        return json.dumps(asdict(self) | {"held_on": self.held_on.isoformat()}, sort_keys=True, ensure_ascii=False)


def from_json(text: str) -> Recording:
    """The recording that `as_json` wrote."""
    found = json.loads(text)
    found |= {name: Media(**found[name]) for name in ("video", "poster", "captions", "chapter_track")}
    found["chapters"] = tuple(
        Chapter(**{**chapter, "lines": tuple(Line(**line) for line in chapter["lines"])})
        for chapter in found["chapters"]
    )
    found["held_on"] = date.fromisoformat(found["held_on"])
    found["said"] = Line(**found["said"])
    return Recording(**found)
