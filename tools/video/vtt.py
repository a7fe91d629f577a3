"""The only place that writes and reads WebVTT."""

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path


@dataclass(frozen=True)
class Cue:
    """Text shown from `start` to `end`, in seconds."""

    name: str
    start: float
    end: float
    text: str


def write_cues(cues: list[Cue], path: Path) -> None:
    blocks = [f"{cue.name}\n{_clock(cue.start)} --> {_clock(cue.end)}\n{_escaped(cue.text)}\n" for cue in cues]
    path.write_text("\n".join(["WEBVTT\n", *blocks]), encoding="utf-8")


def read_cues(path: Path) -> list[Cue]:
    """The cues of a file that `write_cues` wrote; none where there is no file."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [
        Cue(name, _seconds(start), _seconds(end), unescape(words.strip()))
        for name, start, end, words in re.findall(r"^(\S+)\n(\S+) --> (\S+)\n((?:.+\n)+)", text, re.MULTILINE)
    ]


def moved(cues: list[Cue], others: list[Cue]) -> list[Cue]:
    """The cues at the moments of those among `others` that have the same names; raises KeyError where one has not."""
    moments = {cue.name: (cue.start, cue.end) for cue in others}
    return [Cue(cue.name, *moments[cue.name], cue.text) for cue in cues]


def agree(some: list[Cue], others: list[Cue], *, within: float) -> bool:
    """Whether both show the same words, and begin and end them at the same moments, give or take `within` seconds."""
    return [cue.text for cue in some] == [cue.text for cue in others] and all(
        abs(one.start - other.start) <= within and abs(one.end - other.end) <= within
        for one, other in zip(some, others, strict=True)
    )


def _clock(seconds: float) -> str:
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"


def _seconds(clock: str) -> float:
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
