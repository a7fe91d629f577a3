"""The only place that turns a line of a recipe into what somebody wrote: its words filled in, in their own voice."""

import re
from collections.abc import Callable, Mapping, Sequence

from portal.sandbox.scenarios.chance import Chance

SLOT = re.compile(r"\{(\w+)\}")
CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
SPLIT = " :: "
_SENTENCE = re.compile(r"(?:^|(?<=[.?!] )|(?<=:: ))[a-z]")
VOICES = ("full", "short", "dashes", "signed")

Words = Callable[[str], str]


class Deck:
    """The lines of one list, dealt like cards: each once before any comes again, never twice to the same lead."""

    def __init__(self, lines: Sequence[str], chance: Chance) -> None:
        self._lines = lines
        self._chance = chance
        self._left: list[str] = []

    def deal(self, used: set[str]) -> str | None:
        """The next line that is not in `used`, which then holds it; None where this lead has heard them all."""
        for at, line in enumerate(self._left):
            if line not in used:
                used.add(self._left.pop(at))
                return line
        fresh = [line for line in self._lines if line not in used]
        if not fresh:
            return None
        self._left = [*self._left, *self._chance.shuffled(self._lines)]
        return self.deal(used)


class Decks:
    """The decks of a recipe, by the name of their list, kept from one lead to the next."""

    def __init__(self, lists: Mapping[str, Sequence[str]], seed: str) -> None:
        self._decks = {name: Deck(lines, Chance(f"{seed}/deck/{name}")) for name, lines in lists.items()}

    def deal(self, name: str, used: set[str]) -> str | None:
        """A line of the list `name`; None where there is no such list, or no line is left for this lead."""
        return self._decks[name].deal(used) if name in self._decks else None


def filled(line: str, words: Words, chance: Chance) -> str:
    """`line` with its choices made and its slots filled by `words`, the first letter in upper case."""
    while found := CHOICE.search(line):
        line = line[: found.start()] + chance.pick(found[1].split("|")) + line[found.end() :]
    line = _SLOT_AFTER_A.sub(lambda found: _with_article(found[1] or "", words(found[2])), line)
    return _SENTENCE.sub(lambda found: found[0].upper(), line)


def headed(line: str) -> tuple[str, str]:
    """The headline and the text of a line; without `::` the whole is a headline."""
    headline, _split, text = line.partition(SPLIT)
    return headline, text


def spoken(text: str, *, voice: str, name: str) -> str:
    """A note as that colleague would write it."""
    if voice == "short":
        for long, brief in _BRIEF:
            text = long.sub(brief, text)
        return ". ".join(part[:1].lower() + part[1:] for part in text.rstrip(".").split(". "))
    if voice == "dashes":
        return re.sub(r"(?<=[a-z])\. (?=[A-Z])", " - ", text).rstrip(".")
    if voice == "signed":
        return f"{text} /{name[:1]}"
    return text


def _with_article(article: str, word: str) -> str:
    return f"{article}n {word}" if article and _WANTS_AN.match(word) else f"{article} {word}".lstrip()


_SLOT_AFTER_A = re.compile(r"(?:\b([Aa]) )?\{(\w+)\}")
_WANTS_AN = re.compile(r"(?i)(?!one\b)[aeio]|(?:8|11|18)\b")
_BRIEF = tuple(
    (re.compile(rf"\b{long}\b", re.IGNORECASE), brief)
    for long, brief in (
        ("and", "&"),
        ("with", "w/"),
        ("because", "bc"),
        ("tomorrow", "tmrw"),
        ("please", "pls"),
        ("before", "b4"),
        ("something", "sth"),
        ("about", "abt"),
    )
)
