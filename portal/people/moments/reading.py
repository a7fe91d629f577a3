"""The only place that reads `moments.toml` as marketing writes it, and finds the line of whatever is wrong in it."""

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.people.moments.faults import faults_in_moment, faults_in_time, second_of
from portal.people.moments.moment import Answer, Download, Moment, OfferCard, Poll, Question, Try
from portal.people.moments.places import Places
from portal.people.publications.doors import SCENARIO
from portal.shared.proofreading import NOT_TOML, BadContent, Fault, broken_at, text_of

FILE = "moments.toml"
MOST = 24  # moments in a recording: more would be a lesson with some film in it
MOST_BYTES = 65_536


@dataclass(frozen=True, kw_only=True)
class Written:
    """The moments of a file, in their order, and the files that they offer for download."""

    moments: tuple[Moment, ...] = ()
    files: tuple[Path, ...] = ()


def read_moments(path: Path, *, seconds: float | None) -> Written:
    """The moments in the file at `path`, none where there is no such file. Raises BadContent with every fault.

    `seconds` is how long the recording lasts, in seconds, as far as that is known before its film is looked at.
    """
    if not path.exists():
        return Written()
    source = text_of(path, most=MOST_BYTES)
    try:
        found = tomllib.loads(source)
    except tomllib.TOMLDecodeError as fault:
        raise BadContent(path, [Fault(broken_at(fault, source), "file", NOT_TOML)]) from fault
    places = Places(source)
    faults = [
        Fault(places.line_of(key, nth, answer), key, words)
        for nth, answer, key, words in _faults_in(path.parent, found, seconds)
    ]
    if faults:
        raise BadContent(path, sorted(faults, key=lambda fault: fault.line))
    moments = sorted((_moment(path.parent, one) for one in found.get("moments", [])), key=lambda one: one.at)
    files = {one["file"]: path.parent / one["file"] for one in found.get("moments", []) if "file" in one}
    return Written(moments=tuple(moments), files=tuple(files.values()))


Told = tuple[int | None, int | None, str, str]
"""Which moment, which of its answers, which key, and what to do."""


def _faults_in(folder: Path, found: dict[str, Any], seconds: float | None) -> Iterator[Told]:
    for key in found.keys() - {"moments"}:
        yield None, None, key, "There is no such key. Write each moment under a line [[moments]] of its own."
    moments = found.get("moments", [])
    if not isinstance(moments, list) or not all(isinstance(one, dict) for one in moments):
        yield None, None, "moments", "Write each of them under a line [[moments]] of its own."
        return
    if len(moments) > MOST:
        yield MOST, None, "moments", f"There are {len(moments)}. A recording has room for {MOST}."
    seen: dict[int, int] = {}
    for nth, one in enumerate(moments):
        yield from ((nth, None, key, words) for key, words in faults_in_time(one.get("at"), seconds))
        at = second_of(one.get("at"))
        if at is not None and seen.setdefault(at, nth) != nth:
            yield nth, None, "at", "Another moment begins at that second. Give each a time of its own."
        yield from ((nth, answer, key, words) for answer, key, words in faults_in_moment(folder, one, seconds))


def _moment(folder: Path, one: dict[str, Any]) -> Moment:
    at, title = second_of(one["at"]) or 0, one["title"].strip()
    match one["kind"]:
        case "question":
            answers = tuple(_answer(answer) for answer in one["answers"])
            return Question(at=at, title=title, answers=answers, said=second_of(one.get("said")))
        case "poll":
            return Poll(at=at, title=title, choices=tuple(choice.strip() for choice in one["choices"]))
        case "download":
            path, text = folder / one["file"], one["text"].strip()
            content = path.read_bytes()
            sha256 = hashlib.sha256(content).hexdigest()
            return Download(at=at, title=title, text=text, sha256=sha256, name=path.name, size=len(content))
        case "offer":
            return OfferCard(at=at, title=title, text=one["text"].strip(), offer=one["offer"])
    door = {"page": one["page"], "scenario": one.get("scenario", SCENARIO), "button": one["button"].strip()}
    return Try(at=at, title=title, text=one["text"].strip(), **door)


def _answer(one: dict[str, Any]) -> Answer:
    return Answer(words=one["text"].strip(), feedback=one["feedback"].strip(), is_right=one.get("right", False))
