"""The only place that writes a webinar's words down to be taken along: as text to read, and as WebVTT."""

from portal.people.webinars.recording import Line, Recording
from portal.shared.captions import Cue, written_cue


def as_text(webinar: Recording, *, url: str) -> str:
    """The whole transcript to read: who, when, where, then each sentence at its time, under its chapter.

    Whoever begins to speak in place of another is named.
    """
    parts = [webinar.title, f"{webinar.presenter}, {webinar.held_on:%B} {webinar.held_on.day}, {webinar.held_on.year}"]
    parts += [url, ""]
    speaking = webinar.presenter
    for chapter in webinar.chapters:
        parts += ["", f"{chapter.title} ({clock_of(chapter.start)})", ""]
        for line in chapter.lines:
            if (line.speaker or webinar.presenter) != speaking:
                speaking = line.speaker or webinar.presenter
                parts += ["", f"{'':>7}  {speaking}:"]
            parts.append(f"{clock_of(line.start):>7}  {line.words}")
    return "\n".join(parts) + "\n"


def as_webvtt(webinar: Recording, *, url: str) -> str:
    """The whole transcript as WebVTT: a cue a sentence, with its speaker; chapters are notes before their first."""
    parts = ["WEBVTT", _note(f"{webinar.title}. {webinar.presenter}. {url}")]
    for chapter in webinar.chapters:
        parts.append(_note(f"Chapter: {chapter.title}"))
        parts += [written_cue(_as_cue(line, webinar.presenter)) for line in chapter.lines]
    return "\n\n".join(parts) + "\n"


def clock_of(seconds: float) -> str:
    """4:52, or 1:04:52."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _as_cue(line: Line, presenter: str) -> Cue:
    return Cue(start=line.start, stop=line.stop, words=line.words, speaker=line.speaker or presenter)


def _note(words: str) -> str:
    return f"NOTE {' '.join(words.split()).replace('-->', '→')}"
