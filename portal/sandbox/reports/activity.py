"""The only place for the report on what happened, week by week."""

from typing import NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from portal.sandbox.drives.days import day_in_words, day_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.happened import Happened, what_happened
from portal.sandbox.reports.ground import Ground
from portal.sandbox.reports.report import Cell, Chart, Column, Group, Report, Table, percent, scale_to
from portal.sandbox.scenarios.hours import DAY

WEEKS = 12
WEEK = 7 * DAY


class Family(NamedTuple):
    """Kinds of entries that are counted together; no kinds are all the others."""

    name: str
    key: str
    fill: str
    kinds: tuple[str, ...]


FAMILIES = (
    Family("Written", "written", "fill-accent", ("sent", "quoted")),
    Family("Read and answered", "answered", "fill-hatch", ("opened", "clicked", "replied")),
    Family("Calls and visits", "calls", "fill-dots", ("call", "missed", "visit")),
    Family("Everything else", "other", "fill-grid", ()),
)


def activity(db: Session, drive: Drive, ground: Ground) -> Report:
    """What happened in each of the last weeks up to the drive's present, by families of kinds."""
    happened = what_happened(db, drive)
    family_of = _families(happened)
    ago = np.floor_divide(drive.clock - happened.at, WEEK)
    recent = np.flatnonzero((ago >= 0) & (ago < WEEKS))  # only these are looked at, twelve times
    groups: dict[str, Group] = {}
    lines: list[tuple[str, list[int]]] = []
    for week in reversed(range(WEEKS)):
        since = day_in_words(day_of(drive, drive.clock - (week + 1) * WEEK + 1), seen_from=ground.today)
        here = recent[ago[recent] == week]
        counts = []
        for number, family in enumerate(FAMILIES):
            at = here[family_of[here] == number]
            groups[f"{family.key}-{week}"] = Group("entry", f"{family.name}, in the seven days from {since}", at)
            counts.append(len(at))
        groups[f"all-{week}"] = Group("entry", f"Everything in the seven days from {since}", here)
        lines.append((since, counts))
    last, before = sum(lines[-1][1]), sum(lines[-2][1])
    top = scale_to(max(sum(counts) for _, counts in lines))
    return Report(
        "activity",
        _finding(last, before),
        "Entries in the timelines of all leads, in weeks of seven days up to now",
        Chart(
            "columns",
            ", ".join(f"week from {since} {sum(counts):,}" for since, counts in lines),
            [
                Column(
                    _short(since) if at % 3 == 0 else "",
                    f"{sum(counts):,}",
                    [
                        (family.fill, round(percent(count, top), 2))
                        for family, count in zip(FAMILIES, counts, strict=True)
                        if count
                    ],
                )
                for at, (since, counts) in enumerate(lines)
            ],
            scale=[(25.0 * step, f"{top * step / 4:,.0f}") for step in range(5)],
            key=[(family.fill, family.name) for family in FAMILIES],
        ),
        Table(
            "Entries by week and kind",
            ("Week from", *(family.name for family in FAMILIES), "In all"),
            [
                (
                    since,
                    (
                        *(
                            Cell(f"{count:,}", f"{family.key}-{WEEKS - 1 - at}")
                            for family, count in zip(FAMILIES, counts, strict=True)
                        ),
                        Cell(f"{sum(counts):,}", f"all-{WEEKS - 1 - at}"),
                    ),
                )
                for at, (since, counts) in enumerate(lines)
            ],
        ),
        groups,
    )


def _families(happened: Happened) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    number_of = {kind: number for number, family in enumerate(FAMILIES) for kind in family.kinds}
    by_kind = np.array([number_of.get(kind, len(FAMILIES) - 1) for kind in happened.kinds], dtype=np.int64)
    return by_kind[happened.kind] if len(happened.kind) else np.array([], dtype=np.int64)


def _finding(last: int, before: int) -> str:
    if not last:
        return "Nothing happened in the last seven days"
    things = f"{last:,} {'thing' if last == 1 else 'things'} happened in the last seven days"
    if not before or last == before:
        return f"{things}, as many as in the seven before" if last == before else things
    return f"{things}, {percent(abs(last - before), before):.0f}% {'more' if last > before else 'fewer'} than before"


def _short(since: str) -> str:
    """`Mar 3`."""
    month, _, rest = since.partition(" ")
    return f"{month[:3]} {rest.split(',')[0]}"
