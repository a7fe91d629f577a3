"""The only place that says what a finder hands over."""

from typing import NamedTuple

from portal.shared.reserved import Kind


class Found(NamedTuple):
    """What stands at `start` to `end` of a text that was read, and its normal form."""

    kind: Kind
    start: int
    end: int
    normal: str
