"""The only place that keeps the index in step with what is public: in force now, or from a moment that is set."""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.people.database import Base
from portal.people.publications.models import Publication
from portal.people.publications.records import Standing, list_standing
from portal.people.search.engines import add_entries, drop_entries, list_words
from portal.people.search.entries import KINDS, sheet_of
from portal.people.search.models import SearchDocument, SearchWord
from portal.people.search.words import stem, words_of

AT_ONCE = 10_000  # unless told otherwise, all there is


def index_publication(db: Session, publication: Publication, *, now: datetime) -> None:
    """Bring the index in step for what was just published, scheduled, rolled back or taken off the site."""
    settle(db, now=now, only=publication)


def settle(db: Session, *, now: datetime, only: Publication | None = None, most: int = AT_ONCE) -> int:
    """Put into the index what lacks there, take out what never comes back, count the words of what has come in force.

    At most `most` publications; returns how many it changed. With `only`, those of that one's kind and name.
    """
    wanted, public = _wanted(db, now=now, only=only)
    held = {document.publication_id: document for document in db.scalars(_documents(only))}
    gone = sorted(set(held) - wanted)[:most]
    new = sorted(wanted - set(held))[: most - len(gone)]
    for publication_id in gone:
        _take_out(db, held[publication_id])
    for publication_id in new:
        _put_in(db, db.get_one(Publication, publication_id), now=now)
    uncounted = select(SearchDocument).where(
        SearchDocument.counted_at.is_(None),
        SearchDocument.publication_id.in_(public),
        SearchDocument.found_from <= now,
    )
    begun = db.scalars(uncounted.order_by(SearchDocument.publication_id).limit(max(0, most - len(gone)))).all()
    for document in begun:
        _count_words(db, document, now=now)
    return len(gone) + len(set(new) | {document.publication_id for document in begun})


def forget(db: Session) -> None:
    """Forget how often each word is said, before everything is put in anew by `put_in_anew`."""
    db.execute(delete(SearchWord))
    db.execute(update(SearchDocument).values(counted_at=None))


def put_in_anew(db: Session, publication_id: int, *, now: datetime) -> None:
    """Make the entries of one publication that is in the index again; `settle` counts its words."""
    document = db.get(SearchDocument, publication_id)
    if document is not None:
        _take_out(db, document)
        _put_in(db, db.get_one(Publication, publication_id), now=now)


def _wanted(db: Session, *, now: datetime, only: Publication | None) -> tuple[set[int], set[int]]:
    """The publications that belong into the index, and those of them that are in force."""
    standing = [one for one in list_standing(db, kinds=KINDS, at=now) if only is None or _is_of(one, only)]
    return {one.id for one in standing}, {one.id for one in standing if one.public_from <= now}


def _is_of(one: Standing, only: Publication) -> bool:
    return (one.kind, one.slug) == (only.kind, only.slug)


def _documents(only: Publication | None) -> Select[SearchDocument]:
    every = select(SearchDocument)
    return every.where(SearchDocument.kind == only.kind, SearchDocument.slug == only.slug) if only else every


def _put_in(db: Session, publication: Publication, *, now: datetime) -> None:
    sheet = sheet_of(publication)
    row = {
        "publication_id": publication.id,
        "kind": publication.kind,
        "slug": publication.slug,
        "card": sheet.card.as_json(),
        "entries": len(sheet.entries),
        "found_from": max(publication.public_from, sheet.card.premiere_at or publication.public_from),
        "indexed_at": now,
    }
    # Two processes may find the same one missing; the second waits for the first here, and then has nothing to do.
    adding = _insert(db, SearchDocument).values(row).on_conflict_do_nothing()
    if db.scalar(adding.returning(SearchDocument.publication_id)) is not None:
        add_entries(db, publication.id, sheet.entries)


def _take_out(db: Session, document: SearchDocument) -> None:
    if document.counted_at is not None:
        _add_to_words(db, document, sign=-1)
        db.execute(delete(SearchWord).where(SearchWord.entries <= 0))
    drop_entries(db, document.publication_id)
    db.delete(document)
    db.flush()


def _count_words(db: Session, document: SearchDocument, *, now: datetime) -> None:
    document.counted_at = now
    db.flush()
    _add_to_words(db, document, sign=1)


def _add_to_words(db: Session, document: SearchDocument, *, sign: int) -> None:
    """Say of each word that it stands in so many more entries, or fewer."""
    counts: Counter[str] = Counter()
    for words in list_words(db, document.publication_id):
        counts.update({word.folded for word in words_of(words)})
    # In one order, so that two processes never wait for each other.
    rows = [{"word": word, "stem": stem(word), "entries": sign * count} for word, count in sorted(counts.items())]
    if rows:
        adding = _insert(db, SearchWord)
        more = {"entries": SearchWord.entries + adding.excluded.entries}
        db.execute(adding.on_conflict_do_update(index_elements=["word"], set_=more), rows)


def _insert(db: Session, table: type[Base]) -> Any:
    """An insert that can say what to do where the key is taken, as each engine spells it."""
    is_postgresql = db.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)
