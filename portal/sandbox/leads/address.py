"""The only place that reads a list of leads out of an address, and writes the address of a list."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from portal.sandbox.drives.question import NEWEST, ORDERS, Question
from portal.shared.problems import Problem
from portal.shared.text import NotText, checked_text

MOST_SOUGHT = 200
_KNOWN = frozenset({"stage", "tag", "q", "sort", "page", "started"})


class Asked(NamedTuple):
    """What an address asks for: a question, and which page of the answer."""

    question: Question
    page: int


def read_address(sent: MultiDict[str, str], *, stages: Sequence[str], tags: Sequence[str]) -> Asked:
    """What the address asks for. Raises Problem (400) for a filter, a value or an order that there is not."""
    if strangers := sorted(set(sent) - _KNOWN):
        raise _bad(f"There is no filter called {strangers[0][:40]}", "Take it out of the address.")
    _check(sent, "stage", stages)
    _check(sent, "tag", tags)
    _check(sent, "sort", (*ORDERS, *(f"-{name}" for name in ORDERS)))
    return Asked(
        Question(sent.get("stage", ""), sent.get("tag", ""), _sought(sent.get("q", "")), sent.get("sort") or NEWEST),
        _page(sent.get("page") or "1"),
    )


def write_query(question: Question, *, sort: str | None = None, page: int = 1) -> str:
    """The question as the query of an address, from the `?` on; what goes without saying is left out."""
    parts = {"stage": question.stage, "tag": question.tag, "q": question.q, "sort": sort or question.sort, "page": page}
    said = {name: value for name, value in parts.items() if value and value != _UNSAID.get(name)}
    return f"?{urlencode(said)}" if said else ""


_UNSAID: Mapping[str, object] = {"sort": NEWEST, "page": 1}


def _check(sent: MultiDict[str, str], name: str, known: Sequence[str]) -> None:
    value = sent.get(name)
    if value and value not in known:
        raise _bad(f"There is no such {name}", f"There are: {', '.join(known)}.")


def _sought(text: str) -> str:
    try:
        return checked_text(text, most=MOST_SOUGHT).strip()
    except NotText as fault:
        raise _bad("That cannot be searched for", str(fault)) from fault


def _page(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) > 0):
        raise _bad("There is no such page", "Pages are counted from 1.")
    return int(text)


def _bad(title: str, detail: str) -> Problem:
    return Problem(400, title, detail)
