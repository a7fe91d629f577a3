"""The only place that knows which words are said in public: how often, and which of them is near a word that is not."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.people.search.models import SearchWord
from portal.people.search.words import SMALL

_MOST_NEAR = 40  # words that are looked at more closely
_AFTER_ALL = "\U0010ffff"


ByLength = dict[int, list[str]]


@dataclass(frozen=True)
class Vocabulary:
    """Every word that is said, with how many entries hold it."""

    by_length: ByLength
    alike: dict[str, ByLength]  # by their first letters
    entries: dict[str, int]

    def nearest(self, word: str) -> str | None:
        """What may have been meant by a word that nobody says, or None.

        As many slips as its length allows: one in four or five letters, two in more. A neighbour that begins alike goes
        before one that does not, then one with fewer slips, then the one that is said more often; else
        a word that begins with it.
        """
        for choices in (self.alike.get(word[0], {}), self.by_length):
            if found := _near(word, choices, self.entries):
                return found
        return self._begun(word) if len(word) >= 3 else None

    def _begun(self, word: str) -> str | None:
        begun = [(count, one) for one, count in self.entries.items() if one.startswith(word)]
        return max(begun)[1] if begun else None


@dataclass
class Vocabularies:
    """The vocabulary as it was read last, of one app: only questions with a slip in them need it."""

    last: tuple[tuple[Any, ...], Vocabulary] | None = None

    def current(self, db: Session, *, stamp: tuple[Any, ...]) -> Vocabulary:
        """The vocabulary of the index as `stamp` names it."""
        if self.last is None or self.last[0] != stamp:
            self.last = (stamp, _read(db))
        return self.last[1]


def frequencies(db: Session, stems: Sequence[str]) -> dict[str, int]:
    """In about how many entries each of these stems is."""
    found = select(SearchWord.stem, func.sum(SearchWord.entries)).where(SearchWord.stem.in_(stems))
    counted = {stem: int(count) for stem, count in db.execute(found.group_by(SearchWord.stem))}
    return {stem: counted.get(stem, 0) for stem in stems}


def begin_with(db: Session, beginning: str, *, most: int) -> list[str]:
    """The words that begin so, the ones that are said most first."""
    if not beginning:
        return []
    begun = select(SearchWord.word).where(SearchWord.word >= beginning, SearchWord.word < beginning + _AFTER_ALL)
    return list(db.scalars(begun.order_by(SearchWord.entries.desc(), SearchWord.word).limit(most)))


def said_most(db: Session, *, most: int) -> list[str]:
    """Words that are said much and say something."""
    often = select(SearchWord.word).where(func.length(SearchWord.word) > 3, SearchWord.word.not_in(SMALL))
    return list(db.scalars(often.order_by(SearchWord.entries.desc(), SearchWord.word).limit(most)))


def _near(word: str, choices: ByLength, entries: dict[str, int]) -> str | None:
    most = _slips(word)
    found: list[tuple[int, int, str]] = []
    for length in range(len(word) - most, len(word) + most + 1) if most else ():
        near = process.extract(word, choices.get(length, ()), scorer=OSA.distance, score_cutoff=most, limit=_MOST_NEAR)
        found += [(int(slips), -entries[one], one) for one, slips, _ in near]
    return min(found)[-1] if found else None


def _slips(word: str) -> int:
    return 0 if len(word) < 4 else 1 if len(word) < 6 else 2


def _read(db: Session) -> Vocabulary:
    by_length: defaultdict[int, list[str]] = defaultdict(list)
    alike: defaultdict[str, defaultdict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    entries = {}
    for word, count in db.execute(select(SearchWord.word, SearchWord.entries)):
        entries[word] = count
        by_length[len(word)].append(word)
        alike[word[0]][len(word)].append(word)
    return Vocabulary(dict(by_length), {letter: dict(words) for letter, words in alike.items()}, entries)
