"""The only place that finds what was said in a webinar."""

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
