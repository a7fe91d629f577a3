"""The only place that says what a report is: a finding, a chart, a table, and the rows behind each of its numbers."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]


class Group(NamedTuple):
    """The rows behind a number: of what they are, what they have in common, and their places in the columns."""

    of: Literal["lead", "deal", "entry"]
    name: str
    at: Rows


class Cell(NamedTuple):
    """What a cell of the table says, and the key of the group behind it, or empty."""

    words: str
    group: str = ""


class Table(NamedTuple):
    """A table: what it is of, its heads, and its lines, each with a name."""

    caption: str
    heads: Sequence[str]
    lines: Sequence[tuple[str, Sequence[Cell]]]


class Bar(NamedTuple):
    """A bar of a chart: its name and words, how long it is in percent of the whole, a word on it, and its fill."""

    name: str
    words: str
    share: float
    note: str = ""
    fill: str = "fill-accent"


class Pair(NamedTuple):
    """Two shares side by side, in percent of the longest."""

    name: str
    first: Bar
    second: Bar
    is_strong: bool


class Column(NamedTuple):
    """A column of a chart: what stands in it from the ground up, in percent of the height, and a range above.

    `likely`, `low` and `high` are in percent of the height, or None.
    """

    name: str
    words: str
    parts: Sequence[tuple[str, float]]
    likely: float | None = None
    low: float | None = None
    high: float | None = None


class Heat(NamedTuple):
    """A line of a table that is shaded: its name, how many it is of, and each share with the class of its shade."""

    name: str
    words: str
    cells: Sequence[tuple[str, str]]


class Chart(NamedTuple):
    """A chart: which, its words for who cannot see it, what it is made of, and the marks of its scale from 0 up."""

    kind: Literal["bars", "pairs", "columns", "heat"]
    words: str
    made_of: Sequence[Bar | Pair | Column | Heat]
    scale: Sequence[tuple[float, str]] = ()
    key: Sequence[tuple[str, str]] = ()
    heads: Sequence[str] = ()


class Report(NamedTuple):
    """A report: the name of its page, its finding, what is counted, chart and table, and the groups by key."""

    name: str
    finding: str
    about: str
    chart: Chart
    table: Table
    groups: Mapping[str, Group]


def percent(part: int | float, whole: int | float) -> float:
    """`part` in percent of `whole`, 0 of nothing."""
    return part * 100 / whole if whole else 0.0


def in_percent(part: int | float, whole: int | float) -> str:
    """The same in words: `36%`, `0.4%`."""
    value = percent(part, whole)
    return f"{value:.0f}%" if value >= 10 or value == round(value) else f"{value:.1f}%"


def scale_to(most: float, *, steps: int = 4) -> float:
    """The end of a scale of so many even steps that holds `most`."""
    if most <= 0:
        return float(steps)
    step = most / steps
    size = 10.0 ** np.floor(np.log10(step))
    return float(next(one * size for one in (1, 2, 2.5, 5, 10) if one * size >= step - 1e-9) * steps)
