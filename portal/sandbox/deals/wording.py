"""The only place for how the pipeline speaks: amounts as they are typed, and what a stage needs."""

import re
from collections.abc import Sequence
from typing import NamedTuple

MOST_AMOUNT = 1_000_000_000_00  # in minor units

NEEDS = {"amount": "an amount", "close_on": "a close date", "reason": "a reason"}
LABELS = {"amount": "Amount", "close_on": "Close date", "reason": "Reason"}
REASONS = {  # where the business names none of its own
    "won": ("Best offer", "Knew us already", "Could deliver in time", "Was recommended"),
    "lost": ("Too expensive", "Chose another supplier", "No need any more", "Never answered"),
}


class NotAnAmount(ValueError):
    """What was typed is no amount; the message says what to do."""


class Refusal(NamedTuple):
    """Why a deal was not moved, as its card says it, and what it takes to move it after all."""

    deal_id: str
    stage: str
    why: str
    missing: tuple[str, ...]


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


def needs_in_words(names: Sequence[str]) -> str:
    """`an amount and a reason`."""
    words = [NEEDS.get(name, name) for name in names]
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def refusal_of(deal_id: str, *, stage: str, missing: tuple[str, ...]) -> Refusal:
    """What stands on the card of a deal that was not moved."""
    has = "this one has none" if len(missing) == 1 else "this one lacks them"
    return Refusal(
        deal_id, stage, f"A deal on {stage} needs {needs_in_words(missing)}, and {has}. Nothing was changed.", missing
    )


_AMOUNT = re.compile(r"(?P<whole>\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.(?P<cents>\d{1,2}))?", re.ASCII)
