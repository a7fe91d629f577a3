"""The only place that finds in free text what could identify or reach somebody.

E-mail addresses, telephone and card numbers, bank accounts, tax ids, streets and towns with their postal codes. What
has the form of one is found, whoever it belongs to; dates, prices, sizes, order, serial and tracking numbers are not,
nor is a name alone.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from portal.shared.reserved import Kind, is_reserved
from portal.shared.spotting.addresses import find_addresses
from portal.shared.spotting.cards import find_accounts, find_cards
from portal.shared.spotting.found import Found
from portal.shared.spotting.phones import find_international_phones, find_phones
from portal.shared.spotting.reading import TAKEN, Reading, folded, read
from portal.shared.spotting.streets import find_streets
from portal.shared.spotting.tax_ids import find_tax_ids
from portal.shared.spotting.towns import find_towns
from portal.shared.spotting.tricks import SAYS_DIGITS, with_addresses_joined, with_digits_joined


@dataclass(frozen=True)
class Spotted:
    """What was found in a text: where it stands, how it reads there, and its normal form."""

    kind: Kind
    start: int
    end: int
    written: str
    normal: str
    is_reserved: bool


def spotted(text: str) -> list[Spotted]:
    """What `text` holds, in order, none inside another."""
    plain = folded(text)
    if _IS_PLAIN.fullmatch(plain) or not (_MAY_HOLD.search(plain) or SAYS_DIGITS.search(plain)):
        return []
    found: list[Spotted] = []
    reading = _search(with_addresses_joined(read(text)), (find_addresses,), text, found)
    if _HAS_DIGITS.search(reading.text) or SAYS_DIGITS.search(reading.text):
        _search(with_digits_joined(reading), _WITH_DIGITS, text, found)
    return sorted(found, key=lambda one: one.start)


# Most values of a database: a count, or the id of a row.
_IS_PLAIN = re.compile("-?(?:0|[1-9][0-9]{0,9})|[A-Z][0-9]{1,10}")
# A digit, an `@` or a word that may stand for one: nothing is found in a text without.
_MAY_HOLD = re.compile(r"[0-9@]|[(\[{< _](?:at|arroba)[)\]}> _]", re.IGNORECASE)
_HAS_DIGITS = re.compile("[0-9]")
_WITH_DIGITS = (
    *(find_international_phones, find_accounts, find_cards, find_tax_ids),  # an order: the surer first
    *(find_phones, find_streets, find_towns),
)


def _search(
    reading: Reading, finders: Iterable[Callable[[str], Iterator[Found]]], text: str, into: list[Spotted]
) -> Reading:
    """Add to `into` what each finder finds; return the reading without it, so that nothing is found twice."""
    for find in finders:
        for found in find(reading.text):
            if TAKEN not in reading.text[found.start : found.end]:
                into.append(_spotted(found, reading, text))
                reading = reading.without(found.start, found.end)
    return reading


def _spotted(found: Found, reading: Reading, text: str) -> Spotted:
    start, end = reading.span(found.start, found.end)
    written = reading.text[found.start : found.end]
    # A look-alike of a reserved address is another address.
    is_plain = found.kind != "email" or text[start:end].isascii()
    return Spotted(found.kind, start, end, written, found.normal, is_plain and is_reserved(found.kind, found.normal))
