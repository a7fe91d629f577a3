"""The only place that reads a learning path from its file, and finds the line of whatever is wrong in it.

The file is `content/paths/NAME.md`; what is to be downloaded lies beside it, in the folder `content/paths/NAME/`.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from portal.people.paths.goodies import faults_in_file
from portal.people.paths.known import Content
from portal.people.paths.learning_path import Download, LearningPath
from portal.people.paths.steps import faults_in, read_step
from portal.people.publications.topics import TOPICS
from portal.people.tips.tip import LEVELS
from portal.shared.environment import ROOT
from portal.shared.headed import Headed, read_headed
from portal.shared.markdown import to_html
from portal.shared.proofreading import BadContent, Fault, faults_in_line

FOLDER = ROOT / "content" / "paths"
MOST_BYTES = 65_536

Keep = Callable[[Path], tuple[str, int]]
"""Keeps a file; its SHA-256 and its size."""


class BadPath(ValueError):
    """The file makes no path; `faults` says why, all of it at once."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.line)
        super().__init__("\n".join(f"{path.name}: {fault}" for fault in self.faults))


def read_path(path: Path, *, keep: Keep, content: Content | None = None) -> LearningPath:
    """The path in the file at `path`, whose name is its slug; `keep` takes its files. Raises BadPath."""
    content = content or Content()
    head = _read(path, content)
    found = head.keys
    return LearningPath(
        slug=path.stem,
        title=found["title"].strip(),
        summary=found["summary"].strip(),
        author=found["author"].strip(),
        written_on=found["date"],
        topics=tuple(found["topics"]),
        level=found["level"],
        teaches=tuple(line.strip() for line in found["teaches"]),
        about_html=to_html(head.words),
        steps=tuple(read_step(one, content) for one in found["steps"]),
        downloads=tuple(_download(path, one, keep) for one in found.get("downloads", [])),
    )


def check(path: Path) -> list[Fault]:
    """What is wrong with the file at `path`; empty where it can be published."""
    try:
        _read(path, Content())
    except BadPath as bad:
        return bad.faults
    return []


_TEXTS = {
    "title": (80, 'title = "From first look to first habit"'),
    "summary": (240, 'summary = "Whom it is for, and what they can do afterwards."'),
    "author": (60, 'author = "Ines Okafor-Lind"'),
}
_KEYS = (*_TEXTS, "date", "topics", "level", "teaches", "steps", "downloads")
_FEWEST, _MOST = 30, 300  # words
_SLOW, _MOST_SIGNS = "[|&", 200  # what Markdown takes a time for that grows with the square of how many there are


def _read(path: Path, content: Content) -> Headed:
    if path.is_file() and path.stat().st_size > MOST_BYTES:
        raise BadPath(path, [Fault(1, "file", f"It is longer than {MOST_BYTES // 1024} kB. Make two paths of it.")])
    try:
        head = read_headed(path, longest_name=60)
    except BadContent as bad:
        raise BadPath(path, bad.faults) from bad
    faults = [Fault(_line_of(head.source, key), key, words) for key, words in _faults_in(head.keys)]
    faults += [
        Fault(_line_of(head.source, fault.key, "steps", fault.number), fault.key, fault.words)
        for fault in faults_in(head.keys.get("steps"), content)
    ]
    faults += [
        Fault(_line_of(head.source, key, "downloads", number), key, words)
        for number, key, words in _faults_in_downloads(path, head.keys.get("downloads", []))
    ]
    faults += [Fault(head.first_line, "words", words) for words in _faults_in_words(head.words)]
    if faults:
        raise BadPath(path, faults)
    return head


def _faults_in(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key in found.keys() - set(_KEYS):
        yield key, f"There is no such key. There are: {', '.join(_KEYS)}."
    for key, (most, example) in _TEXTS.items():
        yield from faults_in_line(key, found.get(key), most=most, missing=f"Add a line like {example}")
    if not isinstance(found.get("date"), date) or isinstance(found["date"], datetime):
        yield "date", "Add a line like date = 2026-11-03, without quotes."
    topics = found.get("topics")
    if not isinstance(topics, list) or not 1 <= len(topics) <= 3 or not {str(one) for one in topics} <= set(TOPICS):
        yield "topics", f'List one to three of {", ".join(TOPICS)}: topics = ["{TOPICS[0]}"]'
    if found.get("level") not in LEVELS:
        yield "level", f"Write one of {', '.join(LEVELS)}, in quotes."
    teaches = found.get("teaches")
    if not isinstance(teaches, list) or not 2 <= len(teaches) <= 6:
        yield "teaches", 'List two to six things that one can do afterwards: teaches = ["Find who went quiet", "…"]'
        return
    for line in teaches:
        yield from faults_in_line("teaches", line, most=120, missing="Each of them is a text in quotes.")


def _faults_in_downloads(path: Path, found: object) -> Iterator[tuple[int, str, str]]:
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found) or len(found) > 10:
        yield 0, "downloads", "Write each of them under a line [[downloads]] of its own, ten at the most."
        return
    for number, one in enumerate(found):
        for key in one.keys() - {"file", "title", "about"}:
            yield number, key, "Each [[downloads]] has file, title, about, and nothing else."
        for key, most in (("title", 80), ("about", 200)):
            missing = f"Each [[downloads]] has a line {key} ="
            for _, words in faults_in_line(key, one.get(key), most=most, missing=missing):
                yield number, key, words
        for words in faults_in_file(path.parent / path.stem, one.get("file")):
            yield number, "file", words


def _faults_in_words(words: str) -> Iterator[str]:
    if sum(words.count(sign) for sign in _SLOW) > _MOST_SIGNS:
        yield f"They have more than {_MOST_SIGNS} of {' '.join(_SLOW)}. Leave links or tables out."
        return
    count = len(words.split())
    if not _FEWEST <= count <= _MOST:
        yield f"Under the keys there are {count} words. Write {_FEWEST} to {_MOST}: what it is about, and for whom."
    if re.search(r"<[a-zA-Z/!]|!\[", re.sub(r"`[^`]*`", "", words)):
        yield "HTML is shown as it is typed, and there are no pictures. Write Markdown."
    for target in re.findall(r"\]\(\s*<?([^)\s>]*)", words):
        if not re.match(r"/(?!/)|https://[\w-]", target):
            yield f"A link begins with / for this site, or with https://. This one leads to {target or 'nothing'}."


def _download(path: Path, one: dict[str, str], keep: Keep) -> Download:
    sha256, size = keep(path.parent / path.stem / one["file"])
    return Download(sha256=sha256, size=size, name=one["file"], title=one["title"].strip(), about=one["about"].strip())


def _line_of(source: str, key: str, table: str = "", number: int = 0) -> int:
    """Where the key stands: in the part under the nth line [[table]], or where that part begins; else at the head."""
    lines = source.splitlines()
    starts = [at for at, line in enumerate(lines) if re.match(rf"\s*\[\[{table}\]\]", line)] if table else []
    first = starts[number] if number < len(starts) else 0
    last = starts[number + 1] if number + 1 < len(starts) else len(lines)
    form = rf"\s*(?:\[{{0,2}}(?:\w+\.)?{re.escape(key)}\]{{1,2}}|\"?{re.escape(key)}\"?\s*=)"
    found = next((at for at in range(first, last) if re.match(form, lines[at])), None)
    if found is not None:
        return found + 1
    ends = [at for at, line in enumerate(lines) if line.rstrip() == "+++"]
    return first + 1 if starts else (ends[1] if len(ends) > 1 else 0) + 1
