"""The only place that cuts text into words, for the index and for what somebody asks alike, on both engines.

Nothing but lower-case letters and digits leaves it, so that no query language ever sees what was typed.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

MOST_TYPED = 200  # characters of a question; what comes after is not looked for
MOST_WORDS = 8
MOST_LETTERS = 40

# Words that carry little, in English and German: they are asked for only where nothing else is.
# fmt: off
SMALL = frozenset((
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "can", "do", "does", "for", "from", "had", "has", "have",
    "how", "i", "if", "in", "into", "is", "it", "its", "me", "my", "not", "of", "on", "or", "our", "so", "that",
    "the", "their", "them", "then", "there", "they", "this", "to", "was", "we", "were", "what", "when", "where",
    "which", "who", "why", "will", "with", "you", "your",
    "aber", "als", "am", "auf", "aus", "bei", "das", "dem", "den", "der", "des", "die", "ein", "eine", "einen",
    "einer", "es", "fur", "ich", "im", "ist", "mit", "nicht", "oder", "sich", "sie", "sind", "und", "von", "wie",
    "wir", "zu", "zum", "zur",
))
# fmt: on

# `don’t` and `e-mail` are one word each, and so is `1,000`.
_WORD = re.compile(r"\d+(?:[.,]\d+)+|(?:[^\W\d_]-)?[^\W_]+(?:['’][^\W_]+)*")
_stemmer = snowballstemmer.stemmer("english")


@dataclass(frozen=True)
class Word:
    """A word where it stands in a text: `text[start:stop]`, and how it is compared."""

    start: int
    stop: int
    folded: str

    @property
    def stem(self) -> str:
        return stem(self.folded)


@dataclass(frozen=True)
class Asked:
    """What somebody looks for: the different words of it, in their order, `is_whole` where none had to be left out."""

    typed: str
    words: tuple[str, ...]
    is_whole: bool = True

    @property
    def stems(self) -> tuple[str, ...]:
        return tuple(map(stem, self.words))


def read(typed: str) -> Asked:
    """The words of a question, whatever it holds."""
    begun = " ".join(typed[: MOST_TYPED * 2].split())
    cut = begun[:MOST_TYPED]
    found: dict[str, str] = {}
    for word in words_of(cut):
        found.setdefault(word.stem, word.folded)
    words = tuple(found.values())
    return Asked(cut, words[:MOST_WORDS], is_whole=len(typed) <= MOST_TYPED and len(words) <= MOST_WORDS)


def words_of(text: str) -> Iterator[Word]:
    """The words of a text, in their order."""
    for match in _WORD.finditer(text):
        folded = fold(match[0])
        if folded:
            yield Word(match.start(), match.end(), folded)


def stems_of(text: str) -> list[str]:
    """The stems of a text, in their order."""
    return list(filter(None, map(stem_as_written, _WORD.findall(text))))


def cut(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each word of a text begins and ends, and its stem."""
    for match in _WORD.finditer(text):
        yield match.start(), match.end(), stem_as_written(match[0])


@lru_cache(100_000)
def stem_as_written(word: str) -> str:
    """The stem of a word as somebody wrote it; empty where nothing of it is a letter or a digit."""
    return stem(fold(word))


@lru_cache(100_000)
def fold(word: str) -> str:
    """A word without case, accents and what is not a letter or a digit: `Don’t` is `dont`, `Müller` is `muller`."""
    plain = unicodedata.normalize("NFKD", word.casefold()).casefold()
    return "".join(letter for letter in plain if letter.isalnum())[:MOST_LETTERS]


@lru_cache(100_000)
def stem(folded: str) -> str:
    """What `letter` and `letters`, `nag` and `nagging` have in common."""
    found: str = _stemmer.stemWord(folded)
    return found
