"""The only place that makes a webinar public: from its folder in `content/` to a record, its files and its film."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from portal.people.films.asking import ask_for_film
from portal.people.films.library import find_film
from portal.people.media.store import Store, store_file
from portal.people.publications.models import Publication
from portal.people.publications.records import publish
from portal.people.webinars.fitting import require_inside
from portal.people.webinars.reading import NO_CAPTIONS, Folder
from portal.people.webinars.recording import Chapter, Line, Media, Recording, Track
from portal.shared.captions import Cue, write_cues

Keep = Callable[[Path], Media]


class NotPublishable(ValueError):
    """The webinar lacks what it owes; the message says what to do."""


def publish_webinar(
    db: Session,
    found: Folder,
    *,
    store: Store,
    by: str,
    now: datetime,
    public_from: datetime | None = None,
    reason: str = "",
) -> tuple[Publication, bool]:
    """Publish what was read from a folder; its files go into `store`, and its film is asked for.

    A video whose film was looked at before lasts as long as that; else its last words say how long it is. Returns the
    publication in force and whether it is new: publishing the same twice changes nothing. Raises NotPublishable where
    it has no captions and no `reason` is given; BadFolder where something begins after that film's end; HasPassed where
    `public_from` has.
    """
    require_captions(found, reason)
    film = find_film(db, found.source) if found.video is not None else None
    seconds = film.seconds if film is not None else 0.0
    require_inside(found, seconds)
    chapters = _to_the_end(found.chapters, seconds)
    with tempfile.TemporaryDirectory() as desk:
        for path in found.downloads:
            _kept(db, path, store=store, now=now)
        recording = _record(found, chapters, Path(desk), lambda path: _kept(db, path, store=store, now=now))
    ask_for_film(db, source=found.source, path=found.video or found.path, is_recipe=found.video is None, now=now)
    return publish(
        db,
        kind="webinar",
        slug=found.slug,
        content=recording.as_json(),
        by=by,
        now=now,
        public_from=public_from,
        reason=reason.strip(),
    )


def require_captions(found: Folder, reason: str) -> None:
    """Raises NotPublishable where there are none and nobody says why."""
    if not found.captions and not reason.strip():
        raise NotPublishable(f'{found.slug}: {NO_CAPTIONS} Or say why it goes without: --reason "…"')


def _kept(db: Session, path: Path, *, store: Store, now: datetime) -> Media:
    return Media(sha256=store_file(db, path, store=store, now=now).sha256, name=path.name)


def _to_the_end(chapters: tuple[Chapter, ...], seconds: float) -> tuple[Chapter, ...]:
    """The last chapter ends with the film, where that was looked at, and not with the last words."""
    return (*chapters[:-1], replace(chapters[-1], stop=seconds or chapters[-1].stop))


def _record(found: Folder, chapters: tuple[Chapter, ...], desk: Path, keep: Keep) -> Recording:
    """What is published: texts as they were understood, written anew, and the addresses of files."""
    about = found.about
    spans = tuple(Cue(start=one.start, stop=one.stop, words=one.title) for one in chapters)
    return Recording(
        slug=found.slug,
        title=about.title,
        summary=about.summary,
        speakers=tuple(about.speakers or filter(None, [about.presenter])),
        topics=tuple(about.topics),
        level=about.level,
        language=about.language,
        held_on=about.date,
        premiere_at=about.premiere,
        seconds=chapters[-1].stop,
        source=found.source,
        poster=keep(found.poster) if found.poster else None,
        tracks=tuple(
            Track(
                language=language,
                captions=keep(_written(desk / f"captions.{language}.vtt", cues)),
                lines=found.lines[language],
            )
            for language, cues in found.captions.items()
        ),
        chapter_track=keep(_written(desk / "chapters.vtt", spans)),
        chapters=chapters,
        said=_said(about.said, found.lines.get(about.language, ())),
        notes_html=found.notes_html,
        moments=found.moments,
    )


def _written(path: Path, cues: tuple[Cue, ...]) -> Path:
    path.write_text(write_cues(cues), "utf-8")
    return path


def _said(words: str, lines: tuple[Line, ...]) -> Line | None:
    """The sentence that the home page quotes: the one that was chosen, else the first."""
    return next((line for line in lines if words and words in line.words), lines[0] if lines else None)
