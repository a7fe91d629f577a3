"""The only place that brings what was found together by webinar, tip and path, and chooses what of each is shown."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote

from markupsafe import Markup
from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.orm import Session

from portal.people.search.cards import Card
from portal.people.search.engines import HEADINGS, publication_of, span_of
from portal.people.search.marking import closeness, mark
from portal.people.search.matching import Matches
from portal.people.search.shelf import Shelf
from portal.people.webinars.languages import name_of

# What it weighs that a heading of this kind answers; how often it is said decides among equals.
_WEIGHTS = {"title": 8, "by": 6, "chapter": 4, "section": 4, "topic": 3, "summary": 2}
_CAN_BE_OPENED = frozenset(("chapter", "section"))  # headings that one can go to
_LOOKED_AT = 8  # sentences of each, among which the best are chosen


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A place that answers: a sentence, or the name of a chapter or section; `under` is the chapter that it is in.

    `said_by` is named where several speak, `language` where it is not that of the webinar itself.
    """

    kind: str
    url: str
    words: Markup
    second: int | None
    said_by: str
    under: str
    language: str = ""

    @property
    def language_name(self) -> str:
        """The language's own name."""
        return name_of(self.language)


@dataclass(frozen=True, kw_only=True)
class Group:
    """A webinar, tip or path with its best places, in their order; `more` is how many others there are in it."""

    card: Card
    title: Markup
    by: Markup
    summary: Markup
    hits: list[Hit]
    more: int


class Place(NamedTuple):
    """An entry as it is read for a page."""

    id: int
    kind: str
    second: int | None
    said_by: str | None
    language: str | None
    words: str


class Pile(NamedTuple):
    """What was found in one publication: the ids of its headings and sentences."""

    publication_id: int
    headings: Sequence[int]
    sentences: Sequence[int]

    @property
    def found(self) -> int:
        return len(self.headings) + len(self.sentences)


def pile_up(shelf: Shelf, matches: Matches, is_on: Callable[[Card], bool]) -> list[Pile]:
    """What was found, by publication, the best first; of equals the newest."""
    by_heading = {one: _WEIGHTS[matches.kinds[one]] * matches.headings[one] for one in sorted(matches.headings)[::-1]}
    named, said = _by_publication(by_heading), _by_publication(matches.sentences)
    ranks = []
    for one in named.ids.keys() | said.ids.keys():
        if is_on(shelf.cards[one]):
            weight = named.weights.get(one, 0.0) + said.weights.get(one, 0.0)
            ranks.append((weight, len(said.ids.get(one, ())), one))
    return [Pile(one, named.ids.get(one, ()), said.ids.get(one, ())) for *_, one in sorted(ranks, reverse=True)]


class _ByPublication(NamedTuple):
    """Ids, and what the heaviest of them weighs, of each publication."""

    ids: dict[int, list[int]]
    weights: dict[int, float]


def _by_publication(weights: Mapping[int, float]) -> _ByPublication:
    found = _ByPublication({}, {})
    ids, heaviest = found
    for one, weight in weights.items():
        publication = publication_of(one)
        if publication in ids:
            ids[publication].append(one)
            heaviest[publication] = max(weight, heaviest[publication])
        else:
            ids[publication], heaviest[publication] = [one], weight
    return found


def show(
    db: Session, shelf: Shelf, piles: Sequence[Pile], *, stems: Sequence[str], most: int, matches: Matches
) -> list[Group]:
    """These piles with their words, at most `most` places of each."""
    looked_at = {pile.publication_id: _heaviest(pile, matches, max(most, _LOOKED_AT)) for pile in piles}
    headings, sentences = _read(db, list(looked_at), [one for ids in looked_at.values() for one in ids])
    return [
        _group(
            shelf.cards[pile.publication_id],
            pile,
            stems=stems,
            headings=headings.get(pile.publication_id, []),
            sentences=[sentences[one] for one in looked_at[pile.publication_id] if one in sentences],
            most=most,
        )
        for pile in piles
    ]


