"""The only place that turns a line of a recipe into what somebody wrote: its words filled in, in their own voice."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from portal.sandbox.scenarios.chance import Chance

SLOT = re.compile(r"\{(\w+)\}")
CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
SPLIT = " :: "
VOICES = ("full", "short", "dashes", "signed")

Words = Callable[[str], str]


class Decks:
    """The lines of a recipe's lists, each list in a few orders of its own.

    A lead takes the line that its turn falls on, so that neighbors say different things; what it takes after that
    stands half a list further. All of it follows from the turn, whatever other leads took.
    """

    def __init__(self, lists: Mapping[str, Sequence[str]], seed: str) -> None:
        self._orders = {
            name: [Chance(f"{seed}/deck/{name}/{turn}").shuffled(lines) for turn in range(_ORDERS)]
            for name, lines in lists.items()
        }

    def deal(self, name: str, turn: int, used: set[str]) -> str | None:
        """A line of the list `name` that is not in `used`, which then holds it; None where the lead has said them all.

        None also where there is no such list.
        """
        if (orders := self._orders.get(name)) is None:
            return None
        count = len(orders[0])
        order = orders[turn // count % _ORDERS]
        first, half = turn % count, (count + 1) // 2
        for step in range(count):
            line = order[(first + step // 2 + step % 2 * half) % count]
            if line not in used:
                used.add(line)
                return line
        return None


_ORDERS = 12


def filled(line: str, words: Words, chance: Chance) -> str:
    """`line` with its choices made and its slots filled by `words`, the first letter of each sentence in upper case."""
    parts = _parts(line)
    if len(parts) == 1 and isinstance(parts[0], str):
        return parts[0]
    told = ""
    for part in _chosen(parts, chance):
        text = part if isinstance(part, str) else words(part.name)
        if not isinstance(part, str) and _ends_with_article(told) and _WANTS_AN.match(text):
            told = f"{told[:-1]}n "
        if not told or told.endswith(_ENDS):
            text = text[:1].upper() + text[1:]
        told += text
    return told


def headed(line: str) -> tuple[str, str]:
    """The headline and the text of a line; without `::` the whole is a headline."""
    headline, _split, text = line.partition(SPLIT)
    return headline, text


def spoken(text: str, *, voice: str, name: str) -> str:
    """A note as that colleague would write it."""
    if voice == "short":
        text = _LONG.sub(lambda found: _BRIEF[found[0].lower()], text)
        return ". ".join(part[:1].lower() + part[1:] for part in text.rstrip(".").split(". "))
    if voice == "dashes":
        return _NEXT_SENTENCE.sub(" - ", text).rstrip(".")
    if voice == "signed":
        return f"{text} /{name[:1]}"
    return text


class _Slot(NamedTuple):
    name: str


_Part = str | _Slot | tuple[tuple[str | _Slot, ...], ...]  # the last is a choice: one of several runs of parts


@cache  # a recipe has a few thousand lines, and a scenario says each of them many times
def _parts(line: str) -> tuple[_Part, ...]:
    found: list[_Part] = []
    at = 0
    for choice in CHOICE.finditer(line):
        found += _plain(line[at : choice.start()])
        found.append(tuple(tuple(_plain(option)) for option in choice[1].split("|")))
        at = choice.end()
    found += _plain(line[at:])
    if found and isinstance(found[0], str):
        found[0] = found[0][:1].upper() + found[0][1:]
    return tuple(found)


def _plain(text: str) -> Iterator[str | _Slot]:
    at = 0
    for slot in SLOT.finditer(text):
        if slot.start() > at:
            yield _sentences(text[at : slot.start()])
        yield _Slot(slot[1])
        at = slot.end()
    if at < len(text):
        yield _sentences(text[at:])


def _sentences(text: str) -> str:
    return _SENTENCE.sub(lambda found: found[0].upper(), text)


def _chosen(parts: tuple[_Part, ...], chance: Chance) -> Iterator[str | _Slot]:
    for part in parts:
        if isinstance(part, tuple) and not isinstance(part, _Slot):
            yield from chance.pick(part)
        else:
            yield part


def _ends_with_article(told: str) -> bool:
    return told.endswith(_ARTICLES) or told in ("a ", "A ")


_SENTENCE = re.compile(r"(?:(?<=[.?!] )|(?<=:: ))[a-z]")
_NEXT_SENTENCE = re.compile(r"(?<=[a-z])\. (?=[A-Z])")
_ENDS = (". ", "? ", "! ", ":: ")
_ARTICLES = (" a ", " A ", "(a ", "“a ")
_WANTS_AN = re.compile(r"(?i)(?!one\b)[aeio]|(?:8|11|18)\b")
_BRIEF = {
    "and": "&",
    "with": "w/",
    "because": "bc",
    "tomorrow": "tmrw",
    "please": "pls",
    "before": "b4",
    "something": "sth",
    "about": "abt",
}
_LONG = re.compile(rf"\b(?:{'|'.join(_BRIEF)})\b", re.IGNORECASE)
