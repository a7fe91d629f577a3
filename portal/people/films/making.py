"""The only place that makes a film from beginning to end: taken, kept, recorded, coded, stored, written down."""

import errno
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import select

from portal.people.database import Database
from portal.people.films import claiming
from portal.people.films.adding import NotWhole
from portal.people.films.claiming import Claim, End, LeaseLost
from portal.people.films.library import Film, find_film
from portal.people.films.models import FilmState, Stand
from portal.people.films.originals import FOLDER as ORIGINALS
from portal.people.films.originals import NotKept
from portal.people.films.process import Broken, NoRoom, NotAccepted, Stopped
from portal.people.films.progress import Progress, Tell
from portal.people.films.recorder import CannotRecord
from portal.people.films.stages import WORK, Desk, keep_for, make
from portal.people.media.faults import StoreAway
from portal.people.media.store import Store
from portal.shared import clock

FOLDER = "films"  # below DATA/people
_LATER = timedelta(minutes=1)
_AFTER_A_FAULT = timedelta(seconds=10)  # times the tries there were
_LOOK_EVERY_SECONDS = 0.5

log = structlog.get_logger()


class _Silence:
    """Where somebody waits for the film, who is told by `tell` and by how it stands at the end."""

    def info(self, _event: str, **_fields: object) -> None: ...

    def warning(self, _event: str, **_fields: object) -> None: ...


Log = structlog.stdlib.BoundLogger | _Silence


@dataclass(frozen=True, kw_only=True)
class Studio:
    """Where films are made: the database, the media store, and a folder of their own below DATA."""

    database: Database
    store: Store
    folder: Path


def tell_nobody(_percent: int, _words: str) -> None:
    """Where nobody waits for the film; a page reads how it stands from its row."""


def make_next(studio: Studio, *, stopping: threading.Event) -> int:
    """Make the film that was asked for last; how many were taken up: 0 where none waits."""
    _keep_what_waits(studio)
    with studio.database.transaction() as db:
        held = claiming.claim_next(db, now=clock.now())
    if held is None:
        return 0
    _make(studio, held, stopping=stopping, tell=tell_nobody, log=log)
    return 1


def make_now(studio: Studio, source: str, *, stopping: threading.Event, tell: Tell) -> Film | None:
    """Make this film at once, or watch whoever makes it; how it stands at the end.

    `tell` hears percent and words; nothing is logged, since whoever waits is told.
    """
    while not stopping.is_set():
        with studio.database.transaction() as db:
            held = claiming.claim(db, source, now=clock.now())
        if held is not None:
            _make(studio, held, stopping=stopping, tell=tell, log=_Silence())
        with studio.database.reading() as db:
            film = find_film(db, source)
        if film is None or film.state in ("ready", "failed"):
            return film
        tell(film.percent, film.words)
        time.sleep(_LOOK_EVERY_SECONDS)
    return None


def sweep(studio: Studio) -> int:
    """Take away what was left of films that are made, or cannot be: before the first is begun. How many that were."""
    swept = 0
    with studio.database.reading() as db:
        unmade = (Stand.WAITING.value, Stand.WORKING.value)
        still = set(db.scalars(select(FilmState.source).where(FilmState.state.in_(unmade))))
    if (studio.folder / WORK).is_dir():
        for folder in (studio.folder / WORK).iterdir():
            if folder.name not in still:
                shutil.rmtree(folder, ignore_errors=True)
                swept += 1
    for draft in (studio.folder / ORIGINALS).glob(".draft-*"):
        if time.time() - draft.stat().st_mtime > _LATER.total_seconds():
            draft.unlink(missing_ok=True)
    return swept


def _make(studio: Studio, held: Claim, *, stopping: threading.Event, tell: Tell, log: Log) -> None:
    """Make it, and write down how that ended."""
    began = time.monotonic()
    try:
        end = _tried(studio, held, stopping=stopping, tell=tell, log=log)
        with studio.database.transaction() as db:
            claiming.settle(db, held, end, now=clock.now())
    except LeaseLost:
        return
    if end.state is not Stand.WAITING:
        shutil.rmtree(studio.folder / WORK / held.source, ignore_errors=True)
    if end.state is Stand.READY:
        log.info("film.made", film=held.source[:12], seconds=round(time.monotonic() - began, 1))


def _tried(studio: Studio, held: Claim, *, stopping: threading.Event, tell: Tell, log: Log) -> End:
    """Make it; how that ended. Raises LeaseLost."""
    film = held.source[:12]
    try:
        if held.attempts > claiming.MOST_ATTEMPTS:
            raise NotAccepted(f"Making it broke off {held.attempts - 1} times. Publish it again, or another file.")
        with Progress(studio.database, held, stopping=stopping, tell=tell) as progress:
            make(Desk(database=studio.database, store=studio.store, folder=studio.folder, held=held, progress=progress))
    except (NotAccepted, NotKept, CannotRecord) as fault:
        log.warning("film.failed", film=film, error=str(fault))
        return End(state=Stand.FAILED, words=str(fault))
    except Stopped:
        return End(state=Stand.WAITING, is_counted=False)
    except (Broken, NotWhole) as fault:
        log.warning("film.broken_off", film=film, error=str(fault))
        return End(state=Stand.WAITING, words=_AGAIN, wait=_AFTER_A_FAULT * held.attempts)
    except (NoRoom, StoreAway, OSError) as fault:
        log.warning("film.put_off", film=film, error=str(fault) or _why_later(fault))
        return End(state=Stand.WAITING, words=_why_later(fault), wait=_LATER, is_counted=False)
    return End(state=Stand.READY)


def _why_later(fault: Exception) -> str:
    if isinstance(fault, NoRoom) or (isinstance(fault, OSError) and fault.errno in (errno.ENOSPC, errno.EDQUOT)):
        return "The disk is full. Make room; it goes on by itself."
    return "The store of films is away. It is tried again every minute."  # the page that says it is everybody's


def _keep_what_waits(studio: Studio) -> None:
    """Keep the originals of all that wait, since their folders may change before their turn comes."""
    with studio.database.reading() as db:
        waiting = select(FilmState.source, FilmState.path).where(
            FilmState.state == Stand.WAITING, FilmState.is_recipe.is_(False)
        )
        found = [(source, Path(path)) for source, path in db.execute(waiting)]
    for source, path in found:
        if path.parent != studio.folder / ORIGINALS:
            with suppress(NotKept, OSError):  # said when its turn comes
                keep_for(studio.database, source, path, folder=studio.folder)


_AGAIN = "Making it broke off. It begins again by itself."
