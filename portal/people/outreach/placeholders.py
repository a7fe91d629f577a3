"""The only grammar of what a campaign's text may leave open: `{first}`, or `{first|there}` with a word for nobody.

It is no template language: nothing is looked up, called or computed, and what is put in is text, never more of it.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from portal.people.messages.mail import NOT_IN_A_LINE

KNOWN = ("first", "name")

_OPEN = re.compile(r"\{([^{}\n]*)\}")


def fill(text: str, values: Mapping[str, str], *, as_written: Callable[[str], str] = str) -> str:
    """The text with every placeholder filled; `as_written` makes a value fit where it goes, as by escaping it."""

    def value_of(found: re.Match[str]) -> str:
        name, _bar, otherwise = found[1].partition("|")
        return as_written(values.get(name) or otherwise)

    return _OPEN.sub(value_of, text)


def values_for(name: str) -> dict[str, str]:
    """What is known of somebody: their name as they gave it, on one line, and the first part of it."""
    # What no header may hold is no reason to write to nobody.
    whole = " ".join(NOT_IN_A_LINE.sub(" ", name).split())[:60]
    return {"name": whole, "first": whole.partition(" ")[0]}


def faults_in(text: str) -> Iterator[tuple[int, str]]:
    """What is wrong with the placeholders: how many lines down, and what to do."""
    for down, line in enumerate(text.split("\n")):
        for found in _OPEN.finditer(line):
            name, _bar, otherwise = found[1].partition("|")
            if name not in KNOWN:
                spelled = ", ".join(f"{{{known}}}" for known in KNOWN)
                yield down, f"{found[0]} is no placeholder. There are {spelled}, and {{first|there}} for nobody's name."
            elif "|" in found[1] and not re.fullmatch(r"\w[\w ]*", otherwise):
                yield down, f"{found[0]} needs a word behind its bar, of letters alone, or no bar."
        if "{" in _OPEN.sub("", line) or "}" in _OPEN.sub("", line):
            yield down, "A brace is open or closed alone. Write {first}, or no brace."
