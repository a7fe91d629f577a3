"""The only place that says how a film stands and where its files are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.people.films.models import FilmFile, FilmState, Kind, Stand

State = Literal["waiting", "working", "failed", "ready"]


@dataclass(frozen=True, kw_only=True)
class Film:
    """A film as pages show it. Addresses are None until the file is whole; `stream` is there with the first rendition.

    `percent` is how much of it is made, `words` what is being done, or why it failed; `seconds`, `width` and `height`
    are those of what it is made from, 0 until that was looked at; `heights` are those that play, least first.
    """

    source: str
    state: State
    percent: int
    words: str
    seconds: float
    width: int
    height: int
    stream: str | None
    video: str | None
    poster: str | None
    previews: str | None
    heights: tuple[int, ...]


def find_film(db: Session, source: str) -> Film | None:
    """How the film of this source stands, or None where nobody asked for it."""
    found = db.get(FilmState, source)
    if found is None:
        return None
    shown = select(FilmFile).where(FilmFile.source == source, FilmFile.kind.not_in(_UNSEEN))
    return _film(found, db.scalars(shown.order_by(FilmFile.height)).all())


def find_films(db: Session, sources: Iterable[str]) -> dict[str, Film]:
    """How the films of these sources stand; those that nobody asked for are left out."""
    wanted = sorted(set(sources))
    states = db.scalars(select(FilmState).where(FilmState.source.in_(wanted))).all()
    shown = select(FilmFile).where(FilmFile.source.in_(wanted), FilmFile.kind.not_in(_UNSEEN))
    files: dict[str, list[FilmFile]] = {state.source: [] for state in states}
    for file in db.scalars(shown.order_by(FilmFile.height)):
        files[file.source].append(file)
    return {state.source: _film(state, files[state.source]) for state in states}


def list_unmade(db: Session) -> set[str]:
    """The sources whose films are still to be made."""
    return set(db.scalars(select(FilmState.source).where(FilmState.state.in_(_UNMADE))))


def count_waiting(db: Session) -> int:
    """How many films are still to be made."""
    return db.scalar(select(func.count()).select_from(FilmState).where(FilmState.state.in_(_UNMADE))) or 0


_UNMADE = (Stand.WAITING.value, Stand.WORKING.value)
_UNSEEN = (Kind.SEGMENT.value, Kind.SPRITE.value)  # named by other files, not by pages


def _film(found: FilmState, files: Sequence[FilmFile]) -> Film:
    urls = {file.kind: file.url for file in files}
    return Film(
        source=found.source,
        state=cast("State", found.state),
        percent=found.percent,
        words=found.words,
        seconds=found.seconds,
        width=found.width,
        height=found.height,
        stream=urls.get(Kind.STREAM.value),
        video=urls.get(Kind.VIDEO.value),
        poster=urls.get(Kind.POSTER.value),
        previews=urls.get(Kind.PREVIEWS.value),
        heights=tuple(file.height for file in files if file.kind == Kind.PLAYLIST),
    )
