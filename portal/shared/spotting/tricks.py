"""The only place that undoes how addresses and digits are spelled out, spaced out or split to get past a reader."""

import re

from portal.shared.spotting.reading import Reading

_ENDINGS = "com|net|org|edu|gov|io|co|us|uk|ca|de|fr|info|biz|me"


def with_addresses_joined(reading: Reading) -> Reading:
    """`a n n @ a c m e . c o m`, `ann (at) acme [dot] com` and `ann at acme dot com`, each as an address."""
    if not _SAYS_AT.search(reading.text):
        return reading
    reading = reading.rewritten(_SPACED, lambda found: _joined(found[0], needs="@") or found[0])
    reading = reading.rewritten(_IN_WORDS, lambda found: _MARKS.sub(_mark, found[0]))
    reading = reading.rewritten(_AT, lambda _: "@").rewritten(_DOT, lambda _: ".")
    return reading.rewritten(_LOOSE, lambda found: found[0].replace(" ", ""))


def with_digits_joined(reading: Reading) -> Reading:
    """`five oh three …`, `4 1 5 8 …` and `53O-867-l23O` as digits; a number that is American with its dashes."""
    reading = reading.rewritten(_DRAWN, lambda found: found[0].translate(_AS_DIGITS))
    if SAYS_DIGITS.search(reading.text):
        reading = reading.rewritten(_SPELLED, lambda found: _dashed(_spelled(found[0])) or found[0])
    return reading.rewritten(_SPACED, lambda found: _dashed(_joined(found[0])) or found[0])


def _mark(word: re.Match[str]) -> str:
    return "@" if word[1].lower() == "at" else "."


_SAYS_AT = re.compile(r"@|[(\[{< _](?:at|ät|arroba)[)\]}> _]", re.IGNORECASE)
_SPACED = re.compile(r"(?<![^\s:;,(])[\w@.](?P<gap>[ _*~|.-]{1,3})(?:[\w@.](?P=gap)){4,}[\w@.](?!\w)")
_GAP = re.compile(r"[ _*~|.-]+")
_IN_WORDS = re.compile(rf"\b[\w.+-]+[ _]at[ _][\w-]+?(?:[ _]dot[ _][\w-]+?)*[ _]dot[ _](?:{_ENDINGS})\b", re.IGNORECASE)
_MARKS = re.compile(r"[ _](at|dot)[ _]", re.IGNORECASE)
_AT = re.compile(r"\s?[(\[{<]\s?(?:at|ät|@|arroba)\s?[)\]}>]\s?", re.IGNORECASE)
_DOT = re.compile(r"\s?[(\[{<]\s?(?:dot|punkt|point|punto|\.)\s?[)\]}>]\s?(?=\w)", re.IGNORECASE)
_LOOSE = re.compile(
    rf"(?<=\S)(?: @ ?| ?@ )(?:[\w-]+\.)+(?:{_ENDINGS})\b"
    r"|(?<=\S) ?@ ?[\w-]+(?: \. ?| ?\. )(?:com|net|org|edu|gov|io|co ?\. ?uk|de|fr)\b",
    re.IGNORECASE,
)


def _joined(spaced: str, *, needs: str = "") -> str:
    """The single characters of `spaced` in a row; empty where they lack `needs`, or hold more than digits without."""
    gap = _GAP.match(spaced, 1)
    together = spaced[:: 1 + len(gap[0])] if gap else ""
    return together if (needs in together if needs else together.isdigit()) else ""


_DRAWN = re.compile(r"(?<=[0-9])[oOlI|]+(?=[ -]?[0-9oOlI]|(?!\w))|(?<![\w.])[oOlI](?=[0-9]{2})")
_AS_DIGITS = str.maketrans("oOlI|", "00111")

_UNITS = {"zero": "0", "oh": "0", "o": "0", "nought": "0", "one": "1", "two": "2", "three": "3", "four": "4"}
_UNITS |= {"five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9"}
SAYS_DIGITS = re.compile(rf"\b(?:{'|'.join(_UNITS)})[ ,.-]{{1,2}}(?:{'|'.join(_UNITS)})\b", re.IGNORECASE)
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_TIMES = {"double": 2, "triple": 3}
_WRITTEN = _UNITS | {word: str(number) for number, word in enumerate(_TEENS, 10)} | {"hundred": "00", "dash": ""}
_WORD = "|".join(sorted([*_WRITTEN, *_TENS, *_TIMES], key=len, reverse=True))
_SPELLED = re.compile(
    rf"(?<!\w)(?:{_WORD}|[0-9]{{1,4}})(?:[ ,.-]{{1,2}}(?:{_WORD}|[0-9]{{1,4}})){{2,}}(?![\w])", re.IGNORECASE
)
_LEAST = 7


def _spelled(words: str) -> str:
    """The digits that number words spell one after the other, as `fifty-three oh nine` does 5309; empty for digits."""
    digits, times = "", 1
    spoken = re.findall(r"[a-z]+|[0-9]+", words.lower())
    for word, following in zip(spoken, [*spoken[1:], ""], strict=True):
        if word in _TENS:
            digits += str(2 + _TENS.index(word)) + ("" if _UNITS.get(following, "0") != "0" else "0")
        elif word not in _TIMES:
            digits += _WRITTEN.get(word, word) * times
        times = _TIMES.get(word, 1)
    return digits if any(word.isalpha() for word in spoken) else ""


def _dashed(digits: str) -> str:
    """An American number with its dashes, any other of seven digits or more as it is, of fewer as nothing."""
    if american := re.fullmatch("1?([2-9][0-9]{2})([2-9][0-9]{2})([0-9]{4})", digits):
        return "-".join(american.groups())
    return digits if len(digits) >= _LEAST else ""
