"""The only place that answers a question: the sentence, who says it, in which webinar and chapter, and from when on."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from portal.people.search.cards import Card
from portal.people.search.grouping import Group, Pile, pile_up, show
from portal.people.search.matching import Matches, find_all, find_any, needed
from portal.people.search.shelf import Shelf
from portal.people.search.spelling import Vocabulary, frequencies
from portal.people.search.words import Asked, stem

GROUPS_A_PAGE = 10
HITS_SHOWN = 3
HITS_INSIDE = 200
FEW = 5  # places that hold all words: where there are fewer, what holds nearly all follows
MOST_BELOW = 5  # webinars, tips or paths that do
_LOOKED_THROUGH = 100  # sentences, for these


@dataclass(frozen=True, kw_only=True)
class Found:
    """The answer to `asked`: what was typed, or with `instead_of`, which is what was typed, what may have been meant.

    `is_any`: no place holds all the words, these hold some. `left_out` were too small or too common to insist on.
    `newest_of` and `is_all` as in Matches; `count` is of places. Where these are few, `below` holds all words but
    `missing`, the commonest.
    """

    asked: Asked
    groups: list[Group]
    count: int
    webinars: int
    tips: int
    paths: int
    is_all: bool = True
    newest_of: int | None = None
    is_any: bool = False
    instead_of: Asked | None = None
    left_out: tuple[str, ...] = ()
    below: list[Group] = field(default_factory=list)
    missing: str = ""

    @property
    def groups_in_all(self) -> int:
        return self.webinars + self.tips + self.paths

    @property
    def pages(self) -> int:
        return max(1, -(-self.groups_in_all // GROUPS_A_PAGE))


def find(
    db: Session,
    shelf: Shelf,
    asked: Asked,
    *,
    vocabulary: Callable[[], Vocabulary],
    page: int = 1,
    as_typed: bool = False,
    is_on: Callable[[Card], bool] = lambda _: True,
) -> Found:
    """What answers `asked` among the cards for which `is_on` holds, ten webinars, tips or paths a page.

    Where nothing holds every word, words that nobody says are taken for their neighbours, unless `as_typed`; where that
    finds nothing either, what holds some of the words answers. Where few places hold all of them, those that hold all
    but one follow.
    """
    question = _Question(db, shelf, asked)
    if matches := question.exact():
        return question.answer(matches, page=page, is_on=is_on, goes_on=page == 1)
    meant = None if as_typed else question.mended(vocabulary())
    if meant is not None:
        question = _Question(db, shelf, meant)
    matches = question.exact() if meant is not None else Matches()
    is_any = not matches
    if is_any:
        matches = question.any()
    found = question.answer(matches, page=page, is_on=is_on, is_any=is_any, goes_on=page == 1 and not is_any)
    return replace(found, instead_of=asked if meant is not None else None)


def find_inside(db: Session, shelf: Shelf, asked: Asked, publication_id: int) -> Found:
    """Every place of one webinar, tip or path that answers, in its order."""
    question = _Question(db, shelf, asked)
    if matches := question.exact(inside=publication_id):
        return question.answer(matches, page=1, most=HITS_INSIDE)
    return question.answer(question.any(inside=publication_id), page=1, most=HITS_INSIDE, is_any=True)


class _Question:
    """What is asked, with how common its words are."""

    def __init__(self, db: Session, shelf: Shelf, asked: Asked) -> None:
        self.db = db
        self.shelf = shelf
        self.asked = asked
        self.counts = frequencies(db, asked.stems)
        self.stems, self.left_out = needed(asked, self.counts, shelf)

    def exact(self, *, inside: int | None = None) -> Matches:
        is_said = all(self.counts[stem] for stem in self.stems) or not self.shelf.is_counted
        if not self.stems or not is_said:
            return Matches()
        return find_all(self.db, self.shelf, self.stems, self.counts, inside=inside)

    def any(self, *, inside: int | None = None) -> Matches:
        return find_any(self.db, self.shelf, self.stems, self.counts, inside=inside)

    def mended(self, vocabulary: Vocabulary) -> Asked | None:
        """The question with neighbours in the place of words that nobody says, or None where there are none."""
        words = tuple(self._mended(word, vocabulary) for word in self.asked.words)
        return None if words == self.asked.words else Asked(" ".join(words), tuple(dict.fromkeys(words)))

    def answer(
        self,
        matches: Matches,
        *,
        page: int,
        is_on: Callable[[Card], bool] = lambda _: True,
        most: int = HITS_SHOWN,
        is_any: bool = False,
        goes_on: bool = False,
    ) -> Found:
        piles = pile_up(self.shelf, matches, is_on)
        shown = piles[(page - 1) * GROUPS_A_PAGE : page * GROUPS_A_PAGE]
        kinds = Counter(self.shelf.cards[pile.publication_id].kind for pile in piles)
        below, missing, nearly = self._below(matches, piles, is_on) if goes_on else _NOTHING
        stems = self.stems if is_any else self.asked.stems
        groups = show(self.db, self.shelf, [*shown, *below], stems=stems, most=most, matches=matches | nearly)
        return Found(
            asked=self.asked,
            groups=groups[: len(shown)],
            below=groups[len(shown) :],
            missing=missing,
            count=sum(pile.found for pile in piles),
            webinars=kinds["webinar"],
            tips=kinds["tip"],
            paths=kinds["path"],
            is_all=matches.is_all,
            newest_of=matches.newest_of,
            is_any=is_any,
            left_out=tuple(self.left_out),
        )

    def _below(
        self, matches: Matches, piles: list[Pile], is_on: Callable[[Card], bool]
    ) -> tuple[list[Pile], str, Matches]:
        """What else holds all words but the commonest, and that word: one question more, where few places hold all."""
        if len(self.stems) < 2 or matches.newest_of or not 0 < sum(pile.found for pile in piles) < FEW:
            return _NOTHING
        *rarer, commonest = sorted(self.stems, key=self.counts.__getitem__)
        nearly = find_all(self.db, self.shelf, rarer, self.counts, most=_LOOKED_THROUGH)
        above = {pile.publication_id for pile in piles}
        others = [pile for pile in pile_up(self.shelf, nearly, is_on) if pile.publication_id not in above][:MOST_BELOW]
        missing = dict(zip(self.asked.stems, self.asked.words, strict=True))[commonest]
        return others, missing if others else "", nearly

    def _mended(self, word: str, vocabulary: Vocabulary) -> str:
        return word if self.counts[stem(word)] else vocabulary.nearest(word) or word


_NOTHING: tuple[list[Pile], str, Matches] = ([], "", Matches())
