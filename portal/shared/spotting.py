"""The only place that finds e-mail addresses and telephone numbers in free text.

What has the form of one is found, whoever it would reach; dates, prices, sizes, order, serial and tracking numbers are
not. Card numbers, tax ids, postal lines and look-alike letters have their place here and are not looked for yet.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portal.shared.reserved import Kind, is_reserved_email, is_reserved_phone, normal_email, normal_phone


@dataclass(frozen=True)
class Spotted:
    """An address or a number in a text: where it stands, and how it is written in full."""

    kind: Kind
    start: int
    end: int
    normal: str
    is_reserved: bool


def spotted(text: str) -> list[Spotted]:
    """The addresses and numbers in `text`, in order, none inside another."""
    text = text.translate(_PLAIN)
    addresses = list(_addresses(text))
    numbers = [number for number in _numbers(text) if not any(_overlap(number, address) for address in addresses)]
    return sorted([*addresses, *numbers], key=lambda found: found.start)


# Dashes, spaces, dots and digits that look like the plain ones, each in its place, so that positions stay.
_PLAIN = str.maketrans(
    "\u2010\u2011\u2012\u2013\u2212\u00a0\u2002\u2003\u2009\u200a\u202f\t＠．。｡０１２３４５６７８９",
    "-----       @...0123456789",
)

# "ann@acme.com", "ann (at) acme [dot] com"; " @ " only before a common ending, since 2 @ 14.50 is a price. Several in a
# chain are one, or what is left of `ann@x.example@gmail.com` would be a mailbox.
_DOT = r"(?:\.|\s?[(\[{<]\s?dot\s?[)\]}>]\s?)"
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_DOMAIN = rf"(?:{_LABEL}{_DOT})+(?:[^\W\d_][\w-]*[^\W\d_]|xn--[a-z0-9-]+)|\[[0-9a-f.:]{{3,45}}\]"
_AT = re.compile(
    rf"(?:(?:@|\s?[(\[{{<]\s?at\s?[)\]}}>]\s?)(?:{_DOMAIN}))+"
    rf"|\s@\s?(?:{_LABEL}\.)+(?:com|net|org|edu|gov|io|co|us|uk|ca|de|fr|info|biz|me)\b",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"[\w.+&'@-]")
_EDGE = "'.-&+@"


def _addresses(text: str) -> Iterator[Spotted]:
    done = 0
    for found in _AT.finditer(text):
        start = _local_start(text, found.start(), done)
        if start == found.start():
            continue
        done = found.end()
        normal = normal_email(_written_plainly(text[start : found.end()]))
        yield Spotted("email", start, found.end(), normal, is_reserved_email(normal))


def _local_start(text: str, at: int, least: int) -> int:
    """Where the part before the `@` begins, read backwards; `at` where nothing stands there."""
    if at > least and text[at - 1] == '"' and (quote := text.rfind('"', least, at - 1)) >= 0:
        return quote
    start = at
    while start > least and _LOCAL.match(text[start - 1]):
        start -= 1
    while start < at and text[start] in _EDGE:
        start += 1
    return start


def _written_plainly(address: str) -> str:
    address = re.sub(rf"(?i){_DOT}", ".", address)
    return re.sub(r"(?i)\s?[(\[{<]\s?at\s?[)\]}>]\s?|\s@\s?", "@", address)


_US_CODE = "[2-9][0-9]{2}"
_SURE = re.compile(  # nothing else is written like this
    r"(?<![\w+])(?:"
    rf"\+1[ ./\u00a0-]{{0,2}}\(?{_US_CODE}\)?[ ./\u00a0-]{{0,2}}[0-9]{{3}}[ ./\u00a0-]?[0-9]{{4}}(?![0-9])"
    r"|\+[1-9][0-9]{0,2}(?:[ ./\u00a0-]{0,2}\(?[0-9]{1,12}\)?){1,6}"
    rf"|(?:1[ .-]?)?\({_US_CODE}\)[ .-]?{_US_CODE}[ .-]?[0-9]{{4}}"
    r")(?![0-9])"
)
_LIKELY = re.compile(  # a number, unless the words before say what else it is
    r"(?<![\w$€£#+])(?<![0-9][.,-])(?:"
    rf"(?:1[.-])?{_US_CODE}[./-]{_US_CODE}[.-][0-9]{{4}}"
    rf"|(?<![0-9] )(?:1 )?{_US_CODE} {_US_CODE}[ -][0-9]{{4}}"
    r"|(?:00|011)[ .-]?[1-9][0-9]{0,2}(?:[ ./-][0-9]{2,8}){2,5}"
    r"|07[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}"
    r"|0[1-9][0-9]{2,3}[ -][0-9]{3}[ -]?[0-9]{3,4}"
    r"|0[1-9][0-9]{1,2}[ -][0-9]{4}[ -][0-9]{4}"
    r"|0[1-9]([ .-])[0-9]{2}(?:\1[0-9]{2}){3}"
    r"|0[1-9][0-9]{2,4}[ /][0-9]{5,8}"
    r")(?![0-9]|[-.,][0-9])"
)
_WITH_A_WORD = re.compile(  # a number only where the words before say so
    rf"(?<![\w$€£#+.-])(?:1?{_US_CODE}[2-9][0-9]{{6}}|[2-9][0-9]{{2}}[ .-][0-9]{{4}})(?![0-9]|[-.,][0-9])"
)
_MEANS_PHONE = re.compile(
    r"\b(?:call|calls|called|phone|tel|telephone|cell|mobile|mob|text|texts|sms|ring|dial|fax|reach|number is|ph)"
    r"\b[^0-9\n]{0,24}$",
    re.IGNORECASE,
)
_MEANS_OTHER = re.compile(
    r"\b(?:(?:order|orders|serial|s/n|sn|sku|tracking|parcel|shipment|invoice|inv|po|ref|reference|quote|upc|ean|isbn)"
    r"\W{0,3}(?:no|nr|num|number|id|is|was)?"
    r"|(?:part|frame|item|model|lot|batch|job|account|case|stock|permit|receipt|vendor|ticket)\W{1,3}(?:no|nr|num|number|id)"
    r"|(?:part|frame|item|model|lot|batch|job|account|case|stock|permit|receipt|vendor|ticket) ?#)"
    r"\W{0,3}$",
    re.IGNORECASE,
)
_ABOUT = 40  # how many characters before a number are read for what it means


def _numbers(text: str) -> Iterator[Spotted]:
    taken: list[tuple[int, int]] = []
    for pattern, is_meant in ((_SURE, _always), (_LIKELY, _unless_other), (_WITH_A_WORD, _if_phone)):
        for found in pattern.finditer(text):
            start, end = found.span()
            if any(start < until and since < end for since, until in taken):
                continue
            if _is_long_enough(found[0]) and is_meant(text[max(0, start - _ABOUT) : start]):
                taken.append((start, end))
                normal = _normal(found[0])
                yield Spotted("phone", start, end, normal, is_reserved_phone(normal))


def _normal(written: str) -> str:
    """E.164 where that can be told; a British number is known by the films' ranges alone."""
    digits = re.sub("[^0-9]", "", written)
    at_home = f"+44{digits[1:]}"
    if digits.startswith("0") and is_reserved_phone(at_home):
        return at_home
    if len(digits) == 7 and re.fullmatch("55501[0-9]{2}", digits):
        return f"+1503{digits}"
    return normal_phone(written) or digits


def _is_long_enough(written: str) -> bool:
    return 7 <= len(re.sub("[^0-9]", "", written)) <= 15 and not re.search("[0-9]{4}-[0-9]{2}-[0-9]{2}", written)


def _always(_before: str) -> bool:
    return True


def _unless_other(before: str) -> bool:
    return not _MEANS_OTHER.search(before)


def _if_phone(before: str) -> bool:
    return _MEANS_PHONE.search(before) is not None and not _MEANS_OTHER.search(before)


def _overlap(one: Spotted, other: Spotted) -> bool:
    return one.start < other.end and other.start < one.end
