"""The only place that reads an offer from its file, and finds the line of whatever is wrong in it."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from portal.people.offers.catalog import Offer
from portal.shared.environment import ROOT
from portal.shared.headed import read_headed
from portal.shared.markdown import to_html
from portal.shared.proofreading import BadContent, Fault, faults_in_line

FOLDER = ROOT / "content" / "offers"


class BadOffer(ValueError):
    """The file makes no offer; `faults` says why, all of it at once."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(f"{path.name}: {fault}" for fault in faults))


def read_offer(path: Path) -> Offer:
    """The offer in the Markdown file at `path`; its slug is the file's name. Raises BadOffer."""
    try:
        head = read_headed(path, longest_name=48)
    except BadContent as bad:
        raise BadOffer(path, bad.faults) from bad
    found = head.keys
    about, terms = _split(head.words)
    faults = [Fault(_line_of(head.source, key), key, words) for key, words in _faults_in(found, terms)]
    if faults:
        raise BadOffer(path, sorted(faults, key=lambda fault: fault.line))
    found |= {name: tuple(found.get(name, ())) for name in _LISTS}
    return Offer(slug=path.stem, about_html=to_html(about), terms_html=to_html(terms), **found)


def check(path: Path) -> list[Fault]:
    """What is wrong with the file at `path`; empty where it can be published."""
    try:
        read_offer(path)
    except BadOffer as bad:
        return bad.faults
    return []


_TERMS = re.compile(r"^## Terms[ \t]*$\n", re.MULTILINE)
_TEXTS = {
    "title": (80, 'title = "Bring your spreadsheet, leave with a CRM"'),
    "name": (40, 'name = "Setup day"'),
    "summary": (300, 'summary = "What it is, in one or two sentences."'),
    "costs": (30, 'costs = "Nothing"'),
    "costs_note": (80, 'costs_note = "and nothing to buy"'),
    "button": (30, 'button = "Take my place"'),
    "code": (16, 'code = "SETUP"'),
}
_CHOICES = {"codes": ("single", "shared"), "whom": ("everyone", "new"), "every": ("month",)}
_LISTS = {"gets": ("icon", "title", "text"), "steps": ("title", "text"), "why": ("question", "answer")}
_DAYS = ("opens_on", "closes_on")
_KEYS = (*_TEXTS, "places", *_CHOICES, *_DAYS, *_LISTS)
_CODES = {
    "single": (r"[A-Z]{2,6}", "Everyone's own code begins with it: two to six capital letters, like SETUP."),
    "shared": (r"[A-Z0-9][A-Z0-9-]{2,14}[A-Z0-9]", "All share it: four to sixteen capitals, digits and dashes."),
}


def _split(words: str) -> tuple[str, str]:
    """What is said about the offer, and its terms."""
    about, *terms = _TERMS.split(words, maxsplit=1)
    return about.strip(), "".join(terms).strip()


def _faults_in(found: dict[str, Any], terms: str) -> Iterator[tuple[str, str]]:
    for key in found.keys() - set(_KEYS):
        yield key, f"There is no such key. There are: {', '.join(_KEYS)}."
    for key, (most, example) in _TEXTS.items():
        yield from faults_in_line(key, found.get(key), most=most, missing=f"Add a line like {example}")
    yield from _faults_in_name(found.get("name"))
    places = found.get("places")
    if type(places) is not int or not 1 <= places <= 100_000:
        yield "places", "Say how many can be taken in a round, from 1 to 100000: places = 60"
    for key, choices in _CHOICES.items():
        if key in found and found[key] not in choices:
            yield key, f"Write one of {', '.join(choices)}, in quotes, or leave the key out."
    yield from _faults_in_code(found)
    yield from _faults_in_days(found)
    for key, parts in _LISTS.items():
        yield from _faults_in_list(key, found.get(key, []), parts)
    if not terms:
        yield "## Terms", "End the file with a line ## Terms and, under it, the conditions of this offer."


def _faults_in_name(name: object) -> Iterator[tuple[str, str]]:
    if isinstance(name, str) and "=?" in name:
        yield "name", "Write it without =?, which the subject of no mail may hold, and our mails are named after it."


def _faults_in_code(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    form, words = _CODES.get(str(found.get("codes", "single")), _CODES["single"])
    if isinstance(found.get("code"), str) and found["code"].strip() and not re.fullmatch(form, found["code"]):
        yield "code", words


def _faults_in_days(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if "every" in found:
        if given := [key for key in _DAYS if key in found]:
            yield given[0], "A round a month has no days of its own. Take this line or `every` out."
        return
    for key in _DAYS:
        if type(found.get(key)) is not date:
            yield key, f'Add a line like {key} = 2027-03-01, without quotes, or every = "month".'
            return
    if found["opens_on"] > found["closes_on"]:
        yield "closes_on", "It closes before it opens. Both days count."


def _faults_in_list(key: str, value: object, parts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        yield key, f"Write each of them under a line [[{key}]] of its own."
        return
    for one in value:
        if set(one) != set(parts) or not all(isinstance(text, str) and text.strip() for text in one.values()):
            yield key, f"Each [[{key}]] has {', '.join(parts)}, each a text in quotes, and nothing else."
        elif "icon" in one and not re.fullmatch(r"[a-z0-9-]+", one["icon"]):
            yield key, "An icon is a name of Lucide's, like calendar-check."


def _line_of(source: str, key: str) -> int:
    """Where the key stands, or the end of the keys, where it is to be added."""
    lines = source.splitlines()
    for number, line in enumerate(lines, 1):
        if re.match(rf"\s*(\[\[)?{re.escape(key)}(\]\]|\s*=|$)", line):
            return number
    ends = [number for number, line in enumerate(lines, 1) if line.rstrip() == "+++"]
    return len(lines) if key.startswith("#") else ends[1] if len(ends) > 1 else 1
