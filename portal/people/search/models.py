"""The tables of the search: all of them are made from publications, and can be made again at any time."""

from datetime import datetime

from sqlalchemy import DDL, BigInteger, ForeignKey, Integer, String, Text, event
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment, by_code_point

# The index of `search_entries.stems`, made with the table. To SQLite words come cut and folded, so that FTS5 only parts
# them at spaces. PostgreSQL's is without `fastupdate`: a list of what is to be put in order is read by every search.
MAKE_INDEX = {
    "sqlite": "CREATE VIRTUAL TABLE search_index USING fts5(stems, content='search_entries', content_rowid='id', "
    "tokenize='ascii', detail='none', columnsize=0)",
    "postgresql": "CREATE INDEX search_index ON search_entries USING gin (stems) WITH (fastupdate = off)",
}
DROP_INDEX = {"sqlite": "DROP TABLE search_index", "postgresql": "DROP INDEX search_index"}


class SearchDocument(Base):
    """A publication that is in the index, because it is in force or will be; `card` is what lists show of it.

    `found_from` is its premiere, where it has one that is later than when it is public; nothing of it is found before.
    `counted_at` is when its words came into the vocabulary, which holds only what was public by then.
    """

    __tablename__ = "search_documents"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8))
    slug: Mapped[str] = mapped_column(String(100))
    card: Mapped[str] = mapped_column(Text)
    entries: Mapped[int]
    found_from: Mapped[datetime] = mapped_column(Moment)
    indexed_at: Mapped[datetime] = mapped_column(Moment, index=True)
    counted_at: Mapped[datetime | None] = mapped_column(Moment)


class SearchEntry(Base):
    """A title, a chapter, a sentence: what can be found. Its id says of which publication it is, and where in it.

    `language` is set where a sentence comes from captions in another language than the webinar's own.
    """

    __tablename__ = "search_entries"
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    second: Mapped[int | None]
    said_by: Mapped[str | None] = mapped_column(String(100))
    language: Mapped[str | None] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Text)
    stems: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))


class SearchWord(Base):
    """A word as it is written somewhere in public, folded, and in how many entries."""

    __tablename__ = "search_words"

    word: Mapped[str] = mapped_column(by_code_point(40), primary_key=True)
    stem: Mapped[str] = mapped_column(String(40), index=True)
    entries: Mapped[int]


for _when, _acts in (("after_create", MAKE_INDEX), ("before_drop", DROP_INDEX)):
    for _engine, _act in _acts.items():
        event.listen(SearchEntry.__table__, _when, DDL(_act).execute_if(dialect=_engine))  # type: ignore[no-untyped-call]
