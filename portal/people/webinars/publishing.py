"""The only place that makes a webinar public: from its folder in `content/` and what was recorded from it."""

import tomllib
from datetime import date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import webvtt
from sqlalchemy.orm import Session

from portal.people.media.store import Store, store_file
from portal.people.publications.models import Publication
from portal.people.publications.records import publish
from portal.people.webinars.recording import Chapter, Line, Media, Recording
from portal.shared.markdown import to_html


class NotPublishable(ValueError):
    """The folder cannot be published; the message says which file to mend, and how."""


def publish_webinar(
    db: Session, folder: Path, *, recorded: Path, store: Store, by: str, now: datetime
) -> tuple[Publication, bool]:
    """Publish the webinar of `folder`, whose video, poster and tracks lie in `recorded`; the files go into `store`.

    Returns the publication in force and whether it is new: publishing the same twice changes nothing.
    """
    recording = _read(db, folder, recorded=recorded, store=store, now=now)
    return publish(db, kind="webinar", slug=recording.slug, content=recording.as_json(), by=by, now=now)


def _read(db: Session, folder: Path, *, recorded: Path, store: Store, now: datetime) -> Recording:
    about = _about(folder / "webinar.toml")
    slug = folder.name

    def kept(name: str) -> Media:
        path = recorded / name
        if not path.is_file():
            raise NotPublishable(f"{path.name} of {slug} is not recorded yet. Run: make setup")
        return Media(sha256=store_file(db, path, store=store, now=now).sha256, name=name)

    video, poster = kept(f"{slug}.mp4"), kept("poster.webp")
    captions, chapter_track = kept("captions.en.vtt"), kept("chapters.vtt")
    lines = _lines(recorded / captions.name)
    chapters = _chapters(recorded / chapter_track.name, lines)
    return Recording(
        slug=slug,
        title=_text(about, "title"),
        summary=_text(about, "summary"),
        presenter=_text(about, "presenter"),
        held_on=_day(about),
        seconds=chapters[-1].stop,
        video=video,
        poster=poster,
        captions=captions,
        chapter_track=chapter_track,
        chapters=chapters,
        said=_said(about, lines),
        notes_html=to_html((folder / "page.md").read_text("utf-8")),
    )


def _about(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise NotPublishable(f"{path} cannot be read: {fault}") from fault


def _text(about: dict[str, Any], key: str) -> str:
    value = about.get(key)
    if not isinstance(value, str) or not value.strip():
        raise NotPublishable(f'webinar.toml has no {key}. Add a line: {key} = "…"')
    return value


def _day(about: dict[str, Any]) -> date:
    value = about.get("date")
    if not isinstance(value, date):
        raise NotPublishable("webinar.toml has no date. Add a line: date = 2026-03-12")
    return value


def _lines(path: Path) -> tuple[Line, ...]:
    """The sentences of the captions; a long one was cut into cues named `7`, `7.2`, `7.3`, and is whole again here."""
    sentences: dict[str, list[Any]] = {}
    for cue in webvtt.read(str(path)).captions:
        sentences.setdefault((cue.identifier or cue.start).partition(".")[0], []).append(cue)
    return tuple(
        Line(
            start=_seconds(cues[0].start_time),
            stop=_seconds(cues[-1].end_time),
            words=unescape(" ".join(" ".join(cue.text.split()) for cue in cues)),
        )
        for cues in sentences.values()
    )


def _chapters(path: Path, lines: tuple[Line, ...]) -> tuple[Chapter, ...]:
    chapters = []
    for cue in webvtt.read(str(path)).captions:
        start, stop = _seconds(cue.start_time), _seconds(cue.end_time)
        said = tuple(line for line in lines if start <= line.start < stop)
        chapters.append(Chapter(start=start, stop=stop, title=unescape(cue.text.strip()), lines=said))
    if not chapters:
        raise NotPublishable(f"{path.name} names no chapter.")
    return tuple(chapters)


def _seconds(moment: Any) -> float:
    return float(moment.in_milliseconds()) / 1000


def _said(about: dict[str, Any], lines: tuple[Line, ...]) -> Line:
    words = _text(about, "said")
    for line in lines:
        if words in line.words:
            return line
    raise NotPublishable("The sentence under `said` in webinar.toml is not in the captions. Copy one word for word.")
