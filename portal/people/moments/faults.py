"""The only place that says what is wrong with a moment, by its kind: which answer and key, and what to do."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from portal.people.media.kinds import DOWNLOADS, TYPES
from portal.people.media.offered import faults_in_offered
from portal.people.moments.moment import KINDS
from portal.people.offers.reading import FOLDER as OFFERS
from portal.people.publications.doors import faults_in_door
from portal.shared.proofreading import faults_in_line

MOST_BYTES_OF_A_DOWNLOAD = 20_000_000

Told = tuple[int | None, str, str]
"""Which of the answers, which key, and what to do."""


def faults_in_moment(folder: Path, one: dict[str, Any], seconds: float | None) -> Iterator[Told]:
    """What is wrong with one moment, all of it; its files lie in `folder`, the recording lasts `seconds` seconds."""
    kind = one.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        yield None, "kind", f"Write one of {', '.join(KINDS)}, in quotes."
        return
    keys = _KEYS[kind]
    for key in one.keys() - {"at", "kind", *keys}:
        yield None, key, f"A moment of the kind {kind} has no such key. It has: at, kind, {', '.join(keys)}."
    for key, (most, example) in _TEXTS.items():
        if key in keys:
            missing = f"Add a line like {example}"
            yield from _beside(None, faults_in_line(key, one.get(key), most=most, missing=missing))
    yield from _OF_A_KIND[kind](folder, one, seconds)


def second_of(at: object) -> int | None:
    """The second that `1:32` or `1:04:52` stands for, or None where it is no time."""
    match = _TIME.fullmatch(at) if isinstance(at, str) and at.isascii() else None
    if match is None:
        return None
    return int(match["hours"] or 0) * 3600 + int(match["minutes"]) * 60 + int(match["seconds"])


def faults_in_time(at: object, seconds: float | None, key: str = "at") -> Iterator[tuple[str, str]]:
    """What is wrong with a moment's time."""
    second = second_of(at)
    if second is None:
        yield key, f'Write when, in minutes and seconds from the start, in quotes: {key} = "1:32"'
    elif seconds is not None and second >= seconds:
        end = f"{int(seconds) // 60}:{int(seconds) % 60:02}"
        yield key, f"The recording ends at {end}. Write an earlier time."


_TEXTS = {
    "title": (120, 'title = "What is the second message?"'),
    "text": (300, 'text = "What it is, in one or two sentences."'),
    "button": (40, 'button = "Write to the ones who asked"'),
}
_KEYS = {
    "question": ("title", "answers", "said"),
    "poll": ("title", "choices"),
    "download": ("title", "text", "file"),
    "offer": ("title", "text", "offer"),
    "try": ("title", "text", "button", "page", "scenario"),
}
_SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
_FILE = r"([A-Za-z0-9][\w-]*/)?[A-Za-z0-9][\w.-]*"
_TIME = re.compile(r"(?:(?P<hours>\d{1,2}):(?=\d\d:))?(?P<minutes>\d{1,3}):(?P<seconds>[0-5]\d)")


def _beside(answer: int | None, faults: Iterator[tuple[str, str]]) -> Iterator[Told]:
    return ((answer, key, words) for key, words in faults)


def _faults_in_question(_folder: Path, one: dict[str, Any], seconds: float | None) -> Iterator[Told]:
    if "said" in one:
        yield from _beside(None, faults_in_time(one["said"], seconds, "said"))
    answers = one.get("answers")
    if not isinstance(answers, list) or not all(isinstance(answer, dict) for answer in answers):
        yield None, "answers", "Write each answer under a line [[moments.answers]] of its own."
        return
    if not 2 <= len(answers) <= 5:
        yield None, "answers", "Give two to five answers, each under a line [[moments.answers]]."
    for nth, answer in enumerate(answers):
        yield from _beside(nth, _faults_in_answer(answer))
    if not any(answer.get("right") is True for answer in answers):
        yield None, "answers", "None of the answers is right. Add a line right = true to the one that is."
    if len({str(answer.get("text")) for answer in answers}) < len(answers):
        yield None, "answers", "Two answers say the same. Keep one of them."


def _faults_in_answer(answer: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key in answer.keys() - {"text", "feedback", "right"}:
        yield key, "An answer has no such key. It has: text, feedback, right."
    for key, most in (("text", 120), ("feedback", 300)):
        missing = f'Add a line like {key} = "…"; the feedback says why it is right, or what is better.'
        yield from faults_in_line(key, answer.get(key), most=most, missing=missing)
    if not isinstance(answer.get("right", False), bool):
        yield "right", "Write true or false, without quotes, or leave the line out."


def _faults_in_poll(_folder: Path, one: dict[str, Any], _seconds: float | None) -> Iterator[Told]:
    yield from _beside(None, _faults_in_choices(one.get("choices")))


def _faults_in_choices(choices: object) -> Iterator[tuple[str, str]]:
    key = "choices"
    if not isinstance(choices, list) or not 2 <= len(choices) <= 6:
        yield key, 'Give two to six choices, in one list: choices = ["A letter", "A call"]'
        return
    for choice in choices:
        yield from faults_in_line(key, choice, most=120, missing="Each choice is a text in quotes.")
    if len({str(choice).strip() for choice in choices}) < len(choices):
        yield key, "Two choices say the same. Keep one of them."


def _faults_in_download(folder: Path, one: dict[str, Any], _seconds: float | None) -> Iterator[Told]:
    yield from ((None, "file", words) for words in _faults_in_file(folder, one.get("file")))


def _faults_in_file(folder: Path, name: object) -> Iterator[str]:
    kinds = ", ".join(suffix for suffix, kind in TYPES.items() if kind in DOWNLOADS)
    if not isinstance(name, str) or not re.fullmatch(_FILE, name, re.ASCII) or ".." in name:
        yield 'Name a file of this folder, or of a folder in it: file = "downloads/worksheet.pdf"'
        return
    path = folder / name
    if TYPES.get(path.suffix) not in DOWNLOADS:
        yield f"It cannot be offered for download. Its name must end in {kinds}."
    elif not path.is_file() or path.is_symlink():
        yield f"There is no {name} in this folder. Put the file there, or check how its name is spelled."
    else:
        yield from faults_in_offered(path, most=MOST_BYTES_OF_A_DOWNLOAD)


def _faults_in_offer(_folder: Path, one: dict[str, Any], _seconds: float | None) -> Iterator[Told]:
    slug = one.get("offer")
    if not isinstance(slug, str) or not re.fullmatch(_SLUG, slug) or not (OFFERS / f"{slug}.md").is_file():
        there_are = ", ".join(path.stem for path in sorted(OFFERS.glob("*.md")))
        yield None, "offer", f"Name an offer in content/offers, without its .md. There are: {there_are}."


def _faults_in_door(_folder: Path, one: dict[str, Any], _seconds: float | None) -> Iterator[Told]:
    yield from _beside(None, faults_in_door(one))


_OF_A_KIND: dict[str, Callable[[Path, dict[str, Any], float | None], Iterator[Told]]] = {
    "question": _faults_in_question,
    "poll": _faults_in_poll,
    "download": _faults_in_download,
    "offer": _faults_in_offer,
    "try": _faults_in_door,
}
