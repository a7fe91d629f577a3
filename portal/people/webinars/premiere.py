"""The only place that writes a premiere as a file for calendars (iCalendar, RFC 5545)."""

import re
from datetime import UTC, datetime

from portal.people.webinars.recording import Recording

PRODUCT = "-//CustomerHub//Learning center//EN"
_MOST_OCTETS = 75  # a line, its end left out (section 3.1)


def as_calendar(webinar: Recording, *, begins_at: datetime, url: str, told_at: datetime) -> str:
    """The event, which takes the place of what a calendar had of the same webinar before.

    `url` is the site's address, `told_at` when what it says was published.
    """
    page = f"{url}/webinars/{webinar.slug}"
    host = re.sub(r"^https?://|:\d+$", "", url)
    lines = (
        *("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "METHOD:PUBLISH", "BEGIN:VEVENT"),
        f"UID:{webinar.slug}@{host}",
        f"DTSTAMP:{_moment(told_at)}",
        f"LAST-MODIFIED:{_moment(told_at)}",
        f"DTSTART:{_moment(begins_at)}",
        f"DURATION:PT{max(1, round(webinar.seconds))}S",
        f"SUMMARY:{_text(webinar.title)}",
        f"DESCRIPTION:{_text(f'{webinar.summary} No account, no e-mail address: {page}')}",
        f"URL:{page}",
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
