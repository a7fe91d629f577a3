"""The only place for what is done with the words of a webinar: found, and written down as text and as WebVTT."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from portal.people.webinars.recording import Line, Recording

MOST_ASKED = 100
"""Characters that are looked for at most; nobody looks for more than a sentence."""

_PLAIN = str.maketrans("’‘“”„–—‐‑", '\'\'"""----')


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was asked for, and the sentences that hold each of its words, in any order; each once."""

    asked: str
    lines: tuple[Line, ...]
    words: tuple[str, ...]

    def parts(self, line: Line) -> list[tuple[str, bool]]:
        """The sentence cut where a word was found: each part of it, and whether it is one."""
        if line not in self.lines:
            return [(line.words, False)]
        parts, begun = [], 0
        for start, stop in _spans(line.words, self.words):
            parts += [(line.words[begun:start], False), (line.words[start:stop], True)]
            begun = stop
        return [(text, is_found) for text, is_found in (*parts, (line.words[begun:], False)) if text]


def find_said(webinar: Recording, asked: str) -> Finding | None:
    """The sentences that hold every word of `asked`, whatever their case, accents and quotes; None where none is asked.

    A word is found inside a longer one, too.
    """
    asked = asked.strip()[:MOST_ASKED]
    words = tuple(word for word in _folded(asked)[0].split() if word)
    if not words:
        return None
    lines = (line for chapter in webinar.chapters for line in chapter.lines)
    found = tuple(line for line in lines if all(word in _folded(line.words)[0] for word in words))
    return Finding(asked=asked, lines=found, words=words)


def as_text(webinar: Recording, *, url: str) -> str:
    """The whole transcript to read: who, when, where, then each sentence at its time, under its chapter."""
    parts = [webinar.title, f"{webinar.presenter}, {webinar.held_on:%B} {webinar.held_on.day}, {webinar.held_on.year}"]
    parts += [url, ""]
    for chapter in webinar.chapters:
        parts += ["", f"{chapter.title} ({clock_of(chapter.start)})", ""]
        parts += [f"{clock_of(line.start):>7}  {line.words}" for line in chapter.lines]
    return "\n".join(parts) + "\n"


def as_webvtt(webinar: Recording, *, url: str) -> str:
    """The whole transcript as WebVTT: a cue a sentence, with its speaker; chapters are notes before their first."""
    parts = ["WEBVTT", _note(f"{webinar.title}. {webinar.presenter}. {url}")]
    for chapter in webinar.chapters:
        parts.append(_note(f"Chapter: {chapter.title}"))
        parts += [
            f"{_stamp(line.start)} --> {_stamp(line.stop)}\n<v {_quiet(webinar.presenter)}>{_quiet(line.words)}"
            for line in chapter.lines
        ]
    return "\n\n".join(parts) + "\n"


def clock_of(seconds: float) -> str:
    """4:52, or 1:04:52."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _spans(text: str, words: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Where in `text` the words stand, first to last, none inside another."""
    folded, places = _folded(text)
    found = sorted((at, -len(word)) for word in words for at in range(len(folded)) if folded.startswith(word, at))
    reached = 0
    for at, length in found:
        start, stop = places[at], places[at - length - 1] + 1
        if start >= reached:
            yield start, stop
            reached = stop


def _folded(text: str) -> tuple[str, list[int]]:
    """`text` as it is compared, and for each of its characters the place in `text` that it came from."""
    folded, places = [], []
    for place, character in enumerate(text):
        for one in unicodedata.normalize("NFKD", character.translate(_PLAIN).casefold()):
            if not unicodedata.combining(one):
                folded.append(one)
                places.append(place)
    return "".join(folded), places


def _note(words: str) -> str:
    return f"NOTE {' '.join(words.split()).replace('-->', '→')}"


def _quiet(words: str) -> str:
    """Words that a reader of WebVTT takes for words, whatever is in them."""
    return " ".join(words.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _stamp(seconds: float) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole % 3600 // 60:02}:{whole % 60:02}.{thousandths:03}"
