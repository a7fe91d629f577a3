"""The only place that knows the columns of a scenario's own: those of the list that a visitor gave the shape of.

A key such as `choice-2` says what the second one is compared and sorted as, so that questions need no drive.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal, NamedTuple, cast

from portal.sandbox.drives.drive import Drive
from portal.sandbox.scenarios.order import fold

Shape = Literal["choice", "text", "number", "day"]

_SHAPES: Mapping[str, Shape] = {
    "choice": "choice",
    "flag": "choice",
    "number": "number",
    "money": "number",
    "date": "day",
    **dict.fromkeys(("text", "email", "phone", "postal", "address", "names", "id"), "text"),
}
_KEY = re.compile(r"(choice|text|number|day)-([1-9][0-9]?)", re.ASCII)


class OwnColumn(NamedTuple):
    """A column: its key, its name, and the kind that the shape gave it."""

    key: str
    name: str
    kind: str

    @property
    def shape(self) -> Shape:
        return shape_of(self.key)


def own_columns(drive: Drive) -> Mapping[str, OwnColumn]:
    """The columns of the drive's scenario that no other one has, by key, in their order."""
    return _own_columns(drive.facts)


def is_own(key: str) -> bool:
    """Whether this can be the key of such a column."""
    return _KEY.fullmatch(key) is not None


def shape_of(key: str) -> Shape:
    """What such a column is compared and sorted as."""
    return cast("Shape", key.partition("-")[0])


def is_of_numbers(key: str) -> bool:
    """Whether what it is compared as are numbers: of hundredths, or of days."""
    return shape_of(key) in ("number", "day")


def compared_as(key: str, text: str) -> str | int | None:
    """What stands for a text of such a column: itself, folded, hundredths, or the number of a day."""
    shape = shape_of(key)
    if shape == "choice":
        return text
    if shape == "text":
        return fold(text)
    return hundredths(text) if shape == "number" else day_number(text)


def hundredths(text: str) -> int | None:
    """The hundredths of `1,250.00`; None where it is no number."""
    try:
        found = Decimal(text.replace(",", "").strip()) * 100
        return int(found) if found.is_finite() and abs(found) < _MOST else None
    except InvalidOperation:
        return None


def day_number(text: str) -> int | None:
    """The number of the day `2026-01-31`; None where it is no date."""
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return None


@lru_cache(maxsize=100)
def _own_columns(facts: str) -> Mapping[str, OwnColumn]:
    sent = json.loads(facts).get("shape", {}).get("columns", ())
    own = [one for one in sent if "as" not in one]
    found = [
        OwnColumn(f"{_SHAPES[one['kind']]}-{number}", one["name"], one["kind"]) for number, one in enumerate(own, 1)
    ]
    return {one.key: one for one in found}


_MOST = 10**17
