"""The only place that knows what a published webinar holds, and how a moment of it is written."""

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from portal.people.films.library import Film
from portal.people.moments.moment import Moment, moment_from
from portal.people.webinars.languages import name_of


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
    """A sentence of the transcript and who says it; times in seconds from the start."""

    start: float
    stop: float
    words: str
    speaker: str = ""


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A named span of the recording with what is said in it; times in seconds from the start."""

    start: float
    stop: float
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Track:
    """Captions in one language, as a file for the player and as sentences to read."""

    language: str
    captions: Media
    lines: tuple[Line, ...]

    @property
    def label(self) -> str:
        """The language's own name."""
        return name_of(self.language)


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A webinar as its page shows it.

    `source` names what its film is made from, and `film` is how that stands; it is no part of what was published.
    `tracks` are the captions, the one in the webinar's own language first; there is none where it was published
    without, for a reason. `premiere_at` is set where it is announced: until then its page says when it comes.
    """

    slug: str
    title: str
    summary: str
    speakers: tuple[str, ...]
    topics: tuple[str, ...]
    level: str
    language: str
    held_on: date
    premiere_at: datetime | None
    seconds: float
    source: str
    poster: Media | None
    tracks: tuple[Track, ...]
    chapter_track: Media
    chapters: tuple[Chapter, ...]
    said: Line | None
    notes_html: str
    moments: tuple[Moment, ...] = ()
    film: Film | None = field(default=None, compare=False)

    @property
    def poster_url(self) -> str | None:
        """Its own picture, else one of the film's, as soon as there is one."""
        if self.poster is not None:
            return self.poster.url
        return self.film.poster if self.film is not None else None

    @property
    def presenter(self) -> str:
        """Who speaks, in one text."""
        return " and ".join(filter(None, [", ".join(self.speakers[:-1]), *self.speakers[-1:]]))

    @property
    def is_written_down(self) -> bool:
        """Whether there is a transcript: what was published without captions has none."""
        return any(chapter.lines for chapter in self.chapters)

    def is_to_come(self, now: datetime) -> bool:
        """Whether it is announced and not yet to be seen."""
        return self.premiere_at is not None and now < self.premiere_at

    def moments_in(self, chapter: Chapter) -> tuple[Moment, ...]:
        """The moments that begin in that chapter; what comes before the first or after the last is theirs, too."""
        return tuple(one for one in self.moments if self._chapter_of(one).start == chapter.start)

    def _chapter_of(self, moment: Moment) -> Chapter:
        begun = [chapter for chapter in self.chapters if chapter.start <= moment.at]
        return begun[-1] if begun else self.chapters[0]

    def chapter_at(self, second: int) -> Chapter:
        """The chapter at that second, as links to chapters say seconds: whole ones, up to one before it begins."""
        begun = [chapter for chapter in self.chapters if int(chapter.start) <= second]
        return begun[-1] if begun else self.chapters[0]

    def line_at(self, second: int) -> Line | None:
        """What is said at that second: the last sentence that has begun by its end, or None at the very start."""
        if not second:
            return None
        begun = [line for chapter in self.chapters for line in chapter.lines if int(line.start) <= second]
        return begun[-1] if begun else None

    def as_json(self) -> str:
        """The recording as it is stored, the same text for the same content."""
        found = asdict(replace(self, film=None))
        del found["film"]
        if not self.moments:
            del found["moments"]  # so that what was published before there were any reads as the same version
        days = {"held_on": self.held_on.isoformat(), "premiere_at": self.premiere_at and self.premiere_at.isoformat()}
        return json.dumps(found | days, sort_keys=True, ensure_ascii=False)


def from_json(text: str) -> Recording:
    """The recording that `as_json` wrote, now or before there were films, topics and other languages."""
    found = _as_of_now(json.loads(text))
    found |= {name: Media(**found[name]) for name in ("poster", "chapter_track") if found[name]}
    found |= {name: tuple(found[name]) for name in ("speakers", "topics")}
    found["chapters"] = tuple(Chapter(**{**one, "lines": _lines(one["lines"])}) for one in found["chapters"])
    found["tracks"] = tuple(
        Track(language=one["language"], captions=Media(**one["captions"]), lines=_lines(one["lines"]))
        for one in found["tracks"]
    )
    found["held_on"] = date.fromisoformat(found["held_on"])
    at = found["premiere_at"]
    found["premiere_at"] = datetime.fromisoformat(at).astimezone(UTC) if at else None
    found["said"] = Line(**found["said"]) if found["said"] else None
    found["moments"] = tuple(moment_from(one) for one in found.get("moments", []))
    return Recording(**found)


def _lines(found: list[dict[str, Any]]) -> tuple[Line, ...]:
    return tuple(Line(**line) for line in found)


def _as_of_now(found: dict[str, Any]) -> dict[str, Any]:
    """What was published before version 0.5 named one presenter, one track and the video itself."""
    if "presenter" not in found:
        return found
    lines = [line for chapter in found["chapters"] for line in chapter["lines"]]
    found["speakers"] = [found.pop("presenter")]
    found["tracks"] = [{"language": "en", "captions": found.pop("captions"), "lines": lines}]
    found["source"] = found.pop("video")["sha256"]
    return {"topics": [], "level": "everyday", "language": "en", "premiere_at": None, **found}
