"""The only place that says in which order a film is made, in two turns, so that the first size plays early."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from portal.people.films import bounds
from portal.people.films.child.bundle import codecs, segment_seconds, write_mp4, write_segments
from portal.people.films.child.confinement import allow_cpu
from portal.people.films.child.ladder import Coder, Rung, code, rungs_for
from portal.people.films.child.pictures import Pictures, is_sparse
from portal.people.films.child.sound import write_sound
from portal.people.films.child.source import Facts, Refused, look, opened
from portal.people.films.child.stills import Stills

Say = Callable[..., None]
SOUND = "sound.mp4"
_MOST_MISSING = 0.03  # of the length, and two seconds


def see(source: Path, _folder: Path, say: Say) -> dict[str, Any]:
    """Only look."""
    say(facts=asdict(look(source)))
    return {}


def make_first(source: Path, folder: Path, say: Say) -> dict[str, Any]:
    """The least size, the sound, the poster and the previews."""
    facts = _looked_at(source, say)
    rungs = rungs_for(facts.width, facts.height)
    with ThreadPoolExecutor(1) as beside:  # both processors: neither sound nor pictures alone keep two at work
        sounding = beside.submit(write_sound, source, folder / SOUND)
        stills = Stills(seconds=facts.seconds, width=facts.width, height=facts.height)
        seconds = _draw(source, folder, rungs[:1], facts, say, stills)
        seconds = max(seconds, sounding.result())
    _require_whole(facts, seconds)
    made = _bundled(folder, rungs[:1], is_last=len(rungs) == 1)
    return made | {"stills": stills.write(folder, seconds=seconds), "seconds": seconds, "rungs": len(rungs)}


def make_rest(source: Path, folder: Path, say: Say) -> dict[str, Any]:
    """The larger sizes, and the MP4."""
    facts = _looked_at(source, say)
    rungs = rungs_for(facts.width, facts.height)[1:]
    if facts.has_sound and not (folder / SOUND).exists():
        write_sound(source, folder / SOUND)
    _draw(source, folder, rungs, facts, say, None)
    return _bundled(folder, rungs, is_last=True)


TASKS: dict[str, Callable[[Path, Path, Say], dict[str, Any]]] = {
    "look": see,
    "first": make_first,
    "rest": make_rest,
}


def _looked_at(source: Path, say: Say) -> Facts:
    facts = look(source)
    say(facts=asdict(facts), first_share=_first_share(facts))
    allow_cpu(bounds.AT_LEAST_SECONDS + int(bounds.TIMES_ITS_LENGTH * (facts.seconds or bounds.MOST_SECONDS)))
    return facts


def _first_share(facts: Facts) -> float:
    """How much of the work the first turn is: by the pixels that are coded, and those that are read in each turn."""
    areas = [rung.width * rung.height for rung in rungs_for(facts.width, facts.height)]
    reading = facts.width * facts.height / 5
    turns = 1 if len(areas) == 1 else 2
    return (areas[0] + reading) / (sum(areas) + turns * reading)


def _draw(source: Path, folder: Path, rungs: list[Rung], facts: Facts, say: Say, stills: Stills | None) -> float:
    """Code the pictures of a source in these sizes; the second at which they end."""
    told = -1

    def tell(second: float) -> None:
        nonlocal told
        percent = min(99, int(100 * second / facts.seconds)) if facts.seconds else 0
        if percent > told:
            told = percent
            say(percent=percent)

    with opened(source) as found, ExitStack() as stack:
        pictures = Pictures(found, on_second=tell)
        coders = [
            stack.enter_context(Coder(folder / f"{rung.name}p.part", rung, is_sparse=is_sparse(found)))
            for rung in rungs
        ]
        code(_seen(pictures, stills), coders)
    return pictures.ended_at


def _seen(pictures: Pictures, stills: Stills | None) -> Any:
    for picture in pictures:
        if stills is not None:
            stills.see(picture.frame, picture.at)
        yield picture


def _require_whole(facts: Facts, seconds: float) -> None:
    if facts.seconds - seconds > 2 + facts.seconds * _MOST_MISSING:
        raise Refused(f"It ends after {seconds:.0f} of {facts.seconds:.0f} seconds: it was cut off. Copy it again.")
    if seconds < bounds.LEAST_SECONDS:
        raise Refused(f"It lasts {seconds:.1f} seconds. A film lasts at least one.")


def _bundled(folder: Path, rungs: list[Rung], *, is_last: bool) -> dict[str, Any]:
    sound = folder / SOUND
    told = []
    for rung in rungs:
        picture = folder / f"{rung.name}p.part"
        write_segments(folder, f"{rung.name}p", picture=picture, sound=sound)
        coded = codecs(picture) + (",mp4a.40.2" if sound.exists() else "")
        told.append(asdict(rung) | {"codecs": coded, "seconds": segment_seconds(picture)})
    if is_last:
        best = [rung for rung in rungs if rung.name <= _MP4] or rungs[:1]
        write_mp4(folder / "film.mp4", picture=folder / f"{best[-1].name}p.part", sound=sound)
    for rung in rungs:
        (folder / f"{rung.name}p.part").unlink()
    return {"renditions": told}


_MP4 = 720
"""The size of the one file for players without HLS, and for downloading."""
