"""The only place that asks for a film to be made."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from portal.people.films.models import FilmState, Stand


def ask_for_film(db: Session, *, source: str, path: Path, is_recipe: bool, now: datetime) -> None:
    """Have the worker make the film of `source`, from the video at `path` or, `is_recipe`, from a webinar's folder.

    One that is there, is being made or waits stays as it is, though a later asking comes sooner to its turn; one that
    failed waits again.
    """
    found = db.get(FilmState, source)
    if found is None:
        db.add(_new(source, path, is_recipe, now))
        db.flush()
        return
    found.path = str(path.absolute())
    if found.state == Stand.FAILED:
        found.state, found.words, found.percent, found.attempts = Stand.WAITING.value, "", 0, 0
    if found.state == Stand.WAITING:
        found.asked_at = found.not_before = now
    db.flush()


def _new(source: str, path: Path, is_recipe: bool, now: datetime) -> FilmState:
    return FilmState(
        source=source,
        path=str(path.absolute()),
        is_recipe=is_recipe,
        asked_at=now,
        state=Stand.WAITING.value,
        stage="",
        percent=0,
        words="",
        attempts=0,
        not_before=now,
        seconds=0.0,
        width=0,
        height=0,
    )
