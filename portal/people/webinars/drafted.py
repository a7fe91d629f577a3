"""The only place that knows drafted captions from read ones: nobody publishes what only a machine has heard."""

from pathlib import Path

from portal.shared.captions import Cue, write_cues

_NOTE = "NOTE Drafted by a speech model. Read it beside the recording, mend names and words, then take this note out."
UNREAD = "A speech model drafted it, and nobody read it yet. Read it beside the recording, mend it, take its note out."


def write_draft(folder: Path, language: str, cues: tuple[Cue, ...]) -> Path:
    """Lay drafted captions into a webinar's folder, marked as such; the file."""
    path = folder / f"captions.{language}.vtt"
    with path.open("x", encoding="utf-8") as file:
        file.write(write_cues(cues).replace("WEBVTT\n", f"WEBVTT\n\n{_NOTE}\n", 1))
    return path


def line_of_note(words: str) -> int | None:
    """Where captions say that they are a draft; None where they do not."""
    lines = words.splitlines()
    return lines.index(_NOTE) + 1 if _NOTE in lines else None
