"""The only place that says what can be found of a publication of each kind."""

import re
from collections.abc import Callable
from html import unescape
from typing import NamedTuple, cast

from portal.people.paths import learning_path as paths
from portal.people.paths.learning_path import Practice, Question
from portal.people.publications.models import Publication
from portal.people.publications.records import Kind
from portal.people.search.cards import Card
from portal.people.search.engines import Entry
from portal.people.tips import tip as tips
from portal.people.webinars.recording import Line, Recording, from_json
from portal.people.webinars.screen import said_in


class Sheet(NamedTuple):
    """What the search keeps of a publication: its card, and everything of it that can be found."""

    card: Card
    entries: list[Entry]


def sheet_of(publication: Publication) -> Sheet:
    """The sheet of a publication of one of KINDS."""
    card, entries = _MAKERS[cast("Kind", publication.kind)](publication)
    about = [
        Entry("title", card.title),
        Entry("summary", card.summary),
        Entry("by", ", ".join(card.by)),
        Entry("topic", ", ".join(card.topics)),
    ]
    return Sheet(card, [entry for entry in (*about, *entries) if entry.words])


def _webinar(publication: Publication) -> Sheet:
    recording = from_json(publication.content)
    card = _card_of_webinar(recording)
    entries = []
    translated = [
        (track.language, said_in(recording, track).chapters)
        for track in recording.tracks
        if track.language != recording.language and track.lines
    ]
    for at, chapter in enumerate(recording.chapters):
        entries.append(Entry("chapter", chapter.title, int(chapter.start)))
        entries += _lines(chapter.lines, card)
        for language, chapters in translated:
            entries += _lines(chapters[at].lines, card, language)
    return Sheet(card, entries)


def _lines(lines: tuple[Line, ...], card: Card, language: str | None = None) -> list[Entry]:
    entries = []
    for line in lines:
        said_by = line.speaker if (line.speaker,) != card.by else ""  # who speaks alone is named once
        entries.append(Entry("cue", line.words, int(line.start), said_by[:100] or None, language, is_heading=False))
    return entries


def _card_of_webinar(recording: Recording) -> Card:
    return Card(
        kind="webinar",
        slug=recording.slug,
        title=recording.title,
        summary=recording.summary,
        by=recording.speakers,
        held_on=recording.held_on,
        seconds=recording.seconds,
        topics=recording.topics,
        level=recording.level,
        language=recording.language,
        poster=recording.poster.url if recording.poster else "",
        source=recording.source,
        premiere_at=recording.premiere_at,
    )


def _tip(publication: Publication) -> Sheet:
    tip = tips.from_json(publication.content)
    card = Card(
        kind="tip",
        slug=tip.slug,
        title=tip.title,
        summary=tip.summary,
        by=(tip.author,),
        held_on=tip.written_on,
        seconds=tip.minutes * 60,
        topics=tip.topics,
        level=tip.level,
    )
    sections = {unescape(_TAG.sub("", heading)).strip() for heading in _SECTION.findall(tip.body_html)}
    entries: list[Entry] = []
    for paragraph in tip.paragraphs:
        if paragraph in sections:
            entries.append(Entry("section", paragraph))
        else:
            entries += _sentences(paragraph)
    return Sheet(card, entries)


def _path(publication: Publication) -> Sheet:
    """What it borrows from webinars and tips is found there; here is found why it stands here, and what is its own."""
    path = paths.from_json(publication.content)
    card = Card(
        kind="path",
        slug=path.slug,
        title=path.title,
        summary=path.summary,
        by=(path.author,),
        held_on=path.written_on,
        seconds=path.minutes * 60,
        topics=path.topics,
        level=path.level,
    )
    borrowed = [step.about for step in path.steps if not isinstance(step, Question | Practice)]
    entries: list[Entry] = []
    for paragraph in (*path.teaches, *_paragraphs(path.about_html), *borrowed):
        entries += _sentences(paragraph)
    for step in path.steps:
        if isinstance(step, Question | Practice):
            entries.append(Entry("section", step.title))
        if isinstance(step, Practice):
            entries += _sentences(step.about)
    return Sheet(card, entries)


def _sentences(paragraph: str) -> list[Entry]:
    return [Entry("passage", words, is_heading=False) for words in _SENTENCE_END.split(paragraph)]


def _paragraphs(html: str) -> list[str]:
    return [" ".join(unescape(_TAG.sub("", part)).split()) for part in _BLOCK_END.split(html)]


_TAG = re.compile(r"<[^>]+>")
_BLOCK_END = re.compile(r"</(?:p|li|h[1-6]|blockquote)>")
_SECTION = re.compile(r"<h[2-4][^>]*>(.*?)</h[2-4]>", re.DOTALL)
_SENTENCE_END = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][”’\")]))\s+(?=[^a-z])")
_MAKERS: dict[Kind, Callable[[Publication], Sheet]] = {"webinar": _webinar, "tip": _tip, "path": _path}
KINDS: tuple[Kind, ...] = tuple(_MAKERS)
