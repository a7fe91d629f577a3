"""The only place that compares what is timed in a webinar's folder with its film, once it is known how long that is."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from portal.people.moments.reading import FILE as MOMENTS
from portal.people.moments.reading import read_moments
from portal.people.webinars.reading import BadFolder, Folder
from portal.shared.proofreading import BadContent, Fault, text_of


def require_inside(found: Folder, seconds: float) -> None:
    """Raises BadFolder where something begins when the film is over; `seconds` is its length, 0 where nobody knows."""
    faults = list(_faults(found, seconds)) if seconds else []
    if faults:
        raise BadFolder(found.path, faults)


def _faults(found: Folder, seconds: float) -> Iterator[tuple[str, Fault]]:
    for language, cues in found.captions.items():
        (path,) = found.path.glob(f"captions.{language}.*")
        yield from _late(path, [cue.start for cue in cues], seconds)
    if (path := found.path / "chapters.vtt").exists():
        yield from _late(path, [chapter.start for chapter in found.chapters], seconds)
    try:
        read_moments(found.path / MOMENTS, seconds=seconds)
    except BadContent as bad:
        yield from ((MOMENTS, fault) for fault in bad.faults)


def _late(path: Path, starts: Sequence[float], seconds: float) -> Iterator[tuple[str, Fault]]:
    """The first that comes too late: where it is another recording's file, hundreds do."""
    late = [number for number, start in enumerate(starts) if start >= seconds]
    if late:
        more = f", and {len(late) - 1} more after it" if len(late) > 1 else ""
        words = (
            f"It begins at {_clock(starts[late[0]])}{more}, and the film ends at {_clock(seconds)}. "
            "See that this file belongs to this recording, and mend the times."
        )
        yield path.name, Fault(_line_of(path, late[0]), "times", words)


def _line_of(path: Path, number: int) -> int:
    """The line with the times of the cue of this number, from 0; no other line of a sound file holds an arrow."""
    lines = [at for at, line in enumerate(text_of(path).splitlines(), 1) if "-->" in line]
    return lines[number]


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
