"""The only place that knows that SQLite looks words up in FTS5 and PostgreSQL in tsvector, and asks both alike.

An entry's id is its publication's, 20 bits for its place in it, and above both whether it is a heading; so the entries
of a publication are a range, and newer ones have higher ids. Stems are letters and digits alone (words.py).
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, or_, select, text
from sqlalchemy.orm import Session

from portal.people.search.models import SearchEntry
from portal.people.search.words import stems_of

PLACES = 1 << 20
HEADINGS = 1 << 60
_ALL = 1 << 39  # more than there can be publications
_HEADING = "H"  # in PostgreSQL's index, beside the stems, which are never upper-case
_OF = "P"

# Headings and sentences in one question: to ask costs as much again as to look.
_SQLITE = """
SELECT found.rowid, search_entries.kind FROM (
  SELECT rowid FROM search_index WHERE search_index MATCH :asked AND rowid BETWEEN :first_heading AND :last_heading
  ORDER BY rowid DESC LIMIT :most_headings
) AS found JOIN search_entries ON search_entries.id = found.rowid
UNION ALL
SELECT rowid, '' FROM (
  SELECT rowid FROM search_index WHERE search_index MATCH :asked AND rowid BETWEEN :first_sentence AND :last_sentence
  ORDER BY rowid DESC LIMIT :most_sentences
)
"""
_POSTGRESQL = """
SELECT id, kind FROM (
  SELECT id, kind FROM search_entries WHERE stems @@ CAST(:of_headings AS tsquery) LIMIT :most_headings
) AS named
UNION ALL
SELECT id, '' FROM (
  SELECT id FROM search_entries WHERE stems @@ CAST(:of_sentences AS tsquery) LIMIT :most_sentences
) AS said
"""


class Entry(NamedTuple):
    """Something that can be found in a publication: a heading, or a sentence.

    `language` is that of captions in another language than the webinar's own.
    """

    kind: str
    words: str
    second: int | None = None
    said_by: str | None = None
    language: str | None = None
    is_heading: bool = True


class Among(NamedTuple):
    """Where to look, for how many: in all publications, or in some that follow each other among those in force."""

    most: int
    of: Sequence[int] = ()


NOWHERE = Among(0)


def entry_id(publication_id: int, place: int, *, is_heading: bool) -> int:
    """The id of an entry."""
    return publication_id * PLACES + place + (HEADINGS if is_heading else 0)


def publication_of(entry_id: int) -> int:
    """The publication whose entry this is."""
    return (entry_id & (HEADINGS - 1)) // PLACES


def span_of(publication_id: int, *, are_headings: bool) -> tuple[int, int]:
    """The least and the highest id that an entry of this publication can have."""
    first = entry_id(publication_id, 0, is_heading=are_headings)
    return first, first + PLACES - 1


def add_entries(db: Session, publication_id: int, entries: Sequence[Entry]) -> None:
    """Put these into the index; there must be none of this publication yet."""
    is_postgresql = _is_postgresql(db)
    rows = [
        {
            "id": entry_id(publication_id, place, is_heading=entry.is_heading),
            "kind": entry.kind,
            "second": entry.second,
            "said_by": entry.said_by,
            "language": entry.language,
            "words": entry.words,
            "stems": _stems(publication_id, entry, is_marked=is_postgresql),
        }
        for place, entry in enumerate(entries[:PLACES])
    ]
    if rows:
        db.execute(insert(SearchEntry), rows)
    if not is_postgresql:
        for span in _spans(publication_id):
            db.execute(
                text(
                    "INSERT INTO search_index (rowid, stems) "
                    "SELECT id, stems FROM search_entries WHERE id BETWEEN :least AND :most"
                ),
                span,
            )


def drop_entries(db: Session, publication_id: int) -> None:
    """Take everything of this publication out of the index."""
    for span in _spans(publication_id):
        if not _is_postgresql(db):
            db.execute(
                text(
                    "INSERT INTO search_index (search_index, rowid, stems) "
                    "SELECT 'delete', id, stems FROM search_entries WHERE id BETWEEN :least AND :most"
                ),
                span,
            )
        db.execute(delete(SearchEntry).where(SearchEntry.id.between(span["least"], span["most"])))


def list_words(db: Session, publication_id: int) -> list[str]:
    """The words of every entry of a publication."""
    spans = or_(*(SearchEntry.id.between(span["least"], span["most"]) for span in _spans(publication_id)))
    return list(db.scalars(select(SearchEntry.words).where(spans)))


def find_entries(
    db: Session, stems: Sequence[str], *, headings: Among, sentences: Among = NOWHERE
) -> tuple[dict[int, str], list[int]]:
    """The headings that hold all of `stems`, by id with what each is, and ids of such sentences; the newest first."""
    look = _look_in_postgresql if _is_postgresql(db) else _look_in_sqlite
    named: dict[int, str] = {}
    said: list[int] = []
    for one, kind in sorted(look(db, stems, headings, sentences), reverse=True):
        if kind:
            named[one] = kind
        else:
            said.append(one)
    return named, said


def _look_in_sqlite(db: Session, stems: Sequence[str], headings: Among, sentences: Among) -> Iterable[tuple[int, str]]:
    values: dict[str, Any] = {"asked": " AND ".join(f'"{stem}"' for stem in stems)}
    for name, among, is_heading in (("heading", headings, True), ("sentence", sentences, False)):
        first, last = (among.of[0], among.of[-1]) if among.of else (0, _ALL)
        values[f"first_{name}"] = entry_id(first, 0, is_heading=is_heading)
        values[f"last_{name}"] = entry_id(last + 1, 0, is_heading=is_heading) - 1
        values[f"most_{name}s"] = among.most
    return [(row[0], row[1]) for row in db.execute(text(_SQLITE), values).all()]  # fetched at once, not row by row


def _look_in_postgresql(
    db: Session, stems: Sequence[str], headings: Among, sentences: Among
) -> Iterable[tuple[int, str]]:
    values: dict[str, Any] = {"most_headings": headings.most, "most_sentences": sentences.most}
    for name, among, marks in (("headings", headings, (_HEADING,)), ("sentences", sentences, ())):
        publications = [" | ".join(f"{_OF}{one}" for one in among.of)] if among.of else []
        values[f"of_{name}"] = " & ".join((*stems, *marks, *(f"({one})" for one in publications)))
    found = db.execute(text(_POSTGRESQL), values).all()
    # Headings are few, so leaving them out of the sentences here costs less than asking the index for what is none.
    return [(one, kind) for one, kind in found if kind or one < HEADINGS]


def _spans(publication_id: int) -> list[dict[str, int]]:
    spans = (span_of(publication_id, are_headings=one) for one in (False, True))
    return [{"least": least, "most": most} for least, most in spans]


def _stems(publication_id: int, entry: Entry, *, is_marked: bool) -> str:
    stems = dict.fromkeys(stems_of(entry.words))
    marks = (f"{_OF}{publication_id}", *((_HEADING,) if entry.is_heading else ())) if is_marked else ()
    return " ".join((*stems, *marks))


def _is_postgresql(db: Session) -> bool:
    dialect: Any = db.get_bind().dialect
    return bool(dialect.name == "postgresql")
