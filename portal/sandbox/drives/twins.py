"""The only place that replaces what looks real by an invented twin, before anything is stored.

A twin is made by a keyed hash of what was typed: the same original gives the same twin within a drive and another one
in every other drive, and without the key nobody can try out which original a twin came from. The original is not kept.
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.shared.reserved import (
    NO_ZIP,
    STREETS,
    Kind,
    Standing,
    email_standing,
    is_reserved_phone,
    normal_email,
    normal_phone,
    phone_standing,
)
from portal.shared.spotting import Spotted, spotted
from portal.shared.spotting.check_digits import passes_luhn


class NotAnAddress(ValueError):
    """What was typed is no e-mail address, real or invented; the message says what to do."""


class NotANumber(ValueError):
    """What was typed is no telephone number, real or invented; the message says what to do."""


class Unclear(ValueError):
    """A text reads like somebody's number however often it is swapped; the message says what to do."""


@dataclass(frozen=True)
class Swap:
    """One replacement: of what kind, the original as it may be shown, and what took its place."""

    kind: Kind
    masked: str
    twin: str


@dataclass(frozen=True)
class Twinned:
    """What may be stored in place of what was typed."""

    text: str
    swaps: tuple[Swap, ...] = ()


def key_of(drive: str, *, secret: str) -> bytes:
    """The key of one drive's twins, from a secret of the process that is in no database."""
    return hmac.digest(secret.encode(), f"twins of {drive}".encode(), "sha256")


