"""The only place that reads a tip from its file, and finds the line of whatever is wrong in it."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from html import unescape
from pathlib import Path
from typing import Any

from portal.people.publications.doors import SCENARIO
from portal.people.publications.topics import MOST as MOST_TOPICS
from portal.people.publications.topics import TOPICS
from portal.people.tips.said import Said, said_in, words_from
from portal.people.tips.tip import LEVELS, Door, Moment, Tip
from portal.shared.environment import ROOT
from portal.shared.headed import read_headed
from portal.shared.markdown import to_html
from portal.shared.proofreading import BadContent, Fault, faults_in_line

FOLDER = ROOT / "content" / "tips"
MOST_BYTES = 32_768


class BadTip(ValueError):
    """The file makes no tip; `faults` says why, all of it at once."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.line)
        super().__init__("\n".join(f"{path.name}: {fault}" for fault in self.faults))


def read_tip(path: Path, *, said: Said | None = None) -> Tip:
    """The tip in the Markdown file at `path`, its words drawn as HTML; its slug is the file's name. Raises BadTip."""
    if path.is_file() and path.stat().st_size > MOST_BYTES:
        raise BadTip(path, [Fault(1, "file", f"It is longer than {MOST_BYTES // 1024} kB. Make two tips of it.")])
    try:
        head = read_headed(path, longest_name=60)
    except BadContent as bad:
        raise BadTip(path, bad.faults) from bad
    faults = [
        Fault(_line_of(head.source, key), key, words) for key, words in _faults_in(path, head.keys, said or said_in())
    ]
    faults += _faults_in_words(path, head.words, first=head.first_line if head.words else 1)
    if faults:
        raise BadTip(path, faults)
    return _tip(path.stem, head.keys, to_html(head.words))


def check(path: Path) -> list[Fault]:
    """What is wrong with the file at `path`; empty where it can be published."""
    try:
        read_tip(path)
    except BadTip as bad:
        return bad.faults
    return []


_SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
_TEXTS = {
    "title": (80, 'title = "Read the timeline before you write"'),
    "summary": (200, 'summary = "What one can do after reading it, in one sentence."'),
    "author": (60, 'author = "Ines Okafor-Lind"'),
}
_DOOR = {"page": (300, "/today"), "button": (40, "Open Today"), "text": (200, "What one finds there.")}
_KEYS = (*_TEXTS, "date", "topics", "level", "sandbox", "moments", "related")
_FEWEST, _MOST = 150, 1500  # words; ours have 400 to 900
_SLOW, _MOST_SIGNS = "[|&", 800  # what Markdown takes a time for that grows with the square of how many there are


def _faults_in(path: Path, found: dict[str, Any], said: Said) -> Iterator[tuple[str, str]]:
    for key in found.keys() - set(_KEYS):
        yield key, f"There is no such key. There are: {', '.join(_KEYS)}."
    for key, (most, example) in _TEXTS.items():
        yield from faults_in_line(key, found.get(key), most=most, missing=f"Add a line like {example}")
    if not isinstance(found.get("date"), date) or isinstance(found["date"], datetime):
        yield "date", "Add a line like date = 2026-11-03, without quotes."
    topics = found.get("topics")
    if (
        not isinstance(topics, list)
        or not 1 <= len(topics) <= MOST_TOPICS
        or not {str(one) for one in topics} <= set(TOPICS)
    ):
        yield "topics", f'List one to three of {", ".join(TOPICS)}: topics = ["{TOPICS[0]}"]'
    if found.get("level") not in LEVELS:
        yield "level", f"Write one of {', '.join(LEVELS)}, in quotes."
    yield from _faults_in_door(found.get("sandbox"))
    yield from _faults_in_moments(found.get("moments", []), said)
    yield from _faults_in_related(path, found.get("related", []))


def _faults_in_door(door: object) -> Iterator[tuple[str, str]]:
    if not isinstance(door, dict):
        yield "sandbox", "Say where to try it, under a line [sandbox]: page, button, text."
        return
    for key in door.keys() - {*_DOOR, "scenario"}:
        yield key, f"Under [sandbox] there are: {', '.join(_DOOR)}, and scenario."
    for key, (most, example) in _DOOR.items():
        missing = f'Add a line under [sandbox] like {key} = "{example}"'
        yield from faults_in_line(key, door.get(key), most=most, missing=missing)
    page = door.get("page")
    if isinstance(page, str) and not re.fullmatch(r"/(?!/)[\w\-./,:+%]*(\?[\w\-.,:+%=&]*)?", page, re.ASCII):
        yield "page", "Write a page of the sandbox, from its first slash on: /leads?stage=Proposal"
    if not re.fullmatch(_SLUG, str(door.get("scenario", SCENARIO))):
        yield "scenario", "Write the name of a file in content/scenarios, without its .toml."


def _faults_in_moments(moments: object, said: Said) -> Iterator[tuple[str, str]]:
    if not isinstance(moments, list) or not all(isinstance(one, dict) for one in moments):
        yield "moments", "Write each of them under a line [[moments]] of its own."
        return
    for one in moments:
        at, words = one.get("at"), one.get("words")
        named = re.fullmatch(rf"({_SLUG})@(\d{{1,5}})", at) if isinstance(at, str) else None
        if set(one) != {"at", "words"} or named is None or not isinstance(words, str) or not words.strip():
            yield (
                "moments",
                'Each [[moments]] has a line like at = "second-message@86", and the words that are said there.',
            )
            continue
        yield from _faults_in_moment(at, named[1], int(named[3]), words, said)


