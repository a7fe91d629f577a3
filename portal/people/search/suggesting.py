"""The only place that says what somebody may be about to type, from what is public."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people.search.engines import Among, find_entries, publication_of
from portal.people.search.models import SearchEntry
from portal.people.search.shelf import Shelf
from portal.people.search.spelling import begin_with
from portal.people.search.words import read, stem, words_of

MOST = 8
_COMPLETIONS = 3
_NAMED = frozenset(("title", "chapter", "section", "topic", "by"))


class Suggestion(NamedTuple):
    """Words that can be asked for, and what they are: a title, a chapter, or a word that is said."""

    words: str
    kind: str


def suggest(db: Session, shelf: Shelf, typed: str) -> list[Suggestion]:
    """At most MOST suggestions for what has been typed so far, whose last word may not be whole."""
    words = read(typed).words
    if not words:
        return []
    *before, last = (word.folded for word in words_of(typed[:200]))
    completions = begin_with(db, last, most=_COMPLETIONS)
    named: dict[str, str] = {}
    for word in completions:
        named |= _named(db, shelf, [*map(stem, before[-4:]), stem(word)])
    said = {" ".join((*before, word)): "word" for word in completions}
    return [Suggestion(*one) for one in (named | said).items()][:MOST]


def _named(db: Session, shelf: Shelf, stems: list[str]) -> dict[str, str]:
    found, _ = find_entries(db, list(dict.fromkeys(stems)), headings=Among(MOST * 3))
    public = [one for one, kind in found.items() if kind in _NAMED and publication_of(one) in shelf.cards]
    if not public:
        return {}
    words = select(SearchEntry.words, SearchEntry.kind).where(SearchEntry.id.in_(public))
    return {row.words: row.kind for row in db.execute(words.order_by(SearchEntry.id.desc()))}
