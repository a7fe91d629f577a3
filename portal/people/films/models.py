"""The only place for the tables of films: how far each has come, and the files that were made of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment


class Stand(StrEnum):
    """Where the making of a film stands."""

    WAITING = "waiting"
    WORKING = "working"
    FAILED = "failed"  # `words` say why; asked for again, it waits again
    READY = "ready"


class Kind(StrEnum):
    """What a file of a film is."""

    STREAM = "stream"  # the master playlist of HLS
    PLAYLIST = "playlist"  # that of one height
    SEGMENT = "segment"  # position 0 is what a decoder is set up with
    VIDEO = "video"  # progressive MP4
    POSTER = "poster"
    PREVIEWS = "previews"  # WebVTT whose cues name parts of the sprites
    SPRITE = "sprite"


def _known(column: str, kinds: type[StrEnum]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(kind.value) for kind in kinds)})", name=f"{column}_is_known")


class FilmState(Base):
    """How the making of one film stands: a state row, changed in place. `source` is the hash of what it is made from.

    `path` is the original, kept where no visitor comes, or the folder of a webinar that is spoken and drawn first.
    """

    __tablename__ = "films"
    __table_args__ = (_known("state", Stand), Index("ix_films_next", "state", "asked_at"))

    source: Mapped[str] = mapped_column(String(64), primary_key=True)
    path: Mapped[str] = mapped_column(Text)
    is_recipe: Mapped[bool]
    asked_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(7))
    stage: Mapped[str] = mapped_column(String(10))
    percent: Mapped[int]
    words: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int]
    not_before: Mapped[datetime] = mapped_column(Moment)
    lease: Mapped[str | None] = mapped_column(String(22))
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    seconds: Mapped[float] = mapped_column(Float)
    width: Mapped[int]
    height: Mapped[int]
    made_at: Mapped[datetime | None] = mapped_column(Moment)


class FilmFile(Base):
    """A file that was made of a film; `height` is 0 where it is of no rendition in particular."""

    __tablename__ = "film_files"
    __table_args__ = (_known("kind", Kind), Index("ix_film_files_sha256", "sha256"))

    source: Mapped[str] = mapped_column(ForeignKey("films.source"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    height: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(60))
    sha256: Mapped[str] = mapped_column(ForeignKey("media_files.sha256"))

    @property
    def url(self) -> str:
        return f"/media/{self.sha256}/{self.name}"
