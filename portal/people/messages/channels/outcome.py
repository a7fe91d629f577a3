"""The only place that says how an attempt to hand a message over can end."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How an attempt ended."""

    SENT = "sent"  # the other end took it over
    SHOWN = "shown"  # nothing was sent: this machine's outbox shows it
    LATER = "later"  # certainly not taken over; worth another try
    REFUSED = "refused"  # certainly not taken over, and never will be
    UNKNOWN = "unknown"  # the line broke after the message was on it


@dataclass(frozen=True)
class Result:
    """An outcome and a word about it, which names no person."""

    outcome: Outcome
    detail: str = ""
