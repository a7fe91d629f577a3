"""The only place that reads timed text, WebVTT or SubRip, says by line what is wrong in it, and writes it anew.

What visitors get is written here from what was understood, never the bytes that came in. The format is the W3C's
WebVTT; of its tags a cue keeps who speaks (`<v Ines>`); the others are taken off, and what is no tag of its is a fault.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape, unescape
from io import StringIO
from pathlib import Path

import webvtt
from webvtt.errors import MalformedCaptionError, MalformedFileError
from webvtt.models import Timestamp

from portal.shared.proofreading import BadContent, Fault, text_of

MOST_BYTES = 2_000_000
MOST_CUES = 20_000
MOST_WORDS = 500  # characters of a cue: more than that nobody reads in time
LONGEST = 12 * 3600  # seconds
MOST_OVERLAP = 0.25  # seconds by which a cue may run into the next: then it ends where that begins


@dataclass(frozen=True, kw_only=True)
class Cue:
    """Words and when they are shown, in seconds from the start; `name` is the identifier above the times, if any."""

    start: float
    stop: float
    words: str
    speaker: str = ""
    name: str = ""


def read_cues(path: Path) -> tuple[Cue, ...]:
    """The cues of a `.vtt` or `.srt` file. Raises BadContent with every fault in it."""
    return _read(path, text_of(path, most=MOST_BYTES))  # in text mode, so that every line ends alike


@lru_cache(maxsize=16)  # tips and paths name moments of the same few recordings
def _read(path: Path, source: str) -> tuple[Cue, ...]:
    try:
        found = webvtt.from_buffer(StringIO(source), format=path.suffix[1:])
    except (MalformedFileError, MalformedCaptionError) as fault:
        raise BadContent(path, [Fault(1, "file", _BEGINNINGS[path.suffix])]) from fault
    lines = _lines_of_times(source)
    cues = [
        _cue(caption.start_time, caption.end_time, caption.raw_text, caption.identifier or "")
        for caption in found.captions
    ]
    crossed = _crossed(cues, may_speak_at_once=path.suffix == ".vtt")
    if faults := list(_faults(cues, crossed, [caption.raw_text for caption in found.captions], lines, source)):
        raise BadContent(path, faults[:_MOST_FAULTS])
    return tuple(replace(cue, words=_plain(cue.words)) for cue in _trimmed(cues, crossed))


def write_cues(cues: tuple[Cue, ...]) -> str:
    """The cues as a WebVTT file, with nothing in it but times, speakers and escaped words."""
    return "\n\n".join(["WEBVTT", *map(written_cue, cues)]) + "\n"


def written_cue(cue: Cue) -> str:
    """A cue as its block of a WebVTT file: words, whatever is in them, are words to who reads it."""
    voice = f"<v {escape(cue.speaker, quote=False)}>" if cue.speaker else ""
    return f"{written(cue.start)} --> {written(cue.stop)}\n{voice}{escape(cue.words, quote=False)}"


def written(seconds: float) -> str:
    """A moment as WebVTT writes it: 00:01:02.500."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{milliseconds:03}"


_MOST_FAULTS = 50
_BEGINNINGS = {
    ".vtt": "It is no WebVTT. Its first line must be WEBVTT, with an empty line after it.",
    ".srt": "It is no SubRip. Begin with a line 1, then a line like 00:00:01,000 --> 00:00:03,500, then the words.",
}
_TIMES = re.compile(r"^\s*(?:\d+:)?\d{1,2}:\d{1,2}[.,]\d{1,3}\s*-->\s*(?:\d+:)?\d{1,2}:\d{1,2}[.,]\d{1,3}(?=\s|$)")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>]*)>")
_TAG = re.compile(r"</?(?:[bicuv]|ruby|rt|lang)(?:[.\s][^<>]*)?>|<[\d:.]+>")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def _lines_of_times(source: str) -> list[int]:
    return [number for number, line in enumerate(source.splitlines(), 1) if _TIMES.match(line)]


