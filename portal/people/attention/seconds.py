"""The only place that knows how the covered seconds of a film are written, and that adds them up.

A viewing is a bit for each whole second, the first in the lowest bit of the first byte; a group is a byte for each.
"""

import binascii
import re
import struct
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Sequence

_WRITTEN = re.compile(r"[A-Za-z0-9_-]*")
_IN_A_BYTE = 51  # groups of five, at most 255 together
_WIDE = 4  # bytes for each second of all: four thousand million viewings


class Unreadable(ValueError):
    """These are not the seconds of that film; the message says what they lack."""


def read_covered(text: str, *, seconds: int) -> bytes:
    """The bits that a browser sent, in base64url without padding, for a film of so many seconds. Raises Unreadable."""
    size = (seconds + 7) // 8
    if len(text) != (size * 4 + 2) // 3 or not _WRITTEN.fullmatch(text):
        raise Unreadable(f"They are {size} bytes in base64url: one bit for each of {seconds} seconds.")
    try:
        covered = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as fault:
        raise Unreadable("They are no base64url.") from fault
    if int.from_bytes(covered, "little") >> seconds:
        raise Unreadable(f"They name seconds after the {seconds} of the film.")
    return covered


def bits_of(covered: Iterable[int], *, seconds: int) -> bytes:
    """The bits of these seconds, each of which counts once however often it is named."""
    bits = 0
    for second in covered:
        bits |= 1 << second
    return bits.to_bytes((seconds + 7) // 8, "little")


def union(one: bytes, other: bytes) -> bytes:
    """What either covers."""
    bits = int.from_bytes(one, "little") | int.from_bytes(other, "little")
    return bits.to_bytes(max(len(one), len(other)), "little")


def count(covered: bytes) -> int:
    """How many seconds are covered."""
    return int.from_bytes(covered, "little").bit_count()


def together(viewings: Sequence[bytes], *, seconds: int) -> bytes:
    """How many of these few viewings cover each second, a byte each."""
    return bytes(sum(one[at >> 3] >> (at & 7) & 1 for one in viewings) for at in range(seconds))


def add_up(groups: Sequence[bytes]) -> tuple[int, ...]:
    """How many viewings of all groups cover each second; a group may be of a shorter film than another.

    All seconds at once, as one long number with room for each: a byte is enough while few groups are added, and more is
    made for their sums. Thousands of groups take a few milliseconds.
    """
    total = longest = 0
    for start in range(0, len(groups), _IN_A_BYTE):
        some = groups[start : start + _IN_A_BYTE]
        size = max(map(len, some))
        wide = bytearray(_WIDE * size)
        wide[::_WIDE] = sum(int.from_bytes(counts, "little") for counts in some).to_bytes(size, "little")
        total += int.from_bytes(wide, "little")
        longest = max(longest, size)
    return struct.unpack(f"<{longest}I", total.to_bytes(_WIDE * longest, "little"))
