"""The only place that reads an amount of money as it is typed, and writes one into a field."""

import re

MOST_AMOUNT = 1_000_000_000_00  # in minor units


class NotAnAmount(ValueError):
    """What was typed is no amount; the message says what to do."""


def amount_of(typed: str) -> int | None:
    """Minor units of `1234`, `1,234.50` or `$1,234.50`; None for nothing. Raises NotAnAmount."""
    text = typed.strip().lstrip("$€£").strip()
    if not text:
        return None
    if not (found := _AMOUNT.fullmatch(text)):
        raise NotAnAmount("Type an amount such as 1,234.50 or 1234.")
    minor = int(found["whole"].replace(",", "")) * 100 + int((found["cents"] or "").ljust(2, "0"))
    if minor > MOST_AMOUNT:
        raise NotAnAmount(f"Type an amount of {MOST_AMOUNT // 100:,} or less.")
    return minor


def amount_typed(minor: int | None) -> str:
    """An amount as a field shows it."""
    if minor is None:
        return ""
    whole, cents = divmod(minor, 100)
    return f"{whole:,}.{cents:02}" if cents else f"{whole:,}"


_AMOUNT = re.compile(r"(?P<whole>\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.(?P<cents>\d{1,2}))?", re.ASCII)
