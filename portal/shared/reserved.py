"""The only place that says which values are invented, and which could reach or identify someone.

Two lists, `SUFFIXES` and `NUMBERS`, make the predicates of both sides and the CHECK constraints of both databases for
addresses and phone numbers. What may stand in the sandbox (reserved) and what may stand on the people side (real) are
disjoint. No form library may judge this: to them `a@x.example` is a fine address and a number set aside for films is
invalid. What has no column of its own and is found in free text alone, such as a card number, is reserved or is not.

Both grammars speak of normal forms: an address in lower case, a number in E.164 (`+15035550142`).
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

from sqlalchemy import Boolean, CheckConstraint, ColumnElement
from sqlalchemy.ext.compiler import compiles

from portal.shared.conditions import AtMost, Condition, Every, Like, Not, Some, check_of, sql

Kind = Literal["email", "phone", "card", "account", "tax_id", "street", "town"]
ColumnKind = Literal["email", "phone"]

# RFC 2606, 6761, 6762, 7686, 8375, 9476 and ICANN's .internal; True where the sandbox may use it. Names under
# example.com answer with real pages; .test and .local may resolve in somebody's office.
SUFFIXES = {
    "example": True,
    "invalid": True,
    "alt": False,
    "example.com": False,
    "example.net": False,
    "example.org": False,
    "home.arpa": False,
    "internal": False,
    "local": False,
    "localhost": False,
    "onion": False,
    "test": False,
}


@dataclass(frozen=True)
class Numbers:
    """Telephone numbers that a regulator set aside for films and books; `x` is any digit, `[..]` a choice of digits."""

    patterns: tuple[str, ...]
    is_ours: bool  # whether the sandbox may use them
    without: tuple[str, ...] = ()  # beginnings that the patterns cover and the regulator did not set aside


NUMBERS = (
    Numbers(  # United States and Canada: 555-0100 to 555-0199 under a geographic area code
        ("+1[2-9]xx55501xx",),
        is_ours=True,
        without=(
            *("+1[2-9]11", "+1900"),
            *(f"+1{code}" for code in (800, 822, 833, 844, 855, 866, 877, 888)),
            *(f"+1{code}" for code in (500, 533, 544, 566, 577, 588)),
        ),
    ),
    Numbers(("+447700900xxx", "+442079460xxx", "+441632960xxx"), is_ours=True),  # Ofcom
    # Of the rest we have not seen the regulator's own page: refused as real, not used either.
    Numbers(("+18005550199",), is_ours=False),
    Numbers(("+61[2378]5550xxxx", "+61[2378]7010xxxx", "+6149157015[6-9]"), is_ours=False),
    Numbers(("+61491570006", "+61491570110"), is_ours=False),
    Numbers(("+3319900xxxx", "+3363998xxxx", "+3532091xxxxx"), is_ours=False),
    Numbers(("+4670174060[5-9]", "+467017406[1-9]x"), is_ours=False),
)

STREETS = (
    *("Example Street", "Example Avenue", "Sample Lane", "Practice Road"),
    *("Invention Way", "Pretend Court", "Made-Up Row"),
)
NO_ZIP = "00000"  # no town of the United States has it

SAMPLE_DOMAIN = "people.customerhub.net"  # invented people of the people side: real by the grammar, never written to
SAMPLE_TOWN = "anytown ny 00000"  # of our own sample address in notices and mails: the people side alone has it


class Standing(Enum):
    """Where a value may stand."""

    RESERVED = "in the sandbox: it can reach nobody"
    REAL = "on the people side: it could reach someone"
    SET_ASIDE = "nowhere: well-formed, neither real nor ours to use"
    MALFORMED = "nowhere: no address or number in its normal form"


def email_standing(value: str) -> Standing:
    """Where the address `value`, in its normal form, may stand."""
    return _standing("email", value)


def phone_standing(value: str) -> Standing:
    """Where the number `value`, in E.164, may stand."""
    return _standing("phone", value)


def is_reserved(kind: Kind, value: str) -> bool:
    """Whether `value`, in the normal form of its kind, may stand in the sandbox."""
    return _IS_RESERVED[kind](value)


def is_reserved_email(value: str) -> bool:
    """Whether `value` may stand in the sandbox."""
    return is_reserved("email", value)


def is_reserved_phone(value: str) -> bool:
    """Whether `value` may stand in the sandbox."""
    return is_reserved("phone", value)


def is_real_email(value: str) -> bool:
    """Whether `value` may stand on the people side."""
    return _IS_REAL["email"](value)


def is_real_phone(value: str) -> bool:
    """Whether `value` may stand on the people side."""
    return _IS_REAL["phone"](value)


def normal_email(text: str) -> str:
    """`text` without outer spaces, A to Z in lower case; letters of other alphabets stay, and make it malformed."""
    return text.strip().translate(_LOWER)


def normal_phone(text: str) -> str | None:
    """The number that a person typed, in E.164, or None; ten digits are read as a United States number."""
    typed = _DOMESTIC_ZERO.sub(r"\1", text.strip())
    if not _TYPED_PHONE.fullmatch(typed):
        return None
    digits = re.sub(r"[^0-9]", "", typed)
    if typed.startswith("+"):
        number = f"+{digits}"
    elif prefix := re.match("011|00", digits):
        number = f"+{digits[prefix.end() :]}"
    elif re.fullmatch("1?[2-9][0-9]{9}", digits):
        number = f"+1{digits[-10:]}"
    else:
        return None
    return number if _IS_WELL_FORMED["phone"](number) else None


def only_reserved(kind: ColumnKind, column: str) -> CheckConstraint:
    """The constraint of a sandbox column: nothing else can be stored there, by direct SQL either. NULL passes."""
    return CheckConstraint(_Holds(_RESERVED[kind], column), name=f"{column}_is_reserved")


def only_real(kind: ColumnKind, column: str) -> CheckConstraint:
    """The complement, for a column of the people side. NULL passes."""
    return CheckConstraint(_Holds(_REAL[kind], column), name=f"{column}_is_real")


class _Holds(ColumnElement[bool]):
    """A condition in SQL, written for the database that it meets."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, condition: Condition, column: str) -> None:
        self.condition = condition
        self.column = column


