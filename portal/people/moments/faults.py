"""The only place that says what is wrong with a moment, by its kind: which answer and key, and what to do."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from portal.people.media.kinds import DOWNLOADS, TYPES, NotMedia, type_of
from portal.people.moments.moment import KINDS
from portal.people.offers.reading import FOLDER as OFFERS
from portal.shared.environment import ROOT

SCENARIOS = ROOT / "content" / "scenarios"
MOST_BYTES_OF_A_DOWNLOAD = 20_000_000
SCENARIO = "fernhollow-cycles"  # the one that a door leads to where none is named
# The pages of the sandbox that a test drive may begin on, by the first part of their address; a test compares them.
PAGES = (
    *("today", "leads", "pipeline", "deals", "companies", "contacts", "tasks", "segments", "views", "reports"),
    *("duplicates", "history", "clock", "keys", "shapes", "settings"),
)

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
            yield from ((None, key, words) for words in _faults_in_text(one.get(key), most, missing))
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
        yield key, f"The recording ends at {end}, as its captions and chapters say. Write an earlier time."


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
_PAGE = r"/(?P<first>[a-z]+)(/[\w\-.]+)*(\?[\w\-.,:+%=&]*)?"
_TIME = re.compile(r"(?:(?P<hours>\d{1,2}):(?=\d\d:))?(?P<minutes>\d{1,3}):(?P<seconds>[0-5]\d)")


def _faults_in_text(value: object, most: int, missing: str) -> Iterator[str]:
    if not isinstance(value, str) or not value.strip():
        yield missing
    elif len(value) > most:
        yield f"It is {len(value)} characters long, and has room for {most}."
    elif not value.isprintable():
        yield "Keep it on one line, without tabs or signs that cannot be seen."


def _faults_in_question(_folder: Path, one: dict[str, Any], seconds: float | None) -> Iterator[Told]:
    if "said" in one:
        yield from ((None, key, words) for key, words in faults_in_time(one["said"], seconds, "said"))
    answers = one.get("answers")
    if not isinstance(answers, list) or not all(isinstance(answer, dict) for answer in answers):
        yield None, "answers", "Write each answer under a line [[moments.answers]] of its own."
        return
    if not 2 <= len(answers) <= 5:
        yield None, "answers", "Give two to five answers, each under a line [[moments.answers]]."
    for nth, answer in enumerate(answers):
        yield from ((nth, key, words) for key, words in _faults_in_answer(answer))
    if not any(answer.get("right") is True for answer in answers):
        yield None, "answers", "None of the answers is right. Add a line right = true to the one that is."
    if len({str(answer.get("text")) for answer in answers}) < len(answers):
        yield None, "answers", "Two answers say the same. Keep one of them."


def _faults_in_answer(answer: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key in answer.keys() - {"text", "feedback", "right"}:
        yield key, "An answer has no such key. It has: text, feedback, right."
    for key, most in (("text", 120), ("feedback", 300)):
        missing = f'Add a line like {key} = "…"; the feedback says why it is right, or what is better.'
        yield from ((key, words) for words in _faults_in_text(answer.get(key), most, missing))
    if not isinstance(answer.get("right", False), bool):
        yield "right", "Write true or false, without quotes, or leave the line out."


def _faults_in_poll(_folder: Path, one: dict[str, Any], _seconds: float | None) -> Iterator[Told]:
    yield from ((None, "choices", words) for words in _faults_in_choices(one.get("choices")))


def _faults_in_choices(choices: object) -> Iterator[str]:
    if not isinstance(choices, list) or not 2 <= len(choices) <= 6:
        yield 'Give two to six choices, in one list: choices = ["A letter", "A call"]'
        return
    for choice in choices:
        yield from _faults_in_text(choice, 120, "Each choice is a text in quotes.")
    if len({str(choice).strip() for choice in choices}) < len(choices):
        yield "Two choices say the same. Keep one of them."


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
        yield from _faults_in_bytes(path)


def _faults_in_bytes(path: Path) -> Iterator[str]:
    size = path.stat().st_size
    try:
        type_of(path.name, size=size)
    except NotMedia as fault:
        yield str(fault)
        return
    if not size:
        yield f"{path.name} is empty."
    elif size > MOST_BYTES_OF_A_DOWNLOAD:
        yield f"{path.name} is larger than {MOST_BYTES_OF_A_DOWNLOAD:,} bytes."
    elif path.suffix == ".pdf" and not path.read_bytes().startswith(b"%PDF-"):
        yield f"{path.name} is no PDF, whatever its name says. Export it anew."
    elif path.suffix != ".pdf" and not _is_text(path):
        yield f"Save {path.name} as UTF-8: it holds bytes that are no text."


def _is_text(path: Path) -> bool:
    try:
        return "\0" not in path.read_text("utf-8")
    except UnicodeDecodeError:
        return False


def _faults_in_offer(_folder: Path, one: dict[str, Any], _seconds: float | None) -> Iterator[Told]:
    slug = one.get("offer")
    if not isinstance(slug, str) or not re.fullmatch(_SLUG, slug) or not (OFFERS / f"{slug}.md").is_file():
        there_are = ", ".join(path.stem for path in sorted(OFFERS.glob("*.md")))
        yield None, "offer", f"Name an offer in content/offers, without its .md. There are: {there_are}."


def _faults_in_door(_folder: Path, one: dict[str, Any], _seconds: float | None) -> Iterator[Told]:
    page = one.get("page")
    match = re.fullmatch(_PAGE, page, re.ASCII) if isinstance(page, str) and len(page) <= 300 else None
    if match is None:
        yield None, "page", "Write a page of the sandbox, from its first slash on: /leads?stage=Proposal"
    elif match["first"] not in PAGES:
        yield None, "page", f"The sandbox has no page /{match['first']}. Its pages begin with: {', '.join(PAGES)}."
    scenario = one.get("scenario", SCENARIO)
    if not isinstance(scenario, str) or not re.fullmatch(_SLUG, scenario) or not _is_scenario(scenario):
        there_are = ", ".join(path.stem for path in sorted(SCENARIOS.glob("*.toml")))
        yield None, "scenario", f"Name a file in content/scenarios, without its .toml. There are: {there_are}."


def _is_scenario(slug: str) -> bool:
    return (SCENARIOS / f"{slug}.toml").is_file()


_OF_A_KIND: dict[str, Callable[[Path, dict[str, Any], float | None], Iterator[Told]]] = {
    "question": _faults_in_question,
    "poll": _faults_in_poll,
    "download": _faults_in_download,
    "offer": _faults_in_offer,
    "try": _faults_in_door,
}
