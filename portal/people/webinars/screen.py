"""The only place that says how a webinar's page plays its film: by what, in which sizes, or how far it is made."""

from dataclasses import dataclass, replace

from portal.people.films.library import Film
from portal.people.webinars.recording import Recording, Track

_STATES = {
    "waiting": "The recording waits for its turn to be made.",
    "working": "The recording is being made: {} %",
    "failed": "The recording could not be made yet. Whoever published it was told why.",
    "ready": "The recording is made.",
}


@dataclass(frozen=True, kw_only=True)
class Screen:
    """What the player of a webinar has: the film, and the captions that are shown at first.

    `saves_data` is whether the visitor's browser asks to be spared bytes.
    """

    film: Film | None
    track: Track | None
    saves_data: bool

    @property
    def is_playable(self) -> bool:
        """Whether any of the film can be played, be it one size of it."""
        return bool(self.film and (self.film.stream or self.film.video))

    @property
    def percent(self) -> int:
        """How much of the film is made."""
        return self.film.percent if self.film else 0

    @property
    def words(self) -> str:
        """How the making stands, for visitors."""
        return _STATES[self.film.state if self.film else "waiting"].format(self.percent)

    @property
    def sources(self) -> list[tuple[str, str]]:
        """Address and kind of what a browser plays by itself; the plain file first, which every one of them does."""
        if self.film is None:
            return []
        offered = ((self.film.video, "video/mp4"), (self.film.stream, "application/vnd.apple.mpegurl"))
        return [(address, kind) for address, kind in offered if address]


def screen_of(webinar: Recording, *, language: str, saves_data: bool) -> Screen:
    """How the page plays this webinar, with captions in `language` where there are some."""
    return Screen(film=webinar.film, track=find_track(webinar, language), saves_data=saves_data)


def find_track(webinar: Recording, language: str) -> Track | None:
    """The captions in that language, else those in the webinar's own, which come first."""
    of_that = [track for track in webinar.tracks if track.language == language]
    return (*of_that, *webinar.tracks, None)[0]


def said_in(webinar: Recording, track: Track | None) -> Recording:
    """The webinar with its transcript in the language of that track; the titles of chapters stay as they are."""
    if track is None or track.language == webinar.language:
        return webinar
    starts = [0.0, *(chapter.start for chapter in webinar.chapters[1:])]
    ends = [*starts[1:], max(webinar.seconds, *(line.stop for line in track.lines))]
    spans = zip(webinar.chapters, starts, ends, strict=True)
    said = tuple(
        replace(chapter, lines=tuple(line for line in track.lines if start <= line.start < end))
        for chapter, start, end in spans
    )
    return replace(webinar, chapters=said)
