"""Webinars written down in a few lines, published and indexed as the commands do it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import event

from portal.people.publications import records
from portal.people.publications.models import Publication
from portal.people.search.finding import Found, find, find_inside
from portal.people.search.indexing import index_publication
from portal.people.search.shelf import Shelf, Shelves
from portal.people.search.spelling import Vocabularies
from portal.people.search.words import read
from portal.people.webinars.recording import Chapter, Line, Media, Recording, Track
from tests.people.site import Site

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
DAY = timedelta(days=1)
NO_FILE = Media(sha256="0" * 64, name="file.bin")
Said = dict[str, list[str]]

SECOND_MESSAGE: Said = {
    "The channel they asked for": [
        "If she asked for letters, a letter is the polite one.",
        "Nine of them asked for e-mail, three for letters.",
    ],
    "Questions": ["No, a letter doesn’t count as nagging.", "Two in a week does."],
}
ASK_FIRST: Said = {
    "One tick, one channel": ["An e-mail yes isn’t a letter yes.", "Each channel is its own question."],
    "The way out": ["Print the stop-code on the letter, not on the envelope.", "Nagging ends trust."],
}
NUMBERS: Said = {
    "What can’t be counted": ["Nobody can tell you how many letters were opened.", "Count replies."],
    "Postcards": ["A postcard is read by whoever holds it.", "Größe und Straße stehen auf der Postkarte."],
}


def recording(slug: str, said: Said, *, title: str = "", **more: Any) -> Recording:
    """A webinar in which a sentence is said every ten seconds."""
    chapters, at = [], 0.0
    for name, sentences in said.items():
        lines = tuple(Line(start=at + 10 * i, stop=at + 10 * i + 9, words=words) for i, words in enumerate(sentences))
        chapters.append(Chapter(start=at, stop=at + 10 * len(lines), title=name, lines=lines))
        at += 10 * len(lines)
    plain = Recording(
        slug=slug,
        title=title or slug.replace("-", " ").capitalize(),
        summary="",
        speakers=("Ines Okafor-Lind",),
        topics=(),
        level="everyday",
        language="en",
        held_on=date(2026, 3, 12),
        premiere_at=None,
        seconds=at,
        source="0" * 64,
        poster=NO_FILE,
        tracks=(),
        chapter_track=NO_FILE,
        chapters=tuple(chapters),
        said=chapters[0].lines[0],
        notes_html="",
    )
    return replace(plain, **more)


def track(language: str, *sentences: str) -> Track:
    """Captions in which a sentence is shown every ten seconds."""
    lines = tuple(Line(start=10.0 * i, stop=10.0 * i + 9, words=words) for i, words in enumerate(sentences))
    return Track(language=language, captions=NO_FILE, lines=lines)


class Library:
    """The library of a site: what is published into it, and what is found in it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.shelves = Shelves()
        self.vocabularies = Vocabularies()

    def publish(
        self, slug: str, said: Said, *, now: datetime = NOW, public_from: datetime | None = None, **more: Any
    ) -> Publication:
        """Make a webinar public and index it, in one transaction."""
        content = recording(slug, said, **more).as_json()
        with self.site.database.transaction() as db:
            record, _ = records.publish(
                db, kind="webinar", slug=slug, content=content, by="Mara", now=now, public_from=public_from
            )
            index_publication(db, record, now=now)
        return record

    def unpublish(self, slug: str, *, now: datetime = NOW) -> None:
        with self.site.database.transaction() as db:
            record = records.unpublish(db, kind="webinar", slug=slug, redirect_to="/webinars/", by="Mara", now=now)
            index_publication(db, record, now=now)

    def shelf(self, *, now: datetime = NOW) -> Shelf:
        with self.site.database.reading() as db:
            return self.shelves.current(db, now=now)

    def find(self, typed: str, *, now: datetime = NOW, **more: Any) -> Found:
        with self.site.database.reading() as db:
            shelf = self.shelves.current(db, now=now)
            return find(
                db,
                shelf,
                read(typed),
                vocabulary=lambda: self.vocabularies.current(db, stamp=shelf.stamp),
                **more,
            )

    def find_inside(self, typed: str, slug: str) -> Found:
        with self.site.database.reading() as db:
            shelf = self.shelves.current(db, now=NOW)
            (publication,) = (one for one, card in shelf.cards.items() if card.slug == slug)
            return find_inside(db, shelf, read(typed), publication)

    def said(self, typed: str, **more: Any) -> list[str]:
        """The sentences found, as HTML."""
        return [str(hit.words) for group in self.find(typed, **more).groups for hit in group.hits]

    def webinars(self, typed: str, **more: Any) -> list[str]:
        """The webinars found, the best first."""
        return [group.card.slug for group in self.find(typed, **more).groups]

    @contextmanager
    def counted(self) -> Iterator[list[str]]:
        """What the database is asked meanwhile."""
        asked: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            asked.append(statement)

        reader = self.site.database.reader
        event.listen(reader, "before_cursor_execute", note)
        yield asked
        event.remove(reader, "before_cursor_execute", note)