class Twins:
    """The twins of one drive."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of_email(self, typed: str) -> Twinned:
        """For a column of addresses. Raises NotAnAddress where it has not the form of one."""
        address = normal_email(typed)
        match email_standing(address):
            case Standing.RESERVED:
                return Twinned(address)
            case Standing.MALFORMED:
                raise NotAnAddress("Type one address, such as name@shop.example.")
            case Standing.REAL | Standing.SET_ASIDE:
                twin = self._email(address)
                return Twinned(twin, (Swap("email", masked_email(address), twin),))

    def of_phone(self, typed: str) -> Twinned:
        """For a column of numbers, in E.164. Raises NotANumber where it has not the form of one."""
        number = normal_phone(typed)
        if number is None:
            raise NotANumber("Type the number with its area code, such as 503 555 0142.")
        if phone_standing(number) is Standing.RESERVED:
            return Twinned(number)
        twin = self._phone(number)
        return Twinned(twin, (Swap("phone", masked_phone(number), written_phone(twin)),))

    def of_text(self, typed: str) -> Twinned:
        """For free text: everything in it that could reach or identify somebody, and nothing else of it.

        Raises Unclear where what is left keeps reading like one more.
        """
        text, swaps = typed, list[Swap]()
        for _ in range(_ROUNDS):  # what stood glued to a replacement may look like one more
            text, more = self._replaced(text)
            if not more:
                return Twinned(text, tuple(swaps))
            swaps += more
        raise Unclear("This keeps reading like somebody’s address or number. Put spaces or words between its parts.")

    def _replaced(self, text: str) -> tuple[str, list[Swap]]:
        kept: list[str] = []
        swaps: list[Swap] = []
        done = 0
        for found in spotted(text):
            if not found.is_reserved:
                swaps.append(swap := self._swap(found))
                kept += [text[done : found.start], swap.twin]
                done = found.end
        return "".join([*kept, text[done:]]), swaps

    def _swap(self, found: Spotted) -> Swap:
        match found.kind:
            case "email":
                return Swap("email", masked_email(found.normal), self._email(found.normal))
            case "phone":
                return Swap("phone", masked_phone(found.normal), written_phone(self._phone(found.normal)))
            case "card":
                return Swap("card", masked_phone(found.normal), self._card(found))
            case "account":
                return Swap("account", f"{found.normal[:2]}•• •••• ••••", self._account(found.normal))
            case "tax_id":
                return Swap("tax_id", "•••-••-••••", self._tax_id(found.normal))
            case "street" | "town":
                return Swap(found.kind, masked_words(found.written), self._place(found))

    def _email(self, address: str) -> str:
        """Colleagues stay colleagues: what stands after the `@` depends on their domain alone."""
        local = _drawn(self._hash("email", address), _NAMES, *[_CODE] * 4)
        place, number = _drawn(self._hash("domain", address.rpartition("@")[2]), _PLACES, range(10, 100))
        return f"{local[0]}.{''.join(local[1:])}@{place}-{number}.invalid"

    def _phone(self, number: str) -> str:
        area, last = _drawn(self._hash("phone", number), _AREA_CODES, range(100))
        return f"+1{area}55501{last:02}"

    def _card(self, card: Spotted) -> str:
        """As many digits in the same groups, after four zeros, with a check digit that is wrong (ISO/IEC 7812)."""
        twin = "0000" + "".join(_drawn(self._hash("card", card.normal), *[_DIGITS] * (len(card.normal) - 4)))
        if passes_luhn(twin):
            twin = twin[:-1] + str((int(twin[-1]) + 1) % 10)
        digits = iter(twin)
        return "".join(next(digits) if sign.isdigit() else " " if sign.isspace() else sign for sign in card.written)

    def _account(self, account: str) -> str:
        first, second = _drawn(self._hash("account", account), range(10_000), range(100))
        return f"XX00 0000 0000 {first:04} {second:02}"

    def _tax_id(self, tax_id: str) -> str:
        group, serial = _drawn(self._hash("tax id", re.sub(r"\W", "", tax_id)), range(1, 100), range(1, 10_000))
        return f"000-{group:02}-{serial:04}"

    def _place(self, place: Spotted) -> str:
        bits = self._hash(place.kind, place.normal)
        if place.kind == "street":
            number, street = _drawn(bits, range(1, 1000), STREETS)
            return f"{number} {street}"
        first, last = _drawn(bits, _FIELDS, _HAMLETS)
        return f"{first}{last} {NO_ZIP}"

    def _hash(self, what: str, original: str) -> int:
        return int.from_bytes(hmac.digest(self._key, f"{what} {original}".encode(), "sha256"))


def written_phone(number: str) -> str:
    """An American number as people write it: +1 503 555 0142."""
    return f"{number[:2]} {number[2:5]} {number[5:8]} {number[8:]}"


def masked_email(address: str) -> str:
    """The first letters and the ending: `m•••••.v•••••@•••••.com`; not even the lengths are left."""
    local, _at, domain = address.rpartition("@")
    letters = [f"{part[:1]}{_DOTS}" for part in local.split(".")[:3]]
    return f"{'.'.join(letters)}@{_DOTS}.{domain.rpartition('.')[2][:6]}"


def masked_phone(number: str) -> str:
    """The last two digits, of a card too."""
    return f"••• ••• ••{number[-2:]}"


def masked_words(line: str) -> str:
    """The first letter of each word, nothing of a number: `••• M••• S••`."""
    words = re.findall(r"[\w'-]+", line)
    return " ".join("•••" if any(map(str.isdigit, word)) else f"{word[0]}•••" for word in words)


def _drawn(bits: int, *choices: Sequence[Any]) -> list[Any]:
    drawn = []
    for items in choices:
        bits, at = divmod(bits, len(items))
        drawn.append(items[at])
    return drawn


_ROUNDS = 6
_DIGITS = "0123456789"
_DOTS = "•••••"
_CODE = "23456789abcdefghjkmnpqrstvwxyz"  # nothing to misread aloud
_AREA_CODES = [str(code) for code in range(200, 1000) if is_reserved_phone(f"+1{code}5550100")]
_NAMES = (
    *("alder", "ash", "avery", "bay", "birch", "blair", "bryn", "cedar", "clove", "corin", "dale", "darcy", "drew"),
    *("ellis", "ember", "fenn", "finch", "flint", "frost", "gale", "glen", "hadley", "harper", "haven", "heath"),
    *("hollis", "indigo", "ivory", "jules", "juniper", "kestrel", "lake", "lane", "lark", "linden", "lumen", "maple"),
    *("marlow", "merle", "moss", "nico", "noor", "oakley", "onyx", "perry", "piper", "quill", "rain", "reed", "river"),
    *("robin", "rowan", "sable", "sage", "shay", "sol", "sorrel", "tarn", "thyme", "umber", "vale", "wren", "yael"),
)
_PLACES = (
    *("almondgate", "ashwick", "barleyfen", "birchhaven", "bluestile", "bramblecot", "briarfold", "brookmere"),
    *("candlewick", "chalkbourne", "cloudberry", "copperdale", "cranefoot", "damsonley", "dovecote", "driftmoor"),
    *("elderfield", "fallowend", "featherby", "fernleigh", "foxhollow", "gooseford", "greenlow", "harborlight"),
    *("hawthorn", "heronstile", "hollowell", "inkberry", "kingcup", "lanternhill", "larkfield", "lavendermill"),
    *("lowmeadow", "marigold", "millrace", "moonstile", "nettlecombe", "northmill", "oatfield", "orchardley"),
    *("pebblecombe", "pennyroyal", "plumstead-farm", "quarrymoor", "quincewood", "ravensway", "rushbrook", "saffronby"),
    *("saltmarsh", "sandpiper", "silverbirch", "skylark", "snowdrop", "southquay", "stonecrop", "sweetbriar"),
    *("teasel", "thornapple", "tideline", "underwood", "violetmere", "weatherby", "willowend", "yewbarrow"),
)
_FIELDS = ("Example", "Sample", "Practice", "Pretend", "Invented", "Made-Up ", "Nowhere ", "Storybook ")
_HAMLETS = ("bourne", "ton", "ham", "field", "ford", "wick", "mere", "dale")