def _heaviest(pile: Pile, matches: Matches, most: int) -> list[int]:
    """The first sentences of those that hold most of what was asked."""
    return sorted(pile.sentences, key=lambda one: (-matches.sentences[one], one))[:most]


def _group(
    card: Card,
    pile: Pile,
    *,
    stems: Sequence[str],
    headings: Sequence[Place],
    sentences: Sequence[Place],
    most: int,
) -> Group:
    found = [entry for entry in headings if entry.id in pile.headings]
    kinds = {entry.kind for entry in found}
    chapters = [entry for entry in headings if entry.kind in _CAN_BE_OPENED]
    places = [entry for entry in found if entry.kind in _CAN_BE_OPENED]
    best = sorted(sentences, key=lambda entry: entry.language is not None)  # what was said itself before what it means
    if stems[1:]:  # of one word alone every sentence holds as much
        best.sort(key=lambda entry: closeness(entry.words, stems), reverse=True)
    chosen = sorted([*places, *best][:most], key=lambda entry: (entry.second or 0, _place(entry)))
    return Group(
        card=card,
        title=mark(card.title, stems),
        by=mark(", ".join(card.by), stems if "by" in kinds else ()),
        summary=mark(card.summary, stems) if "summary" in kinds and not chosen else Markup(),
        hits=[_hit(card, entry, stems, chapters) for entry in chosen],
        more=len(places) + len(pile.sentences) - len(chosen),
    )


def _hit(card: Card, entry: Place, stems: Sequence[str], chapters: Sequence[Place]) -> Hit:
    is_chapter = entry.kind in _CAN_BE_OPENED
    return Hit(
        kind=entry.kind,
        url=_url(card, entry),
        words=mark(entry.words, stems),
        second=entry.second,
        said_by=entry.said_by or "",
        under="" if is_chapter else _chapter_of(entry, chapters),
        language=entry.language or "",
    )


def _url(card: Card, entry: Place) -> str:
    if entry.second is not None:
        in_language = f"&language={entry.language}" if entry.language else ""
        return f"{card.url}?t={entry.second}{in_language}#player"
    # A tip is one page of text: browsers go to the words that stand after `:~:text=`, and mark them.
    return f"{card.url}#:~:text={quote(entry.words, safe='').replace('-', '%2D')}"


def _chapter_of(entry: Place, chapters: Sequence[Place]) -> str:
    """A heading's place is counted together with what comes under it, so the last one before it is the one it is in."""
    at = bisect_right([_place(chapter) for chapter in chapters], _place(entry))
    return chapters[at - 1].words if at else ""


def _place(entry: Place) -> int:
    return entry.id & (HEADINGS - 1)


def _read(
    db: Session, publications: Sequence[int], sentences: Sequence[int]
) -> tuple[dict[int, list[Place]], dict[int, Place]]:
    """Every heading of these publications, in their order, and these sentences, in one question."""
    headings: dict[int, list[Place]] = {}
    said: dict[int, Place] = {}
    question, values = _question(len(publications)), _limits(publications) | {"ids": list(sentences)}
    for place in sorted(Place(*row) for row in db.execute(question, values).all()) if publications else ():
        if place.id >= HEADINGS:
            headings.setdefault(publication_of(place.id), []).append(place)
        else:
            said[place.id] = place
    return headings, said


@cache
def _question(count: int) -> TextClause:
    """For so many spans of ids, and some ids. Were they joined by OR, SQLite would read the whole table."""
    spans = (f"{_SELECT} BETWEEN :least{at} AND :most{at}" for at in range(count))
    return text(" UNION ALL ".join((*spans, f"{_SELECT} IN :ids"))).bindparams(bindparam("ids", expanding=True))


def _limits(publications: Sequence[int]) -> dict[str, Any]:
    spans = [span_of(one, are_headings=True) for one in publications]
    least = {f"least{at}": span[0] for at, span in enumerate(spans)}
    return least | {f"most{at}": span[1] for at, span in enumerate(spans)}


_SELECT = "SELECT id, kind, second, said_by, language, words FROM search_entries WHERE id"
