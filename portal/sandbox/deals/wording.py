"""The only place for how the pipeline speaks of what a stage needs."""

from collections.abc import Sequence
from typing import NamedTuple

NEEDS = {"amount": "an amount", "close_on": "a close date", "reason": "a reason"}
LABELS = {"amount": "Amount", "close_on": "Close date", "reason": "Reason"}
REASONS = {  # where the business names none of its own
    "won": ("Best offer", "Knew us already", "Could deliver in time", "Was recommended"),
    "lost": ("Too expensive", "Chose another supplier", "No need any more", "Never answered"),
}


class Refusal(NamedTuple):
    """Why a deal was not moved, as its card says it, and what it takes to move it after all."""

    deal_id: str
    stage: str
    why: str
    missing: tuple[str, ...]


def needs_in_words(names: Sequence[str]) -> str:
    """`an amount and a reason`."""
    words = [NEEDS.get(name, name) for name in names]
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def refusal_of(deal_id: str, *, stage: str, missing: tuple[str, ...], wrong: tuple[str, ...] = ()) -> Refusal:
    """What stands on the card of a deal that was not moved; `wrong` are fields that cannot be read as typed."""
    has = "this one has none" if len(missing) == 1 else "this one lacks them"
    why = f"A deal on {stage} needs {needs_in_words(missing)}, and {has}." if missing else "One thing is to put right."
    return Refusal(deal_id, stage, f"{why} Nothing was changed.", (*missing, *wrong))
