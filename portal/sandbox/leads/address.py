"""The only place that reads a list of leads out of an address, and writes the address of a list.

A filter stands there as `f=stage:is:Proposal,Qualified`; a comma or a backslash within a value comes after a
backslash. One stage and one tag may stand as `stage=` and `tag=`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from portal.sandbox.drives.addressed import page_in, sought_in
from portal.sandbox.drives.own_columns import is_own
from portal.sandbox.drives.question import (
    FIELDS,
    MOST_FILTERS,
    NEWEST,
    ORDERS,
    Filter,
    NotAFilter,
    Question,
    checked_filter,
)
from portal.shared.problems import Problem
from portal.shared.text import NotText, checked_text

_KNOWN = frozenset({"stage", "tag", "f", "any", "q", "sort", "page", "started"})


class Asked(NamedTuple):
    """What an address asks for: a question, and which page of the answer."""

    question: Question
    page: int


def read_address(
    sent: MultiDict[str, str],
    *,
    stages: Sequence[str],
    tags: Sequence[str],
    owners: Sequence[str] = (),
    sources: Sequence[str] = (),
) -> Asked:
    """What the address asks for. Raises Problem (400) for a filter, a value or an order that there is not.

    Owners and sources are only checked where those that there are are given.
    """
    if strangers := sorted(set(sent) - _KNOWN):
        raise _bad(f"There is no filter called {strangers[0][:40]}", "Take it out of the address.")
    known = {"stage": stages, "tag": tags, "owner": owners, "source": sources}
    filters = [
        *_sole(sent, "stage", "is"),
        *_sole(sent, "tag", "has"),
        *map(read_filter, filter(None, sent.getlist("f"))),
    ]
    if len(filters) > MOST_FILTERS:
        raise _bad("That is too much to ask at once", f"A list takes {MOST_FILTERS} filters. Take some out.")
    for one in filters:
        for value in one.values:
            _check(one.field, value, known.get(one.field, ()), is_open=one.field not in ("stage", "tag"))
    if (sort := sent.get("sort") or NEWEST) not in _SORTS and not is_own(sort.removeprefix("-")):
        raise _bad("There is no such sort", f"There are: {', '.join(_SORTS)}.")
    return Asked(
        Question(tuple(dict.fromkeys(filters)), _any(sent), sought_in(sent.get("q", "")), sort),
        page_in(sent.get("page")),
    )


def write_query(question: Question, *, sort: str | None = None, page: int = 1) -> str:
    """The question as the query of an address, from the `?` on; what goes without saying is left out."""
    parts: list[tuple[str, object]] = []
    rest = list(question.filters)
    for name, op in _SHORT:
        found = next((one for one in rest if (one.field, one.op, len(one.values)) == (name, op, 1)), None)
        if found:
            rest.remove(found)
            parts.append((name, found.values[0]))
    parts += [("f", write_filter(one)) for one in rest]
    parts += [
        *([("any", 1)] if question.any_of else []),
        *([("q", question.q)] if question.q else []),
        *([("sort", sort or question.sort)] if (sort or question.sort) != NEWEST else []),
        *([("page", page)] if page != 1 else []),
    ]
    return f"?{urlencode(parts, safe=_READABLE)}" if parts else ""


def write_filter(one: Filter) -> str:
    """A filter as it stands in an address."""
    values = ",".join(re.sub(r"([\\,])", r"\\\1", value) for value in one.values)
    return f"{one.field}:{one.op}:{values}" if one.values else f"{one.field}:{one.op}"


def read_filter(text: str) -> Filter:
    """The filter that stands so in an address. Raises Problem (400)."""
    field, _, rest = _text(text, most=_MOST_FILTER).partition(":")
    op, has_values, values = rest.partition(":")
    try:
        return checked_filter(field, op, _split(values) if has_values else [])
    except NotAFilter as fault:
        raise _bad(fault.title, fault.detail) from fault


_SHORT = (("stage", "is"), ("tag", "has"))
_READABLE = ":,"
_MOST_FILTER = 4_000
_SORTS = (*ORDERS, *(f"-{name}" for name in ORDERS))


def _sole(sent: Mapping[str, str], name: str, op: str) -> list[Filter]:
    value = sent.get(name)
    return [Filter(name, op, (value,))] if value else []


def _split(values: str) -> list[str]:
    """The values between commas, without the backslashes that keep a comma in one."""
    parts = [""]
    letters = iter(values)
    for letter in letters:
        if letter == ",":
            parts.append("")
        else:
            parts[-1] += next(letters, "\\") if letter == "\\" else letter
    return parts


def _check(field: str, value: str, known: Sequence[str], *, is_open: bool) -> None:
    if value not in known and not (is_open and not known):
        name = FIELDS[field].label.lower() if field != "tag" else "tag"
        raise _bad(f"There is no such {name}", f"There are: {', '.join(known)}.")


def _any(sent: Mapping[str, str]) -> bool:
    if sent.get("any", "") not in ("", "0", "1"):
        raise _bad("Filters are met all, or any", "Write any=1, or leave it out.")
    return sent.get("any") == "1"


def _text(text: str, *, most: int) -> str:
    try:
        return checked_text(text, most=most)
    except NotText as fault:
        raise _bad("That filter cannot be read", str(fault)) from fault


def _bad(title: str, detail: str) -> Problem:
    return Problem(400, title, detail)
