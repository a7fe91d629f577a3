"""The only place that says what a film goes through: kept or recorded, then its first size, then the others.

Each step leaves something whole. A film whose maker was killed goes on after the last of them: what was stored stays.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from portal.people.database import Database
from portal.people.films.adding import (
    Made,
    NotWhole,
    note_files,
    note_stored,
    put_master,
    put_rendition,
    put_stills,
    put_video,
)
from portal.people.films.claiming import Claim, LeaseLost, note_facts, note_length
from portal.people.films.models import FilmFile, FilmState, Kind
from portal.people.films.originals import keep_original
from portal.people.films.playlists import Rendition
from portal.people.films.process import NoRoom, Stopped, run
from portal.people.films.progress import Progress
from portal.people.films.recorder import record
from portal.people.media.store import Store
from portal.shared import clock
from portal.shared.disk import sync

WORK = "work"
_SOUND, _NOTE, _RECORDED = "sound.mp4", "first.json", "recorded"
_RECORDING_SHARE = 0.4
_AT_ONCE = 40  # rows of a transaction
_LEAST_FREE = 256 * 1024**2
_POSTER = "poster.webp"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """All that the making of one film needs; `folder` is the films' own."""

    database: Database
    store: Store
    folder: Path
    held: Claim
    progress: Progress

    @property
    def kept(self) -> Path:
        """What is kept from one try to the next."""
        return self.folder / WORK / self.held.source

    @property
    def trying(self) -> Path:
        """The folder of this try alone, in case that another still writes into its own."""
        return self.kept / self.held.lease


@dataclass(frozen=True, kw_only=True)
class First:
    """What the larger sizes need to know of the least, which is made and stored."""

    rendition: Rendition
    playlist: str  # the address from another file of the store
    rungs: int
    share: float


def make(desk: Desk) -> None:
    """Make all of the film. Raises what its steps do, LeaseLost and Stopped among them."""
    try:
        _clear(desk)
        video = _record(desk) if desk.held.is_recipe else _keep(desk)
        _require_room(desk, video)
        first = _find_first(desk) or _make_first(desk, video)
        if first.rungs > 1:
            _make_rest(desk, video, first)
    except Stopped:
        if desk.progress.is_lost:
            raise LeaseLost from None
        raise
    finally:
        shutil.rmtree(desk.trying, ignore_errors=True)


def keep_for(database: Database, source: str, path: Path, *, folder: Path) -> Path:
    """Keep the original of a film, and write down where. Raises NotKept, OSError."""
    kept = keep_original(path, folder=folder, source=source)
    with database.transaction() as db:
        db.execute(update(FilmState).where(FilmState.source == source).values(path=str(kept)))
    return kept


def _clear(desk: Desk) -> None:
    """A folder of our own; those of tries before are given up, and what they left in them."""
    desk.kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in desk.kept.iterdir():
        if folder.is_dir() and folder.name != _RECORDED:
            shutil.rmtree(folder, ignore_errors=True)
    desk.trying.mkdir(mode=0o700)


def _keep(desk: Desk) -> Path:
    return keep_for(desk.database, desk.held.source, Path(desk.held.path), folder=desk.folder)


def _record(desk: Desk) -> Path:
    """What is spoken and drawn from a webinar's folder; whole where it was made before."""
    out = desk.kept / _RECORDED
    out.mkdir(mode=0o700, exist_ok=True)
    desk.progress.enter("recording", "It is being spoken and drawn", until=_RECORDING_SHARE)
    return record(Path(desk.held.path), out, tell=desk.progress.at, stopping=desk.progress.halt)


def _require_room(desk: Desk, video: Path) -> None:
    """Not all of it: what is left on a disk is for those who say no."""
    if shutil.disk_usage(desk.folder).free < _LEAST_FREE + 2 * video.stat().st_size:
        raise NoRoom


def _find_first(desk: Desk) -> First | None:
    """The least size, where a try before this one made and stored it."""
    try:
        note = json.loads((desk.kept / _NOTE).read_text("utf-8"))
        about = note.pop("rendition")
        timed = {name: tuple(about[name]) for name in ("seconds", "sizes")}
        first = First(rendition=Rendition(**about | timed), **note)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    asked = select(FilmFile).where(FilmFile.source == desk.held.source, FilmFile.kind == Kind.PLAYLIST.value)
    with desk.database.reading() as db:
        if first.playlist not in {f"../{file.sha256}/{file.name}" for file in db.scalars(asked)}:
            return None
    desk.progress.enter("first", "", until=first.share)
    return first


