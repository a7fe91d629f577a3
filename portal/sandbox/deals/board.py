"""The only place that counts the pipeline: what stands on each stage, what it is worth, and where it is heading."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from portal.sandbox.deals.question import Question, Rows, ahead_until, asked_for, is_open, month_key, waiting
from portal.sandbox.drives.columns import NONE, Columns, Numbers, columns_of
from portal.sandbox.drives.days import month_number, today
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import Stage, facts_of, stages_of
from portal.sandbox.drives.kinds import DEALS, Deal
from portal.sandbox.drives.rows import find_rows

SHOWN = 5  # cards in a lane
SHOWN_CLOSED = 3


class Sum(NamedTuple):
    """How many deals, and what they are worth together."""

    deals: int
    amount: int


class Lane(NamedTuple):
    """A stage with the first of its deals; `weighted` is what it is likely to bring. `query` asks for all of them."""

    stage: Stage
    total: Sum
    weighted: int
    deals: list[Deal]
    query: Question


class Outlook(NamedTuple):
    """Where the pipeline heads until a day: what is won this month, and what the deals dated until then will bring."""

    until: date
    won: int
    parts: list[tuple[Stage, int]]
    open: Sum
    waiting: Sum
    beyond: int  # weighted, of deals that have no date or a later one
    goal: int | None

    @property
    def forecast(self) -> int:
        """What the open deals are likely to bring."""
        return sum(amount for _, amount in self.parts)

    @property
    def heading(self) -> int:
        """All of it."""
        return self.won + self.forecast


class Board(NamedTuple):
    """The lanes of the open stages, those of what was decided this month, and the outlook."""

    open: list[Lane]
    closed: list[Lane]
    outlook: Outlook


def board_of(db: Session, drive: Drive, question: Question, *, pinned: str = "") -> Board:
    """The board of the bound drive; the deal `pinned` stands first in its lane, whatever it is worth."""
    columns = columns_of(db, drive, DEALS)
    asked = asked_for(drive, columns, question)
    ours = asked_for(drive, columns, Question(owner=question.owner))  # what is decided has no date ahead
    this_month = month_key(month_number(today(drive)))
    urgency = _urgency(drive, columns, pinned)
    decided = ours & asked_for(drive, columns, Question(closed=this_month))
    lanes = [
        _lane(columns, asked, stage, rank, urgency, question._replace(stage=stage.name), SHOWN)
        if stage.is_open
        else _lane(columns, decided, stage, rank, urgency, _decided(question, stage, this_month), SHOWN_CLOSED)
        for rank, stage in enumerate(stages_of(drive))
    ]
    shown = find_rows(db, drive, DEALS, [one for _, ids in lanes for one in ids])
    open_lanes, closed_lanes = (
        [lane._replace(deals=[shown[one] for one in ids]) for lane, ids in lanes if lane.stage.is_open is is_still_open]
        for is_still_open in (True, False)
    )
    return Board(open_lanes, closed_lanes, _outlook(drive, columns, asked, closed_lanes))


def page_of(db: Session, drive: Drive, rows: Rows, *, page: int, size: int) -> tuple[list[Deal], int]:
    """A page of these rows, what is worth most first, and how many there are in all."""
    columns = columns_of(db, drive, DEALS)
    order = in_order(drive, columns, rows)
    return deals_at(db, drive, order[(page - 1) * size : page * size]), len(order)


def in_order(drive: Drive, columns: Columns, rows: Rows) -> NDArray[Any]:
    """The places of these rows, what is worth most first."""
    at = np.flatnonzero(rows)
    order: NDArray[Any] = at[np.argsort(-_urgency(drive, columns, "")[at], kind="stable")]
    return order


def deals_at(db: Session, drive: Drive, at: NDArray[Any]) -> list[Deal]:
    """The deals in these rows."""
    ids = columns_of(db, drive, DEALS).texts("id")[at].tolist()
    found = find_rows(db, drive, DEALS, ids)
    return [found[one] for one in ids]


def sum_of(columns: Columns, rows: Rows) -> Sum:
    """How many of these rows there are, and what they are worth."""
    amounts = columns.numbers("amount")[rows]
    return Sum(len(amounts), int(amounts[amounts != NONE].sum()))


def weighted(amount: int, stage: Stage) -> int:
    """What an amount on a stage is likely to bring, in whole minor units."""
    return amount * stage.chance // 100


_FIRST = 1 << 60  # above any amount


def _urgency(drive: Drive, columns: Columns, pinned: str) -> Numbers:
    """What is shown first: what just moved, then what is worth most."""
    urgency = np.maximum(columns.numbers("amount"), -1)
    urgency[columns.numbers("moved_at") == drive.clock] += _FIRST
    if pinned:
        urgency[np.asarray(columns.texts("id") == pinned, dtype=np.bool_)] += _FIRST
    found: Numbers = urgency
    return found


def _lane(
    columns: Columns, among: Rows, stage: Stage, rank: int, urgency: Numbers, query: Question, most: int
) -> tuple[Lane, list[str]]:
    """A lane without its deals, and the ids of those that it shows."""
    rows = among & (columns.numbers("stage_rank") == rank)
    at = np.flatnonzero(rows)
    first = at[np.argsort(-urgency[at], kind="stable")[:most]]
    total = sum_of(columns, rows)
    return Lane(stage, total, weighted(total.amount, stage), [], query), columns.texts("id")[first].tolist()


def _decided(question: Question, stage: Stage, month: str) -> Question:
    return Question(stage=stage.name, owner=question.owner, closed=month)


def _outlook(drive: Drive, columns: Columns, asked: Rows, closed: Sequence[Lane]) -> Outlook:
    still_open = asked & is_open(drive, columns)
    ahead = still_open & asked_for(drive, columns, Question(close="ahead"))
    ranks = columns.numbers("stage_rank")
    parts, beyond = [], 0
    for rank, stage in enumerate(stages_of(drive)):
        if stage.is_open:
            parts.append((stage, weighted(sum_of(columns, ahead & (ranks == rank)).amount, stage)))
            beyond += weighted(sum_of(columns, still_open & ~ahead & (ranks == rank)).amount, stage)
    return Outlook(
        until=ahead_until(drive),
        won=sum(lane.total.amount for lane in closed if lane.stage.step == "won"),
        parts=parts,
        open=sum_of(columns, still_open),
        waiting=sum_of(columns, still_open & waiting(drive, columns)),
        beyond=beyond,
        goal=_goal(drive),
    )


def _goal(drive: Drive) -> int | None:
    goal = facts_of(drive).get("goal")
    return goal if isinstance(goal, int) and goal > 0 else None
