"""The only place that marks in a text what was looked for: the text is escaped, word by word, whatever it holds."""

from collections.abc import Collection, Sequence
from itertools import pairwise

from markupsafe import Markup, escape

from portal.people.search.words import cut, stems_of


def mark(text: str, stems: Collection[str]) -> Markup:
    """The text as HTML, with the words of these stems in `<mark>`."""
    parts: list[str] = []
    begin = 0
    for start, stop, stem in cut(text):
        if stem in stems:
            parts += (escape(text[begin:start]), "<mark>", escape(text[start:stop]), "</mark>")
            begin = stop
    return Markup("".join((*parts, escape(text[begin:]))))  # noqa: S704 - each part is escaped above


def closeness(text: str, stems: Sequence[str]) -> tuple[int, int, int]:
    """How well a text answers: how many of the words it holds, how many of them side by side as asked, how short it is.

    Higher is better.
    """
    said = stems_of(text)
    pairs = set(pairwise(said))
    beside = sum(pair in pairs for pair in pairwise(stems))
    return len(set(stems).intersection(said)), beside, -len(said)
