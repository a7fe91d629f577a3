"""The only place that drafts the announcement of a webinar: a file that somebody reads, mends and sends, or deletes.

Nothing leaves by itself. The draft is one more campaign of the studio, to those who asked to hear of webinars.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from portal.people.outreach import campaigns

SEGMENT = "agreed-to-webinars"
_MOST_OF_A_SLUG = 48 - len("-is-out")


class DraftedBefore(FileExistsError):
    """There is a campaign of that name, which is left as it is; the message says where."""


@dataclass(frozen=True, kw_only=True)
class News:
    """What is announced: a recorded webinar that can be watched, or one that will be shown at `premiere_at`."""

    slug: str
    title: str
    summary: str
    presenter: str
    premiere_at: datetime | None = None

    @property
    def campaign(self) -> str:
        """The name of the campaign that announces it."""
        return f"{self.slug[:_MOST_OF_A_SLUG].rstrip('-')}-is-out"


def draft_announcement(news: News, *, folder: Path | None = None) -> Path:
    """Write the draft into the folder of campaigns; the file. Raises DraftedBefore."""
    path = (folder or campaigns.FOLDER) / f"{news.campaign}.md"
    source = _source(news)
    campaigns.read_campaign(path.stem, source)  # what we write can be sent, whatever a title holds
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(source)
    except FileExistsError as fault:
        raise DraftedBefore(f"{path} is there already, and stays as it is. Change it, or delete it first.") from fault
    return path


def _source(news: News) -> str:
    is_to_come = news.premiere_at is not None
    title, presenter = _plain(news.title), _plain(news.presenter)
    keys = {
        "title": _cut(f"{'Premiere' if is_to_come else 'New recording'}: {title}", 80),
        "subject": _cut(f"{'Soon' if is_to_come else 'New webinar'}: {title}", 90),
        "kind": "announcement",
        "purpose": "webinars",
        "segment": SEGMENT,
        "from": _cut(presenter, 60),
        "button": "See when it is shown" if is_to_come else "Watch the recording",
        "leads_to": f"/webinars/{news.slug}",
    }
    head = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in keys.items())
    return f"+++\n{head}rest_days = 0\n+++\n\nDear {{name|reader}},\n\n{_body(news, title)}\n"


def _body(news: News, title: str) -> str:
    words = f"“{title}” is a new recording of ours. {_plain(news.summary)}"
    if news.premiere_at is None:
        return f"{words}\n\nStop it at any line, and try the same thing in a practice CRM where nobody is real."
    at = news.premiere_at.astimezone(UTC)
    when = f"{at:%A, %B} {at.day}, {at:%Y}, at {at:%H:%M} UTC"
    calendar = f"[Put it in your calendar](/webinars/{news.slug}/premiere.ics)"
    return f"{words}\n\nIt is shown for the first time on {when}. {calendar}, or watch it whenever you like after that."


def _plain(words: str) -> str:
    """On one line, and nothing in it that a campaign would read as a placeholder, a link or HTML."""
    shown = "".join(letter for letter in " ".join(words.split()) if letter.isprintable())
    return re.sub(r"=\?", "= ?", shown.translate(str.maketrans("{}<>[]`*", "()‹›()'·")))


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"
