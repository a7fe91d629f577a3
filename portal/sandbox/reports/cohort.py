"""The only place for the report on how fast leads buy, by the month in which they came in."""

import numpy as np
from sqlalchemy.orm import Session

from portal.sandbox.drives.days import month_in_words
from portal.sandbox.drives.drive import Drive
from portal.sandbox.reports.ground import Ground
from portal.sandbox.reports.report import Cell, Chart, Group, Heat, Report, Table, in_percent, percent

MONTHS = 7
NEVER = 10**6
SHADES = ("heat-0", "heat-1", "heat-2", "heat-3", "heat-4")


def cohort(_db: Session, _drive: Drive, ground: Ground) -> Report:
    """Of the leads of each of the last months: how many had bought by the end of that month, of the next, and so on."""
    after = _months_until_bought(ground)
    first = ground.month - MONTHS + 1
    groups: dict[str, Group] = {}
    lines: list[tuple[str, int, list[int]]] = []
    for month in range(first, ground.month + 1):
        name = month_in_words(month, seen_from=ground.today)
        came = np.flatnonzero(ground.came_in == month)
        groups[f"came-{month}"] = Group("lead", f"Leads that came in in {name}", came)
        counts = []
        for later in range(ground.month - month + 1):
            bought = came[after[came] <= later]
            when = "that month" if not later else f"{later} {'month' if later == 1 else 'months'} later at the latest"
            groups[f"bought-{month}-{later}"] = Group("lead", f"Leads of {name} that had bought {when}", bought)
            counts.append(len(bought))
        lines.append((name, len(came), counts))
    known = [(percent(counts[1], came), name) for name, came, counts in lines if came and len(counts) > 1]
    best = max(known, default=None)
    top = max((percent(count, came) for _, came, counts in lines for count in counts), default=0)
    heads = ("Same month", *(str(later) for later in range(1, MONTHS)))
    return Report(
        "cohort",
        f"{best[1]}’s leads bought fastest: {in_percent(best[0], 100)} by the month after"
        if best and best[0]
        else "No lead of these months has bought yet",
        "Bought so far, in percent of the month’s new leads, by months since they came in",
        Chart(
            "heat",
            "",
            [
                Heat(
                    name,
                    f"{came:,}",
                    [(f"{percent(count, came):.1f}", _shade(percent(count, came), top)) for count in counts],
                )
                for name, came, counts in lines
            ],
            key=((SHADES[0], "0"), (SHADES[2], f"{top / 2:.1f}"), (SHADES[4], f"{top:.1f}")),
            heads=("Became a lead", "Leads", *heads),
        ),
        Table(
            "Leads that had bought, by months since they came in",
            ("Became a lead", "Leads", *heads),
            [
                (
                    name,
                    (
                        Cell(f"{came:,}", f"came-{month}"),
                        *(Cell(f"{count:,}", f"bought-{month}-{later}") for later, count in enumerate(counts)),
                        *(Cell("") for _ in range(MONTHS - len(counts))),
                    ),
                )
                for month, (name, came, counts) in enumerate(lines, start=first)
            ],
        ),
        groups,
    )


def _months_until_bought(ground: Ground) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """For each lead the months from its coming in to its first won deal, or NEVER."""
    first = np.full(len(ground.leads), NEVER, dtype=np.int64)
    won = np.flatnonzero(ground.is_won & (ground.lead_of >= 0))
    np.minimum.at(first, ground.lead_of[won], ground.closed_in[won])
    return np.where(first == NEVER, NEVER, np.maximum(first - ground.came_in, 0))


def _shade(share: float, top: float) -> str:
    return SHADES[0 if not share or not top else min(4, 1 + int(share * 4 / top - 1e-9))]
