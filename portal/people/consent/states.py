"""The only place that says how a consent may change; the database refuses every other step by a CHECK made from it."""

from enum import StrEnum


class State(StrEnum):
    """Where one person stands with one purpose on one channel. Only `confirmed` may be written to."""

    NONE = "none"
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ERASED = "erased"


STEPS = (
    (State.NONE, State.REQUESTED),
    (State.REQUESTED, State.CONFIRMED),
    (State.REQUESTED, State.WITHDRAWN),  # the opt-out in the confirmation mail cancels the request
    (State.REQUESTED, State.EXPIRED),
    (State.CONFIRMED, State.WITHDRAWN),
    (State.WITHDRAWN, State.REQUESTED),
    (State.EXPIRED, State.REQUESTED),
    (State.REQUESTED, State.ERASED),
    (State.CONFIRMED, State.ERASED),
    (State.WITHDRAWN, State.ERASED),
    (State.EXPIRED, State.ERASED),
)

_ALLOWED = ", ".join(f"'{was}>{state}'" for was, state in STEPS)
STEP_IS_ALLOWED = f"was || '>' || state IN ({_ALLOWED})"
