"""The only place that turns words into the entries that hold them, at a cost that common words do not raise.

A word in more than one entry of fifty says little and costs much, so where a rarer one stands beside it, the rarer one
decides. Where only such words remain, the newest publications answer for all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, log
from typing import NamedTuple

from sqlalchemy.orm import Session

from portal.people.search.engines import Among, find_entries, publication_of
from portal.people.search.shelf import Shelf
from portal.people.search.words import SMALL, Asked

MOST_FOUND = 800  # sentences; beyond that nobody counts
MOST_HEADINGS = 200
COMMON_ABOVE = 1 / 50  # of all entries, and never below MOST_FOUND
_SELDOM = 40_000  # what two words or more may each have for the index to bring them together
_WANTED = 100  # sentences of a common word
_NEWEST = range(4, 25)  # in how many publications these are looked for
_MOST_OF_COMMON = 500
_PARTS = 4  # words that are looked for one by one
_OF_A_PART = 300


@dataclass
class Matches:
    """The ids of what was found, headings and sentences, and how much each weighs; of headings, too, what they are.

    `is_all` is False where there is more; `newest_of`: among how many publications it was looked for, if not all.
    """

    headings: dict[int, float] = field(default_factory=dict)
    sentences: dict[int, float] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    is_all: bool = True
    newest_of: int | None = None

    def __bool__(self) -> bool:
        return bool(self.headings or self.sentences)

    def __or__(self, other: "Matches") -> "Matches":
        """Both, of one question."""
        return replace(
            self,
            headings=other.headings | self.headings,
            sentences=other.sentences | self.sentences,
            kinds=other.kinds | self.kinds,
        )

    def __iter__(self) -> Iterator[int]:
        yield from self.headings
        yield from self.sentences


def needed(asked: Asked, counts: Mapping[str, int], shelf: Shelf) -> tuple[list[str], list[str]]:
    """The stems that an answer must hold, and the words that are too small or too common to insist on."""
    common = _common(shelf)
    pairs = list(zip(asked.stems, asked.words, strict=True))
    weighty = [(stem, word) for stem, word in pairs if word not in SMALL and counts[stem] <= common]
    weighty = weighty or [(stem, word) for stem, word in pairs if counts[stem] <= common] or pairs
    return [stem for stem, _ in weighty], [word for stem, word in pairs if (stem, word) not in weighty]


def find_all(
    db: Session,
    shelf: Shelf,
    stems: Sequence[str],
    counts: Mapping[str, int],
    *,
    inside: int | None = None,
    most: int = MOST_FOUND,
) -> Matches:
    """What holds every one of these stems; with `inside` in one publication."""
    of = _where_to_look(shelf, min(counts[stem] for stem in stems), is_one=len(stems) == 1)
    if inside is not None:
        of = _Where([inside], [inside])
    elif of.sentences:
        most = min(most, _MOST_OF_COMMON)
    named, said = find_entries(
        db, stems, headings=Among(MOST_HEADINGS, of.headings), sentences=Among(most + 1, of.sentences)
    )
    headings, sentences = list(_public(named, shelf)), list(_public(said[:most], shelf))
    return Matches(
        dict.fromkeys(headings, 1.0),
        dict.fromkeys(sentences, 1.0),
        {one: named[one] for one in headings},
        is_all=len(said) <= most,
        newest_of=len(of.sentences) if inside is None and of.sentences else None,
    )


def find_any(
    db: Session, shelf: Shelf, stems: Sequence[str], counts: Mapping[str, int], *, inside: int | None = None
) -> Matches:
    """What holds some of these stems; a rarer word weighs more, and so does what holds more of them."""
    found = Matches(is_all=False)
    in_all = 0.0
    for stem in sorted((stem for stem in stems if counts[stem]), key=counts.__getitem__)[:_PARTS]:
        part = find_all(db, shelf, [stem], counts, inside=inside, most=_OF_A_PART)
        weight = 1 + log(1 + shelf.entries / counts[stem])
        found.kinds |= part.kinds
        for into, ids in ((found.headings, part.headings), (found.sentences, part.sentences)):
            for one in ids:
                into[one] = into.get(one, 0.0) + weight
        in_all += weight
    for into in (found.headings, found.sentences):
        for one, weight in into.items():
            into[one] = weight * weight / in_all  # else a heading with one of the words would beat a sentence with most
    return found


class _Where(NamedTuple):
    """The publications in which to look for headings and for sentences; none named is all."""

    headings: list[int]
    sentences: list[int]


def _where_to_look(shelf: Shelf, rarest: int, *, is_one: bool) -> _Where:
    if rarest <= (MOST_FOUND if is_one else _SELDOM):
        return _Where([], [])
    expected = ceil(_WANTED * len(shelf.cards) / rarest)
    newest = list(shelf.cards)[-min(max(expected, _NEWEST[0]), _NEWEST[-1]) :]
    return _Where([] if rarest <= _common(shelf) else newest, newest)


def _common(shelf: Shelf) -> float:
    return max(MOST_FOUND, shelf.entries * COMMON_ABOVE)


def _public(ids: Iterable[int], shelf: Shelf) -> Iterator[int]:
    return (one for one in ids if publication_of(one) in shelf.cards)