def _faults_in_moment(at: str, webinar: str, second: int, words: str, said: Said) -> Iterator[tuple[str, str]]:
    lines = said(webinar)
    if lines is None:
        yield at, f"There is no webinar {webinar} in content/webinars."
    elif lines and _plain(words) not in _plain(words_from(lines, second)):
        heard = words_from(lines, second)[:90]
        yield at, f"At {second} seconds it says “{heard}…”. Copy the words from there, or change the seconds."


def _faults_in_related(path: Path, related: object) -> Iterator[tuple[str, str]]:
    if not isinstance(related, list) or len(related) > 3:
        yield "related", 'List up to three other tips by the names of their files: related = ["saved-views"]'
        return
    for one in related:
        if one == path.stem:
            yield "related", "A tip is not related to itself."
        elif not re.fullmatch(_SLUG, str(one)) or not _is_tip(path, str(one)):
            yield "related", f"There is no {one}.md beside this file, nor in content/tips."


def _faults_in_words(path: Path, body: str, *, first: int) -> Iterator[Fault]:
    if sum(body.count(sign) for sign in _SLOW) > _MOST_SIGNS:
        yield Fault(first, "words", f"It has more than {_MOST_SIGNS} of {' '.join(_SLOW)}. Leave links or tables out.")
        return
    count = _count(_text(to_html(body)))
    if not _FEWEST <= count <= _MOST:
        yield Fault(first, "words", f"It has {count} words. Write {_FEWEST} to {_MOST}; the best have 400 to 900.")
    is_code = False
    for number, line in enumerate(body.split("\n"), first):
        is_code ^= line.lstrip().startswith(("```", "~~~"))
        if not is_code:
            yield from (Fault(number, "words", words) for words in _faults_in_line(path, line))


def _faults_in_line(path: Path, line: str) -> Iterator[str]:
    bare = re.sub(r"`[^`]*`", "", line)
    if re.search(r"<[a-zA-Z/!]", bare):
        yield "HTML is shown as it is typed. Write Markdown."
    if re.match(r"#\s", bare):
        yield "The title is a key, above. A heading in the text begins with ##."
    if "![" in bare:
        yield "A tip has no pictures: what it shows stands in the sandbox."
    for target in re.findall(r"\]\(\s*<?([^)\s>]*)", bare):
        yield from _faults_in_link(path, target)
    for target in re.findall(r"^\s*\[[^\]]+\]:\s*(\S+)", bare):
        yield from _faults_in_link(path, target)


def _faults_in_link(path: Path, target: str) -> Iterator[str]:
    if not re.match(r"/(?!/)|https://[\w-]", target):
        yield f"A link begins with / for this site, or with https://. This one leads to {target or 'nothing'}."
    elif (tip := re.fullmatch(rf"/tips/({_SLUG})(#.*)?", target)) and not _is_tip(path, tip[1]):
        yield f"There is no {tip[1]}.md beside this file, nor in content/tips: this link would lead nowhere."


def _is_tip(path: Path, slug: str) -> bool:
    return any((folder / f"{slug}.md").is_file() for folder in (path.parent, FOLDER))


def _tip(slug: str, found: dict[str, Any], body_html: str) -> Tip:
    door, paragraphs = found["sandbox"], _paragraphs(body_html)
    return Tip(
        slug=slug,
        title=found["title"].strip(),
        summary=found["summary"].strip(),
        author=found["author"].strip(),
        written_on=found["date"],
        topics=tuple(found["topics"]),
        level=found["level"],
        word_count=_count(" ".join(paragraphs)),
        body_html=body_html,
        paragraphs=paragraphs,
        door=Door(
            scenario=door.get("scenario", SCENARIO), page=door["page"], button=door["button"], words=door["text"]
        ),
        moments=tuple(_moment(one) for one in found.get("moments", [])),
        related=tuple(found.get("related", [])),
    )


def _moment(one: dict[str, str]) -> Moment:
    webinar, _, second = one["at"].partition("@")
    return Moment(webinar=webinar, second=int(second), words=one["words"].strip())


def _paragraphs(html: str) -> tuple[str, ...]:
    parts = re.split(r"</?(?:p|li|h[2-4]|td|th|dt|dd|pre|blockquote|br)\b[^>]*>", html)
    return tuple(words for part in parts if (words := _text(part)))


def _text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " " if "<br" in html else "", html)).split())


def _count(text: str) -> int:
    return sum(1 for word in text.split() if re.search(r"\w", word))


def _plain(words: str) -> str:
    return " ".join(words.replace("’", "'").replace("“", '"').replace("”", '"').split()).lower()


def _line_of(source: str, key: str) -> int:
    """Where the key stands, or the end of the keys, where it is to be added."""
    lines = source.splitlines()
    looked_for = re.escape(key)
    form = rf'at\s*=\s*"{looked_for}"' if "@" in key else rf"\[{{0,2}}{looked_for}(\]\]?|\s*=|$)"
    for number, line in enumerate(lines, 1):
        if re.match(rf"\s*{form}", line):
            return number
    ends = [number for number, line in enumerate(lines, 1) if line.rstrip() == "+++"]
    return ends[1] if len(ends) > 1 else 1
