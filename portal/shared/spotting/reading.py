"""The only place that reads a text as an eye does, past look-alikes and invisible characters, and knows their places.

Look-alikes follow Unicode's compatibility forms (UAX 15) and, across alphabets, the commonest confusables (UTS 39).
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

TAKEN = "\ufffc"  # stands where something was found already: no letter, no digit, no space


@dataclass(frozen=True)
class Reading:
    """A text as it is read, with the place that each of its characters begins and ends at in the text as typed."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the text as it was typed."""
        return self.starts[start], self.ends[end - 1]

    def rewritten(self, pattern: re.Pattern[str], write: Callable[[re.Match[str]], str]) -> "Reading":
        """The reading with `write(match)` for each match; whatever it writes stands where the whole match stood."""
        text = ""
        starts: list[int] = []
        ends: list[int] = []
        done = 0
        for found in pattern.finditer(self.text):
            written = write(found)
            if written != found[0]:
                start, end = self.span(*found.span())
                text += self.text[done : found.start()] + written
                starts += [*self.starts[done : found.start()], *[start] * len(written)]
                ends += [*self.ends[done : found.start()], *[end] * len(written)]
                done = found.end()
        if not done:
            return self
        return Reading(text + self.text[done:], [*starts, *self.starts[done:]], [*ends, *self.ends[done:]])

    def without(self, start: int, end: int) -> "Reading":
        """The reading in which what stands from `start` to `end` cannot be found again."""
        return replace(self, text=self.text[:start] + TAKEN * (end - start) + self.text[end:])


def read(text: str) -> Reading:
    """`text` in plain letters and digits: invisible characters and accents left out, look-alikes as what they mimic."""
    if text.isascii():
        return Reading(folded(text), range(len(text)), range(1, len(text) + 1))
    plain = [_PLAIN[ord(character)] for character in text]
    starts = [at for at, letters in enumerate(plain) for _ in letters]
    return Reading("".join(plain), starts, [at + 1 for at in starts])


def folded(text: str) -> str:
    """`text` as `read` reads it, without the places."""
    return text.translate(_PLAIN) if not text.isascii() else text.replace("\t", " ")


class _Plain(dict[int, str]):
    """What each character is read as, worked out when it is first met; Unicode has a million of them at the most."""

    def __missing__(self, code: int) -> str:
        self[code] = plain = _plain(chr(code))
        return plain


def _plain(character: str) -> str:
    if character.isascii():
        return " " if character == "\t" else character
    if character in _INVISIBLE or (category := unicodedata.category(character)) in ("Cf", "Mn", "Me"):
        return ""
    if character in LOOK_ALIKES:
        return LOOK_ALIKES[character]
    if category in _CATEGORIES:
        return _CATEGORIES[category]
    if (digit := unicodedata.decimal(character, None)) is not None:
        return str(digit)
    letters = unicodedata.normalize("NFKD", character)
    if category == "No" and len(letters) > 1:
        return character  # one half is no 1 and 2
    kept = (letter for letter in letters if unicodedata.category(letter) != "Mn")
    return "".join(LOOK_ALIKES.get(letter, letter) for letter in kept)


_CATEGORIES = {"Zs": " ", "Zl": "\n", "Zp": "\n", "Pd": "-"}
_INVISIBLE = frozenset(f"\u115f\u1160\u3164\uffa0{TAKEN}")  # drawn as nothing, whatever their category; and ours
LOOK_ALIKES = {
    other: plain
    for others, plains in (
        ("авекмнопрстухгіјѕԁһӏԛԝь", "abekmhonpctyxrijsdhlqwb"),  # Cyrillic
        ("АВЕКМНОРСТУХІЈЅԚԜ", "ABEKMHOPCTYXIJSQW"),
        ("αβγεηικνορτυχω", "abyenikvoptuxw"),  # Greek
        ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
        ("օսոհցյ", "ounhgj"),  # Armenian
        ("ıɑɡłøđħ", "iaglodh"),
        ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz"),
        ("。․‧·•∙⋅٫", "." * 8),
        ("⁄∕", "//"),
        ("−⁃˗", "---"),
        ("‘’ʼ`´", "'" * 5),
    )
    for other, plain in zip(others, plains, strict=True)
} | {"ß": "ss", "ẞ": "SS"}
_PLAIN = _Plain()
