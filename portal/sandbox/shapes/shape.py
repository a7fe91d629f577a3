"""The only place that says what a shape is: a closed set of keys, and nothing in it that could be somebody."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NoReturn

from portal.sandbox.shapes.names import is_persons_column, looks_like_name, looks_reachable
from portal.shared.spotting import spotted
from portal.shared.text import NotText, checked_text

MOST_BYTES = 100_000
MOST_COLUMNS = 60
MOST_VALUES = 30
MOST_LETTERS = 40  # of a column's name, and of a value
MOST_NAME = 60
SIZES = (200, 1_000, 5_000, 10_000)  # how many leads can be invented

KINDS = (
    *("text", "choice", "number", "money", "date", "flag"),
    *("email", "phone", "postal", "address", "names", "id"),
)
# What of a lead a column can become, in words, and of which kinds such a column is.
PARTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "name": ("Name", ("names", "text")),
    "first": ("First name", ("names", "text")),
    "last": ("Last name", ("names", "text")),
    "company": ("Company", ("names", "text", "choice")),
    "role": ("Role", ("text", "choice")),
    "email": ("E-mail", ("email",)),
    "phone": ("Phone", ("phone",)),
    "stage": ("Stage", ("choice", "text")),
    "owner": ("Owner", ("names", "text", "choice")),
    "source": ("Source", ("choice", "text")),
    "tag": ("Tag", ("choice", "text")),
    "address": ("Address", ("address",)),
    "value": ("Value", ("money", "number")),
    "came": ("Created", ("date",)),
}

_TOP = {"shape", "name", "leads", "columns"}
_ALWAYS = {"name", "kind", "filled"}
_SOMETIMES = {"as", "from", "to", "values"}
_MONTH = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])")


class NotAShape(ValueError):
    """What arrived is no shape, or holds what could be somebody; the message says which part, and what to do."""


@dataclass(frozen=True)
class Column:
    """A column of a list: `filled` in percent, `since` and `until` as months, `values` where they were sent."""

    name: str
    kind: str
    filled: int
    part: str | None = None  # what of a lead it becomes; None for a column of its own
    since: str | None = None
    until: str | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shape:
    """The shape of a visitor's list, the name of the practice business, and how many leads to invent."""

    name: str
    leads: int
    columns: tuple[Column, ...]

    @property
    def own(self) -> tuple[Column, ...]:
        """The columns that a lead has beside those of every lead."""
        return tuple(column for column in self.columns if column.part is None)