@compiles(_Holds, "sqlite")
def _for_sqlite(element: _Holds, _compiler: Any, **_options: Any) -> str:
    return sql(element.condition, element.column, dialect="sqlite")


@compiles(_Holds, "postgresql")
def _for_postgresql(element: _Holds, _compiler: Any, **_options: Any) -> str:
    body = sql(element.condition, element.column, dialect="postgresql")
    return body.replace("%", "%%")  # a single one is psycopg's own sign


def _standing(kind: ColumnKind, value: str) -> Standing:
    if _IS_RESERVED[kind](value):
        return Standing.RESERVED
    if _IS_REAL[kind](value):
        return Standing.REAL
    return Standing.SET_ASIDE if _IS_WELL_FORMED[kind](value) else Standing.MALFORMED


def _address(characters: str) -> Condition:
    """An address with one `@`, a local part of `characters` and two or more proper labels after it.

    The last label ends in a letter, as every top-level name does, Punycode included; so no IP address is one.
    """
    never = (f"*[^{characters}@-]*", "*@*@*", "*@*[^a-z0-9.-]*", "*@[.-]*", "*@*..*", "*@*.-*", "*@*-.*")
    return Every(
        (AtMost(254), Like("?*@?*.*[a-z]"), *(Not(Like(glob)) for glob in never), AtMost(64, "before @")),
    )


def _under(suffixes: list[str]) -> Condition:
    return Some(tuple(Like(f"*[@.]{suffix}") for suffix in suffixes))


def _among(numbers: Numbers) -> Condition:
    patterns = Some(tuple(Like(_glob(pattern)) for pattern in numbers.patterns))
    return Every((patterns, *(Not(Like(f"{beginning}*")) for beginning in numbers.without)))


def _glob(pattern: str) -> str:
    return pattern.replace("x", "[0-9]")


_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_TYPED_PHONE = re.compile("[+]?[0-9(][0-9 ()./\u00a0\u2010-\u2015-]{4,30}")
_DOMESTIC_ZERO = re.compile(r"^(\+[0-9]{1,3} ?)\(0\)")

_SHAPE: dict[ColumnKind, Condition] = {
    "email": _address("a-z0-9.!#$%&'*+/=?^_`{|}~"),
    "phone": Every((AtMost(16), Like("+[1-9]" + "[0-9]" * 6 + "*"), Not(Like("?*[^0-9]*")))),
}
_RESERVED: dict[Kind, Condition] = {
    # Plainer and shorter than an address need be: nothing in it wants quoting anywhere, no label passes 63 characters.
    "email": Every((_address("a-z0-9._+"), AtMost(63, "after @"), _under([s for s, ours in SUFFIXES.items() if ours]))),
    "phone": Some(tuple(_among(numbers) for numbers in NUMBERS if numbers.is_ours)),
    "card": Like("0000*"),  # ISO/IEC 7812 gives these to no issuer of payment cards
    "account": Like("XX00*"),  # no country of ISO 3166, no check digits of ISO 13616
    "tax_id": Some((Like("000-[0-9][0-9]-[0-9]*"), Like("666-[0-9][0-9]-[0-9]*"))),  # areas that the SSA never gives
    "street": Some(tuple(Like(f"*[0-9] {street.casefold()}") for street in STREETS)),
    "town": Every((Like(f"* {NO_ZIP}"), Not(Like(SAMPLE_TOWN)))),
}
_REAL: dict[ColumnKind, Condition] = {
    "email": Every((_SHAPE["email"], Not(_under(list(SUFFIXES))))),
    "phone": Every((_SHAPE["phone"], *(Not(_among(numbers)) for numbers in NUMBERS))),
}
_IS_WELL_FORMED = {kind: check_of(condition) for kind, condition in _SHAPE.items()}
_IS_RESERVED = {kind: check_of(condition) for kind, condition in _RESERVED.items()}
_IS_REAL = {kind: check_of(condition) for kind, condition in _REAL.items()}