def _cue(start: Timestamp, stop: Timestamp, words: str, name: str) -> Cue:
    voice = _VOICE.search(words)
    speaker = " ".join(unescape(voice[1]).split()) if voice else ""
    return Cue(start=_seconds(start), stop=_seconds(stop), words=words, speaker=speaker, name=name)


def _seconds(moment: Timestamp) -> float:
    return moment.in_milliseconds() / 1000


def _plain(words: str) -> str:
    return " ".join(unescape(_TAG.sub("", words)).split())


def _crossed(cues: list[Cue], *, may_speak_at_once: bool) -> list[int | None]:
    """Of each cue, which one above it must have ended before it begins: not that of another who is named to speak."""
    found: list[int | None] = []
    last: dict[str, int] = {}
    last_named: int | None = None
    for number, cue in enumerate(cues):
        speaker = cue.speaker if may_speak_at_once else ""
        others = last.get(speaker) if speaker else last_named
        above = [one for one in (last.get(""), others) if one is not None]
        found.append(max(above, key=lambda one: cues[one].stop, default=None))
        last[speaker] = number
        if speaker and (last_named is None or cue.stop >= cues[last_named].stop):
            last_named = number
    return found


def _trimmed(cues: list[Cue], crossed: list[int | None]) -> list[Cue]:
    """The cues, of which none runs into the next that it must not cross."""
    whole = list(cues)
    for cue, above in zip(cues, crossed, strict=True):
        if above is not None and whole[above].stop > cue.start:
            whole[above] = replace(whole[above], stop=cue.start)
    return whole


def _faults(
    cues: list[Cue], crossed: list[int | None], texts: list[str], lines: list[int], source: str
) -> Iterator[Fault]:
    for number, line in enumerate(source.splitlines(), 1):
        if "-->" in line and not _TIMES.match(line):
            yield Fault(number, "times", "Write the times like 00:01:02.500 --> 00:01:04.000, none before the start.")
    if not cues:
        yield Fault(1, "file", "It holds no cue. Under the times, write what is said.")
    if len(cues) != len(lines) or len(cues) > MOST_CUES:
        yield Fault(
            1, "file", f"It holds {len(lines):,} lines of times and {len(cues):,} cues; the most are {MOST_CUES:,}."
        )
        return
    before = Cue(start=0, stop=0, words="")
    for cue, above, text, at in zip(cues, crossed, texts, lines, strict=True):
        earlier = None if above is None else cues[above]
        yield from (
            Fault(at, "cue", words) for words in (*_faults_in_times(cue, before, earlier), *_faults_in_words(text))
        )
        before = cue


def _faults_in_times(cue: Cue, before: Cue, crossed: Cue | None) -> Iterator[str]:
    if cue.stop <= cue.start:
        yield "It ends before it has begun. Mend the times."
    elif cue.start < before.start:
        yield "It begins before the one above it. Put them in order."
    elif crossed is not None and (
        crossed.stop - cue.start > MOST_OVERLAP + 0.0005 or (cue.start == crossed.start < crossed.stop)
    ):
        yield f"It begins before the one above it has ended, at {written(crossed.stop)}."
    if cue.stop > LONGEST:
        yield "It lies more than twelve hours after the start."


def _faults_in_words(text: str) -> Iterator[str]:
    plain = _plain(text)
    if not plain:
        yield "It has no words. Write them, or take the cue out."
    if len(plain) > MOST_WORDS:
        yield f"It is {len(plain)} characters long. Cut it: {MOST_WORDS} are the most that anybody can read."
    if strange := re.search(r"<[^<>]*>?", _TAG.sub("", text)):
        yield f"Captions know no {strange[0][:30]}. Where you mean the sign itself, write &lt; for it."
    if _CONTROL.search(unescape(text)):
        yield "It holds a character that cannot be seen. Type the words anew."
