"""The only place that takes what was made of a film over into the media store, and writes down what each file is."""

import os
import re
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.people.films.claiming import Claim, note_step
from portal.people.films.models import FilmFile, Kind
from portal.people.films.playlists import (
    Rendition,
    write_master,
    write_playlist,
    write_previews,
)
from portal.people.media.store import Store, Stored, note_file, put_file

_COLUMNS = 10
_CODECS = re.compile(r"avc1\.[0-9A-F]{6}(,mp4a\.40\.2)?")


class NotWhole(Exception):
    """What the process left is not what it said; it is made again."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A file of a film whose bytes are in the store."""

    kind: Kind
    height: int
    position: int
    stored: Stored

    @property
    def url(self) -> str:
        """From one file of the store to this one."""
        return f"../{self.stored.sha256}/{self.stored.name}"


def put_rendition(folder: Path, about: dict[str, Any], *, store: Store) -> tuple[Rendition, list[Made]]:
    """Bring a size that was made in `folder` into the store: its segments, then the playlist that names them.

    Raises NotWhole, StoreAway.
    """
    height = int(about["name"])
    first = f"{height}p-init.mp4"
    segments = [(f"{height}p-{number:04}.m4s", float(seconds)) for number, seconds in enumerate(about["seconds"])]
    names = [first, *(name for name, _ in segments)]
    if not segments or len(list(folder.glob(f"{height}p-*.m4s"))) != len(segments):
        raise NotWhole(f"{height}p has other segments than it says.")
    made = [
        _put(folder / name, store=store, kind=Kind.SEGMENT, height=height, position=number)
        for number, name in enumerate(names)
    ]
    rendition = Rendition(
        height=height,
        width_px=int(about["width"]),
        height_px=int(about["height"]),
        codecs=_codecs(about["codecs"]),
        seconds=tuple(seconds for _, seconds in segments),
        sizes=tuple(one.stored.size for one in made[1:]),
    )
    urls = {name: one.url for name, one in zip(names, made, strict=True)}
    playlist = _written(folder, f"{height}p.m3u8", write_playlist(segments, urls, first=first))
    made.append(_put(playlist, store=store, kind=Kind.PLAYLIST, height=height))
    return rendition, made


def put_stills(folder: Path, about: dict[str, Any], *, seconds: float, store: Store) -> list[Made]:
    """Bring the poster, the sheet of previews and what leads into it into the store. Raises NotWhole, StoreAway."""
    sprite = _put(folder / "sprite.webp", store=store, kind=Kind.SPRITE)
    cues = write_previews(
        sprite.url,
        tiles=int(about["tiles"]),
        every=float(about["every"]),
        width=int(about["width"]),
        height=int(about["height"]),
        columns=_COLUMNS,
        seconds=seconds,
    )
    previews = _put(_written(folder, "previews.vtt", cues), store=store, kind=Kind.PREVIEWS)
    return [sprite, previews, _put(folder / "poster.webp", store=store, kind=Kind.POSTER)]


def put_video(folder: Path, *, store: Store) -> Made:
    """Bring the one MP4 into the store. Raises NotWhole, StoreAway."""
    return _put(folder / "film.mp4", store=store, kind=Kind.VIDEO)


def put_master(folder: Path, renditions: list[tuple[Rendition, str]], *, store: Store) -> Made:
    """Bring the playlist of all sizes, and where that of each is, into the store. Raises StoreAway."""
    return _put(_written(folder, "master.m3u8", write_master(renditions)), store=store, kind=Kind.STREAM)


def note_stored(db: Session, made: list[Made], *, store: Store, now: datetime) -> None:
    """Write down that these are in the store; a few at a time, since a long film has thousands."""
    for one in sorted(made, key=lambda one: one.stored.sha256):  # one order for all, so that none waits for another
        note_file(db, one.stored, store=store, now=now)


def note_files(db: Session, held: Claim, made: list[Made]) -> None:
    """Write down that these, which are in the store, are the film's files in place of those of the same kind that were.

    Raises LeaseLost.
    """
    note_step(db, held)
    for kind, height in {(one.kind, one.height) for one in made}:
        same = (FilmFile.source == held.source, FilmFile.kind == kind.value, FilmFile.height == height)
        db.execute(delete(FilmFile).where(*same))
    db.add_all(
        FilmFile(
            source=held.source,
            kind=one.kind.value,
            height=one.height,
            position=one.position,
            name=one.stored.name,
            sha256=one.stored.sha256,
        )
        for one in made
    )
    db.flush()


def _put(path: Path, *, store: Store, kind: Kind, height: int = 0, position: int = 0) -> Made:
    about = _plain(path)
    if not about.st_size:
        raise NotWhole(f"{path.name} is empty.")
    return Made(kind=kind, height=height, position=position, stored=put_file(path, store=store))


def _plain(path: Path) -> os.stat_result:
    """Whoever made it may have been taken over by a video: no link to elsewhere is followed in its place."""
    try:
        about = path.lstat()
    except FileNotFoundError as fault:
        raise NotWhole(f"{path.name} is missing.") from fault
    if not stat.S_ISREG(about.st_mode) or about.st_nlink != 1:
        raise NotWhole(f"{path.name} is not a file of its own.")
    return about


def _codecs(told: object) -> str:
    if not isinstance(told, str) or not _CODECS.fullmatch(told):
        raise NotWhole("How it is coded is not told.")
    return told


def _written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.unlink(missing_ok=True)
    path.write_text(text, "utf-8")
    return path