def _make_first(desk: Desk, video: Path) -> First:
    hearing = _Hearing(desk, "first", "Its first size is being made")
    done = run("first", video, desk.trying, hear=hearing.hear, stopping=desk.progress.halt)
    with _believed():
        (about,) = done["renditions"]
        rendition, made = put_rendition(desk.trying, about, store=desk.store)
        _take_own_poster(desk, video)
        seconds = float(done["seconds"])
        made += put_stills(desk.trying, done["stills"], seconds=seconds, store=desk.store)
        first = First(
            rendition=rendition,
            playlist=next(one.url for one in made if one.kind is Kind.PLAYLIST),
            rungs=int(done["rungs"]),
            share=hearing.share,
        )
    if first.rungs == 1:
        made.append(put_video(desk.trying, store=desk.store))
    made.append(put_master(desk.trying, [(rendition, first.playlist)], store=desk.store))
    _note(desk, first)
    with desk.database.transaction() as db:
        note_length(db, desk.held, seconds=seconds)
    _add(desk, made)
    return first


def _make_rest(desk: Desk, video: Path, first: First) -> None:
    if (desk.kept / _SOUND).exists():
        shutil.copyfile(desk.kept / _SOUND, desk.trying / _SOUND)
    hearing = _Hearing(desk, "rest", "It plays already; its larger sizes are being made")
    done = run("rest", video, desk.trying, hear=hearing.hear, stopping=desk.progress.halt)
    made = [put_video(desk.trying, store=desk.store)]
    sizes = [(first.rendition, first.playlist)]
    with _believed():
        for about in done["renditions"]:
            rendition, files = put_rendition(desk.trying, about, store=desk.store)
            made += files
            sizes.append((rendition, next(one.url for one in files if one.kind is Kind.PLAYLIST)))
    made.append(put_master(desk.trying, sizes, store=desk.store))
    _add(desk, made)


class _Hearing:
    """Turns what the process says into progress; where that is nonsense, there is none."""

    def __init__(self, desk: Desk, stage: str, words: str) -> None:
        self.desk, self.stage, self.words = desk, stage, words
        self.share = 1.0
        desk.progress.enter(stage, words, until=desk.progress.share)

    def hear(self, said: dict[str, Any]) -> None:
        if "facts" in said:
            self._note_facts(said)
        elif isinstance(percent := said.get("percent"), int):
            self.desk.progress.at(percent)

    def _note_facts(self, said: dict[str, Any]) -> None:
        with _believed():
            facts = said["facts"]
            seconds, width, height = float(facts["seconds"]), int(facts["width"]), int(facts["height"])
            first = min(1.0, max(0.0, float(said["first_share"])))
        begun = _RECORDING_SHARE if self.desk.held.is_recipe else 0.0
        self.share = begun + (1 - begun) * first
        self.desk.progress.enter(self.stage, self.words, until=self.share if self.stage == "first" else 1.0)
        with self.desk.database.transaction() as db:
            note_facts(db, self.desk.held, seconds=seconds, width=width, height=height)


@contextmanager
def _believed() -> Iterator[None]:
    """The process may have been taken over by what it read: what it says is of the right kind, or it is made again."""
    try:
        yield
    except (KeyError, ValueError, TypeError, OverflowError) as fault:
        raise NotWhole(f"It does not say what it made: {fault!r}") from fault


def _take_own_poster(desk: Desk, video: Path) -> None:
    """The one that was drawn for it, where a webinar is drawn."""
    if desk.held.is_recipe and (drawn := video.with_name(_POSTER)).is_file():
        shutil.copyfile(drawn, desk.trying / _POSTER)


def _note(desk: Desk, first: First) -> None:
    """For a later try; on the disk before the rows say that there is a first size."""
    sound = desk.trying / _SOUND
    if sound.exists():
        sync(sound)
        sound.replace(desk.kept / _SOUND)
    draft = desk.trying / _NOTE
    draft.write_text(json.dumps(asdict(first)), "utf-8")
    sync(draft)
    draft.replace(desk.kept / _NOTE)
    sync(desk.kept)


def _add(desk: Desk, made: list[Made]) -> None:
    for start in range(0, len(made), _AT_ONCE):  # nobody who says no meanwhile should have to wait for a film
        with desk.database.transaction() as db:
            note_stored(db, made[start : start + _AT_ONCE], store=desk.store, now=clock.now())
    with desk.database.transaction() as db:
        note_files(db, desk.held, made)
