"""The only place that knows what is public just now without reading all of it, and remembers that between requests."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from portal.people.publications.models import Publication
from portal.people.publications.records import list_standing
from portal.people.search import cards
from portal.people.search.cards import Card
from portal.people.search.entries import KINDS, sheet_of
from portal.people.search.models import SearchDocument


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Everything that can be found, by the id of its publication, the oldest first, in so many `entries`.

    `announced` is what is in force and has its premiere still before it; `is_counted` says whether the vocabulary holds
    every word of what can be found.

    It holds from when it was filled until something is published, indexed or counted (`stamp` changes), or a moment
    comes that was set.
    """

    cards: dict[int, Card]
    announced: dict[int, Card]
    entries: int
    stamp: tuple[Any, ...]
    is_counted: bool
    since: datetime
    until: datetime | None

    def is_current(self, *, stamp: tuple[Any, ...], now: datetime) -> bool:
        """Whether it is as it would be filled now."""
        return self.stamp == stamp and self.since <= now and (self.until is None or now < self.until)

    def of_kind(self, kind: str) -> list[Card]:
        """All cards of a kind, also what is announced, what was held last first."""
        found = [card for card in (*self.cards.values(), *self.announced.values()) if card.kind == kind]
        return sorted(found, key=lambda card: (card.held_on, card.slug), reverse=True)


@dataclass
class Shelves:
    """The shelf as it was found last, of one app."""

    last: Shelf | None = None

    def current(self, db: Session, *, now: datetime) -> Shelf:
        """The shelf as it is now: one question to the database where nothing changed."""
        stamp = tuple(db.execute(_STAMP).one())
        shelf = self.last
        if shelf is None or not shelf.is_current(stamp=stamp, now=now):
            shelf = self.last = _fill(db, now=now, stamp=stamp)
        return shelf


_PUBLICATIONS = select(func.max(Publication.id), func.count()).subquery()
_DOCUMENTS = select(
    *(func.max(SearchDocument.indexed_at), func.count()),
    *(func.max(SearchDocument.counted_at), func.count(SearchDocument.counted_at)),
).subquery()
_STAMP = select(_PUBLICATIONS, _DOCUMENTS).select_from(_PUBLICATIONS.join(_DOCUMENTS, true()))


def _fill(db: Session, *, now: datetime, stamp: tuple[Any, ...]) -> Shelf:
    standing = list_standing(db, kinds=KINDS, at=now)
    public = [one.id for one in standing if one.public_from <= now]
    columns = (SearchDocument.publication_id, SearchDocument.card, SearchDocument.entries, SearchDocument.counted_at)
    held = {row.publication_id: row for row in db.execute(select(*columns))}
    # What is not in the index yet is listed all the same; only its sentences are found a little later.
    shown = {one: cards.from_json(held[one].card) if one in held else _card(db, one) for one in public}
    announced = {one: card for one, card in shown.items() if card.premiere_at is not None and card.premiere_at > now}
    to_come = [one.public_from for one in standing] + [
        card.premiere_at for card in announced.values() if card.premiere_at
    ]
    return Shelf(
        cards={one: card for one, card in shown.items() if one not in announced},
        announced=announced,
        entries=sum(held[one].entries for one in public if one in held),
        stamp=stamp,
        is_counted=all(held[one].counted_at is not None for one in public if one in held and one not in announced),
        since=now,
        until=min((moment for moment in to_come if moment > now), default=None),
    )


def _card(db: Session, publication_id: int) -> Card:
    return sheet_of(db.get_one(Publication, publication_id)).card
