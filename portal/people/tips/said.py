"""The only place that looks up what is said in a webinar's folder, for who writes about a moment of it."""

from collections.abc import Callable
from pathlib import Path

from portal.shared.captions import read_cues
from portal.shared.environment import ROOT
from portal.shared.proofreading import BadContent

WEBINARS = ROOT / "content" / "webinars"
READ_ON = 20  # seconds within which a quotation must begin and end

Line = tuple[float, str]
"""When a caption begins, in seconds from the start, and its words."""

Said = Callable[[str], list[Line] | None]
"""The captions of the webinar of that name; none where there is no such webinar."""


def said_in(folder: Path = WEBINARS) -> Said:
    """What is said in each webinar that lies in `folder`."""

    def find(slug: str) -> list[Line] | None:
        path = folder / slug
        if not path.is_dir():
            return None
        tracks = sorted((*path.glob("captions.en*.vtt"), *path.glob("captions.en*.srt")))
        return _lines(tracks[0]) if tracks else []

    return find


def words_from(lines: list[Line], second: int) -> str:
    """What is said from that second on, as far as somebody would quote it."""
    begun = [at for at, _ in lines if at < second + 1]
    start = begun[-1] if begun else 0.0
    return " ".join(words for at, words in lines if start <= at <= second + READ_ON)


def _lines(path: Path) -> list[Line]:
    try:
        return [(cue.start, cue.words) for cue in read_cues(path)]
    except BadContent:
        return []  # whoever checks the webinar is told
