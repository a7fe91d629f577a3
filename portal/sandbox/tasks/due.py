"""The only place that reads by when something is to be done: a date, or words such as “in 3 days” or “friday”."""

import re
from datetime import date, timedelta

FURTHEST = 730  # days ahead, and back


class NotADay(ValueError):
    """What was typed is no day that can be meant; the message says what to type."""


def read_day(typed: str, *, today: date) -> date:
    """The day that was typed, as seen from `today`. Raises NotADay."""
    text = " ".join(typed.casefold().split())
    day = _spoken(text, today) or _written(text, today)
    if day is None:
        raise NotADay(_HINT)
    if abs((day - today).days) > FURTHEST:
        raise NotADay("Type a day within two years.")
    return day


def _spoken(text: str, today: date) -> date | None:
    if text in _WORDS:
        return today + timedelta(days=_WORDS[text])
    if text.removeprefix("on ").removeprefix("next ") in _WEEKDAYS:
        weekday = _WEEKDAYS[text.removeprefix("on ").removeprefix("next ")]
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    found = re.fullmatch(r"(?:in )?([0-9]{1,4}) ?(d|days?|w|weeks?|months?)", text)
    if found is None:
        return None
    count, unit = int(found[1]), found[2]
    return today + timedelta(days=min(count * (30 if unit[0] == "m" else 7 if unit[0] == "w" else 1), 10 * FURTHEST))


def _written(text: str, today: date) -> date | None:
    """`2026-03-05`, `3/5`, `3/5/2026`, `mar 5`, `march 5, 2026`; without a year the next such day."""
    if found := re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", text):
        return _made(int(found[1]), int(found[2]), int(found[3]))
    if found := re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})(?:/([0-9]{4}))?", text):
        return _in_year(found[3], int(found[1]), int(found[2]), today)
    if found := re.fullmatch(r"([a-z]{3,9})\.? ([0-9]{1,2})(?:(?:,| ) ?([0-9]{4}))?", text):
        month = next((at for at, name in enumerate(_MONTHS, 1) if name.startswith(found[1])), 0)
        return _in_year(found[3], month, int(found[2]), today)
    return None


def _in_year(year: str | None, month: int, day: int, today: date) -> date | None:
    if year is not None:
        return _made(int(year), month, day)
    found = _made(today.year, month, day)
    return found if found is None or found >= today else _made(today.year + 1, month, day)


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:  # February 30
        return None


_HINT = "Type a date such as 2026-03-05 or Mar 5, or words such as tomorrow, friday or in 3 days."
_WORDS = {"today": 0, "tomorrow": 1, "next week": 7, "in a week": 7, "in a day": 1, "in a month": 30, "next month": 30}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAYS = {name[:length]: at for at, name in enumerate(_DAYS) for length in (3, len(name))}
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
