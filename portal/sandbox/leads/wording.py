"""The only place that says how a lead's figures and moments are written, and which picture a kind of activity has."""

from collections.abc import Sequence
from datetime import datetime

from portal.sandbox.drives.twins import written_phone
from portal.sandbox.scenarios.hours import DAY

ACTIVITY_ICONS = {
    "call": "phone",
    "came_in": "log-in",
    "clicked": "mouse-pointer-click",
    "complained": "message-circle-warning",
    "converted": "badge-check",
    "handed_over": "arrow-left-right",
    "lost": "circle-x",
    "merged": "merge",
    "missed": "phone-missed",
    "moved": "arrow-right",
    "note": "sticky-note",
    "opened": "mail-open",
    "opted_out": "mail-x",
    "paid": "receipt",
    "quoted": "file-text",
    "replied": "reply",
    "sent": "mail",
    "task": "circle-check",
    "visit": "store",
    "won": "handshake",
}
OTHER_ICONS = {"other": "circle-dot"}


def icon_of(kind: str) -> str:
    """The picture of an activity."""
    return ACTIVITY_ICONS.get(kind, OTHER_ICONS["other"])


def money_in_words(minor: int | None, currency: str) -> str:
    """An amount of minor units: `$18,400`, with cents only where there are any; empty for none."""
    if minor is None:
        return ""
    whole, cents = divmod(minor, 100)
    amount = f"{whole:,}.{cents:02}" if cents else f"{whole:,}"
    return f"{_SIGNS[currency]}{amount}" if currency in _SIGNS else f"{amount} {currency}"


def number_in_words(found: int) -> str:
    """A number of hundredths: `1,250`, with a fraction only where there is one."""
    whole, rest = divmod(found, 100)
    return f"{whole:,}.{rest:02}" if rest else f"{whole:,}"


def age_in_words(seconds: int) -> str:
    """How long ago something was, as short as a list needs it: `now`, `5 min`, `3 h`, `12 d`, `4 mo`, `2 y`."""
    for size, name in _SIZES:
        if seconds >= size:
            return f"{seconds // size} {name}"
    return "now"


def long_age_in_words(seconds: int) -> str:
    """How long something has been so, in whole words: `under an hour`, `3 hours`, `12 days`."""
    if seconds < 3600:
        return "under an hour"
    size, name = (3600, "hour") if seconds < 2 * DAY else (DAY, "day")
    count = seconds // size
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def date_in_words(at: datetime) -> str:
    """A day, as short as a list needs it: `Mar 3, 2026`."""
    return f"{at:%b} {at.day}, {at.year}"


def phone_in_words(number: str | None) -> str:
    """A number as people write it; empty for none."""
    if number is None:
        return ""
    return written_phone(number) if number.startswith("+1") else number


def leads_in_words(count: int) -> str:
    """So many leads: `1 lead`, `8,241 leads`."""
    return f"{count:,} lead{'' if count == 1 else 's'}"


def tags_that_fit(tags: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The tags that a row of the list has room for, at least one, and those that it only counts."""
    for shown in range(len(tags), 1, -1):
        count = _TAG_COUNT if shown < len(tags) else 0
        if sum(len(tag) + _TAG_EDGE for tag in tags[:shown]) + count <= _TAG_ROOM:
            return tags[:shown], tags[shown:]
    return tags[:1], tags[1:]


_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
_SIZES = ((365 * DAY, "y"), (30 * DAY, "mo"), (DAY, "d"), (3600, "h"), (60, "min"))
_TAG_ROOM, _TAG_EDGE, _TAG_COUNT = 20, 3, 5  # in characters
