"""The only place that turns offsets into practice days and months, one at a time or a whole column."""

from datetime import date, timedelta
from typing import Any

import numpy as np

from portal.sandbox.drives.columns import NONE, Numbers
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import moment
from portal.sandbox.scenarios.hours import DAY


def today(drive: Drive) -> date:
    """The practice day of the drive's present."""
    return day_of(drive, drive.clock)


def day_of(drive: Drive, offset: int) -> date:
    """The practice day of an offset."""
    return moment(drive, offset).date()


def offset_of(drive: Drive, on: date) -> int:
    """The offset of a practice day: at the hour of the scenario's own present, which falls into working hours."""
    return (on - drive.epoch.date()).days * DAY


def start_of(drive: Drive, on: date) -> int:
    """The first offset of a practice day."""
    at = drive.epoch
    return offset_of(drive, on) - (at.hour * 3600 + at.minute * 60 + at.second)


def months_of(drive: Drive, offsets: Numbers) -> Numbers:
    """The months of these offsets, as `month_number` counts them; NONE stays."""
    first = np.datetime64(drive.epoch.date(), "D")
    days = np.floor_divide(np.where(offsets == NONE, 0, offsets) - start_of(drive, drive.epoch.date()), DAY)
    months: Any = (first + days.astype("timedelta64[D]")).astype("datetime64[M]").astype(np.int64)
    return np.where(offsets == NONE, NONE, months)


def month_number(on: date) -> int:
    """Months are counted from January 1970, which is 0."""
    return (on.year - 1970) * 12 + on.month - 1


def first_of(month: int) -> date:
    """The first day of a month."""
    return date(1970 + month // 12, month % 12 + 1, 1)


def last_of(month: int) -> date:
    """The last day of a month."""
    return first_of(month + 1) - timedelta(days=1)


def month_in_words(month: int, *, seen_from: date) -> str:
    """`March`, with its year where that is another one."""
    first = first_of(month)
    return f"{first:%B}" if first.year == seen_from.year else f"{first:%B} {first.year}"


def day_in_words(on: date, *, seen_from: date) -> str:
    """`May 31`, with its year where that is another one."""
    return f"{on:%B} {on.day}" if on.year == seen_from.year else f"{on:%B} {on.day}, {on.year}"