def read_shape(sent: str) -> Shape:
    """The shape that these bytes are. Raises NotAShape."""
    if len(sent.encode("utf-8", "replace")) > MOST_BYTES:
        _refuse(f"A shape has at most {MOST_BYTES:,} bytes. Leave out columns, or untick values.")
    try:
        found = json.loads(sent, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        raise NotAShape("This is no shape. Choose your file again, and send what the page shows.") from fault
    top = _keys(found, always=_TOP, sometimes=set(), what="a shape")
    if type(top["shape"]) is not int or top["shape"] != 1:
        _refuse("This shape is of another version. Reload the page, and choose your file again.")
    if type(top["leads"]) is not int or top["leads"] not in SIZES:
        _refuse("Pick one of the numbers of leads that the page offers.")
    if not isinstance(top["columns"], list) or not 0 < len(top["columns"]) <= MOST_COLUMNS:
        _refuse(f"A shape has 1 to {MOST_COLUMNS} columns.")
    name = _text(top["name"], most=MOST_NAME, what="the name of the business")
    shape = Shape(name, top["leads"], tuple(_column(column) for column in top["columns"]))
    _check_together(shape)
    return shape


def _column(found: Any) -> Column:
    keys = _keys(found, always=_ALWAYS, sometimes=_SOMETIMES, what="a column")
    name = _text(keys["name"], most=MOST_LETTERS, what="the name of a column", may_name=is_persons_column)
    kind, part, filled = keys["kind"], keys.get("as"), keys["filled"]
    if not isinstance(kind, str) or kind not in KINDS:
        _refuse(f"The kind of “{name}” is unknown.")
    if type(filled) is not int or filled not in range(0, 101, 10):
        _refuse(f"How full “{name}” is must be told in tens of percent.")
    if part is not None and (not isinstance(part, str) or part not in PARTS or kind not in PARTS[part][1]):
        _refuse(f"“{name}” cannot become that part of a lead.")
    since, until = _months(name, kind, keys)
    return Column(name, kind, filled, part, since, until, _values(name, kind, keys.get("values")))


def _months(name: str, kind: str, keys: Mapping[str, Any]) -> tuple[str | None, str | None]:
    since, until = keys.get("from"), keys.get("to")
    if since is None and until is None:
        return None, None
    are_months = all(isinstance(month, str) and _MONTH.fullmatch(month) for month in (since, until))
    if kind != "date" or not are_months or str(since) > str(until):
        _refuse(f"The months of “{name}” cannot be read.")
    return str(since), str(until)


def _values(name: str, kind: str, found: Any) -> tuple[str, ...]:
    if found is None:
        return ()
    if kind != "choice" or not isinstance(found, list) or not 0 < len(found) <= MOST_VALUES:
        _refuse(f"“{name}” can send 1 to {MOST_VALUES} values, and only where it is a choice.")
    if is_persons_column(name):
        _refuse(f"“{name}” is called like a column of names, so none of its values may be sent.")
    values = tuple(_text(value, most=MOST_LETTERS, what=f"a value of “{name}”") for value in found)
    if len(set(values)) < len(values):
        _refuse(f"A value of “{name}” is there twice.")
    return values


def _check_together(shape: Shape) -> None:
    """No name twice, no part twice, and no two texts that only together read like somebody's number."""
    names = sorted(column.name.casefold() for column in shape.columns)
    if any(one == other for one, other in pairwise(names)):
        _refuse("Two columns have the same name. Change one of them.")
    parts = [column.part for column in shape.columns if column.part]
    if len(set(parts)) < len(parts):
        _refuse("Two columns become the same part of a lead. Let one of them be a column of its own.")
    for column in shape.columns:
        for value in column.values:
            refuse_what_is_spotted(f"{column.name}: {value}", what=f"“{column.name}”")


def refuse_what_is_spotted(text: str, *, what: str) -> None:
    """Raise NotAShape where `text` holds what could reach or identify somebody."""
    if any(not found.is_reserved for found in spotted(text)):
        _refuse(f"Something in {what} looks like somebody’s address or number. Change it, or leave it out.")


def _text(found: Any, *, most: int, what: str, may_name: Any = None) -> str:
    if not isinstance(found, str) or not found.strip() or found != found.strip():
        _refuse(f"Type something for {what}.")
    try:
        text = checked_text(found, most=most)
    except NotText as fault:
        raise NotAShape(f"{what[0].upper()}{what[1:]}: {fault}") from fault
    if "\n" in text or "\t" in text:
        _refuse(f"Write {what} on one line.")
    if looks_reachable(text) or (looks_like_name(text) and not (may_name and may_name(text))):
        _refuse(f"“{_masked(text)}”, {what}, looks like somebody. Change it, or leave it out.")
    refuse_what_is_spotted(text, what=what)
    return text


def _masked(text: str) -> str:
    return " ".join(f"{word[0]}•••" for word in text.split())


def _keys(found: Any, *, always: set[str], sometimes: set[str], what: str) -> dict[str, Any]:
    if not isinstance(found, dict) or not always <= set(found) <= always | sometimes:
        _refuse(f"Of {what} exactly these are asked for: {', '.join(sorted(always | sometimes))}.")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("A key is there twice.")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number.")


def _refuse(words: str) -> NoReturn:
    raise NotAShape(words)
