"""The only place for what a message carries to lead out of it: a link, and a stop-code that can be typed by hand.

A stop-code is nine random digits and one that checks them (Damm 2004: it tells every single wrong digit and every swap
of two neighbours). It stands beside the link for whoever cannot follow one, and will be all there is on paper.
"""

import re
import secrets
from dataclasses import dataclass

from portal.people.keyring import Seal
from portal.shared import ids

DIGITS = 10


class NotACode(ValueError):
    """No stop-code reads like this; the message says what to do, in the words of a form."""


@dataclass(frozen=True, kw_only=True)
class WayOut:
    """The way out of one message; `url` is the people side's public address. Only digests of the rest are stored."""

    url: str
    token: str
    stop_code: str

    @property
    def opt_out_url(self) -> str:
        """Where a press, or a mail provider's post (RFC 8058), ends what the message is about."""
        return f"{self.url}/opt-out/{self.token}"

    @property
    def why_url(self) -> str:
        """Where the record is shown that allowed the message."""
        return f"{self.url}/why/{self.token}"

    @property
    def preferences_url(self) -> str:
        """Where everything can be chosen that we may write about."""
        return f"{self.url}/preferences/{self.token}"

    @property
    def stop_url(self) -> str:
        """Where the code is typed."""
        return f"{self.url}/stop"

    @property
    def shown_code(self) -> str:
        """The code as people read and say it: `123 456 789 0`."""
        return group(self.stop_code)


def new_way_out(*, url: str) -> WayOut:
    """A way out for a message that is about to be written."""
    digits = f"{secrets.randbelow(10 ** (DIGITS - 1)):0{DIGITS - 1}}"
    return WayOut(url=url, token=ids.new_token(), stop_code=digits + check_digit(digits))


def read_stop_code(typed: str) -> str:
    """The ten digits of a stop-code, however they are spaced and dashed; raises NotACode, which helps with a slip."""
    digits = re.sub(r"[\s.\-\u2010-\u2015/]", "", typed.strip())
    if not digits:
        raise NotACode("Type the ten digits that stand beside the word stop-code in our message.")
    if not (digits.isascii() and digits.isdigit()):
        raise NotACode("A stop-code is ten digits and nothing else. Type them as they stand in the message.")
    if len(digits) != DIGITS:
        raise NotACode(f"A stop-code has {DIGITS} digits, and this has {min(len(digits), 999)}. Compare them.")
    if check_digit(digits[:-1]) != digits[-1]:
        raise NotACode("One of these digits is wrong, or two are swapped. Compare them with the message.")
    return digits


def hash_stop_code(code: str, *, keyring: Seal) -> str:
    """What is stored of a code: its HMAC under the root key, which new PEOPLE_SECRET_KEYS reseal and never change.

    A plain digest of ten digits would be tried out within minutes by whoever holds the table.
    """
    return keyring.mac(f"stop-code\x00{code}".encode()).hex()


def check_digit(digits: str) -> str:
    """The digit that goes behind these."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return str(interim)


def group(code: str) -> str:
    """Digits in threes, the check digit by itself."""
    return " ".join((code[:3], code[3:6], code[6:9], code[9:]))


# A totally anti-symmetric quasigroup of order 10, from H. Michael Damm's dissertation.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
