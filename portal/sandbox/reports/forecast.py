"""The only place for the report on what is won each month, and what the next ones will likely bring."""

from math import sqrt
from typing import NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from portal.sandbox.drives.columns import NONE
from portal.sandbox.drives.days import month_in_words, months_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.leads.wording import money_in_words
from portal.sandbox.reports.ground import Ground
from portal.sandbox.reports.report import Cell, Chart, Column, Group, Report, Rows, Table, percent, scale_to

BEFORE, AHEAD = 6, 3  # months; the present one is the first of those ahead
FOUR_IN_FIVE = 1.2816  # standard deviations to either side


class Month(NamedTuple):
    """A month: what is won in it, what its open deals will likely bring, and how far that may be off."""

    name: str
    short: str
    number: int
    won: int
    open: int
    likely: int
    spread: float

    @property
    def total(self) -> int:
        """What it will likely have brought."""
        return self.won + self.likely


def forecast(_db: Session, drive: Drive, ground: Ground) -> Report:
    """Won deals by the month that closed them; open ones by the month they are dated to, weighted by their stage."""
    groups: dict[str, Group] = {}
    months = [_month(drive, ground, month, groups) for month in range(ground.month - BEFORE, ground.month + AHEAD)]
    ahead = months[BEFORE:]
    top = scale_to(max(month.total + month.spread for month in months) / 100)
    total = sum(month.total for month in ahead)
    spread = sqrt(sum(month.spread**2 for month in ahead))
    low, high = (money_in_words(_whole(total + way * spread), drive.currency) for way in (-1, 1))
    span = f"{ahead[0].name} to {ahead[-1].name}"
    unit, size = ("thousand", 1000) if top >= 10_000 else ("", 1)
    return Report(
        "forecast",
        f"{span} will likely bring {money_in_words(_whole(total), drive.currency)}"
        if total
        else f"Nothing is dated to {span} yet",
        f"Won by month, in {f'{unit} ' if unit else ''}{drive.currency}. The thick line is likely; four times in five"
        f" it ends inside the hatching, {low} to {high} in all. Open deals without a date are left out.",
        Chart(
            "columns",
            ", ".join(f"{month.name} {money_in_words(_whole(month.total), drive.currency)}" for month in months),
            [_column(month, top, size, is_ahead=at >= BEFORE) for at, month in enumerate(months)],
            scale=[(25.0 * step, f"{top * step / 4 / size:,.0f}") for step in range(5)],
        ),
        Table(
            "Won and likely, by month",
            ("Month", "Won", "Open deals", "Likely of them", "In all", "Low", "High"),
            [
                (
                    month.name,
                    (
                        Cell(money_in_words(month.won, drive.currency), f"won-{month.number}"),
                        *_ahead_cells(drive, month, is_ahead=at >= BEFORE),
                    ),
                )
                for at, month in enumerate(months)
            ],
        ),
        groups,
    )


def _month(drive: Drive, ground: Ground, month: int, groups: dict[str, Group]) -> Month:
    amounts = np.maximum(ground.deals.numbers("amount"), 0)
    name = month_in_words(month, seen_from=ground.today)
    won = np.flatnonzero(ground.is_won & (ground.closed_in == month))
    groups[f"won-{month}"] = Group("deal", f"Deals won in {name}", won)
    dated: Rows = np.array([], dtype=np.int64)
    if month >= ground.month:
        close_on = ground.deals.numbers("close_on")
        to_close = months_of(drive, close_on)
        # What should have been decided before now will be, at the earliest, this month.
        is_due = (to_close <= month) & (close_on != NONE) if month == ground.month else to_close == month
        dated = np.flatnonzero(ground.is_open & is_due)
        when = f"{name}{_or_before(ground, month)}"
        groups[f"open-{month}"] = Group("deal", f"Open deals dated to {when}", dated)
        both = np.concatenate((won, dated))
        groups[f"all-{month}"] = Group("deal", f"Deals won in {name}, and open ones dated to {when}", both)
    chances = np.array([stage.chance for stage in ground.stages], dtype=np.int64)[
        ground.deals.numbers("stage_rank")[dated]
    ]
    worth = amounts[dated]
    variance = (worth.astype(np.float64) ** 2 * (chances / 100) * (1 - chances / 100)).sum()
    return Month(
        name,
        name[:3],
        month,
        int(amounts[won].sum()),
        len(dated),
        int((worth * chances).sum()) // 100,
        FOUR_IN_FIVE * sqrt(float(variance)),
    )


def _or_before(ground: Ground, month: int) -> str:
    return " or before" if month == ground.month else ""


def _column(month: Month, top: float, size: int, *, is_ahead: bool) -> Column:
    def height(minor: float) -> float:
        return round(percent(max(minor, 0.0) / 100, top), 2)

    words = f"{month.total / 100 / size:,.0f}"
    won = [("fill-accent", height(month.won))]
    if not is_ahead:
        return Column(month.short, words, won)
    return Column(
        month.short,
        words,
        won if month.won else [],
        likely=height(month.total),
        low=max(height(month.total - month.spread), height(month.won)),
        high=height(month.total + month.spread),
    )


def _ahead_cells(drive: Drive, month: Month, *, is_ahead: bool) -> tuple[Cell, ...]:
    if not is_ahead:
        won = Cell(money_in_words(month.won, drive.currency), f"won-{month.number}")
        return Cell(""), Cell(""), won, Cell(""), Cell("")
    low, high = max(month.total - month.spread, month.won), month.total + month.spread
    of_open, of_all = f"open-{month.number}", f"all-{month.number}"
    made = ((month.likely, of_open), (month.total, of_all), (low, of_all), (high, of_all))
    return (
        Cell(f"{month.open:,}", of_open),
        *(Cell(money_in_words(_whole(one), drive.currency), group) for one, group in made),
    )


def _whole(minor: float) -> int:
    return max(0, int(minor)) // 100 * 100
