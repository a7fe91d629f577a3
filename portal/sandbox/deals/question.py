"""The only place that says what can be asked of the deals: which of a drive's rows an address means."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray
from werkzeug.datastructures import MultiDict

from portal.sandbox.drives.addressed import page_in
from portal.sandbox.drives.columns import NONE, Columns, Numbers
from portal.sandbox.drives.days import (
    day_in_words,
    first_of,
    last_of,
    month_in_words,
    month_number,
    months_of,
    start_of,
    today,
)
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import facts_of, stages_of
from portal.sandbox.drives.kinds import Deal
from portal.sandbox.scenarios.hours import DAY
from portal.shared.problems import Problem

YOU = "You"
MONTHS_AHEAD = 3  # how far the outlook reaches, the present month included
PAGE = 50

Rows = NDArray[np.bool_]


class Question(NamedTuple):
    """The deals asked for; empty asks for all.

    `close` and `closed` are a month as `2026-03`; `close` also `ahead` (to the end of the outlook), `late` or `none`.
    """

    stage: str = ""
    owner: str = ""
    close: str = ""
    closed: str = ""
    waiting: str = ""


class Asked(NamedTuple):
    """What an address asks for: a question, and which page of the answer."""

    question: Question
    page: int


def read_address(sent: MultiDict[str, str], drive: Drive, *, known: Iterable[str] = Question._fields) -> Asked:
    """What the address asks for. Raises Problem (400) for a filter or a value that there is not."""
    known = set(known)
    if strangers := sorted(set(sent) - known - {"page"}):
        raise _bad(f"There is no filter called {strangers[0][:40]}", "Take it out of the address.")
    question = Question(**{name: sent.get(name, "") for name in known})
    _check("stage", question.stage, [stage.name for stage in stages_of(drive)])
    _check("owner", question.owner, owners_of(drive))
    if question.close not in ("", "ahead", "late", "none"):
        _month(question.close)
    if question.closed:
        _month(question.closed)
    _check("waiting", question.waiting, ["long"])
    return Asked(question, page_in(sent.get("page")))


def write_query(question: Question, *, page: int = 1, **more: str) -> str:
    """The question as the query of an address, from the `?` on; what goes without saying is left out."""
    said = {name: value for name, value in {**question._asdict(), **more}.items() if value}
    if page > 1:
        said["page"] = page
    return f"?{urlencode(said)}" if said else ""


def asked_for(drive: Drive, columns: Columns, question: Question) -> Rows:
    """Which of the rows the question means."""
    found: Rows = np.ones(len(columns), dtype=np.bool_)
    if question.stage:
        rank = [stage.name for stage in stages_of(drive)].index(question.stage)
        found &= columns.numbers("stage_rank") == rank
    if question.owner:
        found &= np.asarray(columns.texts("owner") == question.owner, dtype=np.bool_)
    if question.close:
        found &= _to_close(drive, columns.numbers("close_on"), question.close) & is_open(drive, columns)
    if question.closed:
        found &= months_of(drive, columns.numbers("closed_at")) == _month(question.closed)
        found &= ~is_open(drive, columns)
    if question.waiting:
        found &= waiting(drive, columns)
    return found


def is_open(drive: Drive, columns: Columns) -> Rows:
    """Which deals are still to be decided."""
    by_rank = np.array([stage.is_open for stage in stages_of(drive)], dtype=np.bool_)
    found: Rows = by_rank[columns.numbers("stage_rank")]
    return found


def waiting(drive: Drive, columns: Columns) -> Rows:
    """Which deals have stood on their stage for longer than is usual there."""
    most = np.array([_longest(stage.wait) for stage in stages_of(drive)], dtype=np.int64)
    found: Rows = drive.clock - columns.numbers("moved_at") > most[columns.numbers("stage_rank")]
    return found


def is_waiting(drive: Drive, deal: Deal) -> bool:
    """The same of one deal."""
    return drive.clock - deal.moved_at > _longest(stages_of(drive)[deal.stage_rank].wait)


def ahead_until(drive: Drive) -> date:
    """The last day of the outlook."""
    return last_of(month_number(today(drive)) + MONTHS_AHEAD - 1)


def owners_of(drive: Drive) -> list[str]:
    """Who a deal can belong to."""
    return [YOU, *(owner for owner in facts_of(drive).get("owners", ()) if owner != YOU)]


def close_choices(drive: Drive) -> Mapping[str, str]:
    """What the deals can be asked for by the date on which they close, in words."""
    now = today(drive)
    month = month_number(now)
    months = {month_key(one): month_in_words(one, seen_from=now) for one in range(month, month + MONTHS_AHEAD)}
    return {
        "": "Any close date",
        "ahead": f"By {day_in_words(ahead_until(drive), seen_from=now)}",
        **months,
        "late": "Date has passed",
        "none": "No date yet",
    }


def month_key(month: int) -> str:
    """A month as an address has it."""
    return f"{first_of(month):%Y-%m}"


def _to_close(drive: Drive, close_on: Numbers, when: str) -> Rows:
    found: Any
    if when == "none":
        found = close_on == NONE
    elif when == "late":
        found = (close_on != NONE) & (close_on < start_of(drive, today(drive)))
    elif when == "ahead":
        found = (close_on != NONE) & (close_on < start_of(drive, ahead_until(drive) + timedelta(days=1)))
    else:
        found = months_of(drive, close_on) == _month(when)
    rows: Rows = found
    return rows


def _longest(wait: int | None) -> int:
    return int(np.iinfo(np.int64).max) if wait is None else wait * DAY


def _month(text: str) -> int:
    if not (found := _MONTH.fullmatch(text)):
        raise _bad("There is no such month", "Write it as 2026-03.")
    return (int(found[1]) - 1970) * 12 + int(found[2]) - 1


_MONTH = re.compile(r"(19[7-9]\d|2\d{3})-(0[1-9]|1[0-2])", re.ASCII)


def _check(name: str, value: str, known: Iterable[str]) -> None:
    if value and value not in known:
        raise _bad(f"There is no such {name}", f"There are: {', '.join(known)}.")


def _bad(title: str, detail: str) -> Problem:
    return Problem(400, title, detail)
