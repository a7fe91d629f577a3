"""The only place that writes a premiere as a file for calendars (iCalendar, RFC 5545)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

PRODUCT = "-//CustomerHub//Learning center//EN"
_MOST_OCTETS = 75  # a line, its end left out (section 3.1)


@dataclass(frozen=True, kw_only=True)
class Premiere:
    """What is shown for the first time, when and how long; `url` is its page, `told_at` when that was last said."""

    slug: str
    title: str
    summary: str
    url: str
    begins_at: datetime
    seconds: float
    told_at: datetime


def as_calendar(premiere: Premiere) -> str:
    """The event, which takes the place of what a calendar had under the same name before."""
    host = re.sub(r"^https?://|:\d+$", "", premiere.url.partition("/webinars/")[0])
    lines = (
        *("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "METHOD:PUBLISH", "BEGIN:VEVENT"),
        f"UID:{premiere.slug}@{host}",
        f"DTSTAMP:{_moment(premiere.told_at)}",
        f"LAST-MODIFIED:{_moment(premiere.told_at)}",
        f"DTSTART:{_moment(premiere.begins_at)}",
        f"DURATION:PT{max(1, round(premiere.seconds))}S",
        f"SUMMARY:{_text(premiere.title)}",
        f"DESCRIPTION:{_text(f'{premiere.summary} No account, no e-mail address: {premiere.url}')}",
        f"URL:{premiere.url}",
        *("TRANSP:TRANSPARENT", "END:VEVENT", "END:VCALENDAR"),
    )
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    """A text as section 3.3.11 has it: what means something in a line is said with a backslash."""
    one_line = "".join(letter if letter.isprintable() else " " for letter in words)
    return re.sub(r"([\\;,])", r"\\\1", one_line)


def _folded(line: str) -> str:
    """A long line in several, each but the first beginning with a space; no letter is cut in two."""
    parts, size = [""], 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > _MOST_OCTETS:
            parts.append(" ")
            size = 1
        parts[-1] += letter
        size += octets
    return "\r\n".join(parts)
