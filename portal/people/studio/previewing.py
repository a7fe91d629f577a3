"""The only place that knows what can be previewed, as whom, and how the links of such a page stay in the preview."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portal.people.sessions import Account, Kind

ROOT = "/studio/previews/"
NOW = "now"
PAGES = frozenset(  # what answers as of a moment: it asks `web.as_of`, and changes nothing
    {
        *("home.index", "search.index", "search.show", "search.suggestions", "tips.index", "tips.show"),
        *("paths.index", "paths.show"),
        *("webinars.show", "webinars.film", "webinars.premiere", "webinars.transcript", "webinars.timed_transcript"),
        "polls.show",
    }
)
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Somebody a page is previewed as: `kind` is what they are signed in as, if at all."""

    slug: str
    name: str
    kind: Kind | None = None
    runs_scripts: bool = True

    @property
    def account(self) -> Account | None:
        """An account that nobody has: nothing of anybody is shown."""
        return Account(self.kind, "previewed") if self.kind else None


READERS = {
    reader.slug: reader
    for reader in (
        Reader(slug="visitor", name="Somebody without an account"),
        Reader(slug="person", name="Somebody signed in", kind="person"),
        Reader(slug="visitor-without-scripts", name="Without an account or JavaScript", runs_scripts=False),
        Reader(slug="person-without-scripts", name="Signed in, without JavaScript", kind="person", runs_scripts=False),
    )
}


def read_moment(typed: str, *, now: datetime) -> datetime | None:
    """The moment that an address or a form names, `now` where it names none; None where it cannot be read."""
    typed = typed.strip()
    if typed in ("", NOW):
        return now
    try:
        found = datetime.fromisoformat(typed)
        at = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if _EARLIEST <= at < _LATEST else None


def written(at: datetime | None) -> str:
    """The moment as addresses of previews have it, rounded up to a second; None is whatever the moment is by then."""
    if at is None:
        return NOW
    whole = at + timedelta(microseconds=-at.microsecond % 1_000_000)
    return whole.strftime("%Y-%m-%dT%H:%M:%SZ" if whole.second else "%Y-%m-%dT%H:%MZ")


def root_of(*, at: str, reader: str) -> str:
    """What stands before the address of a page where it is previewed: so its links that name no site stay there."""
    return f"{ROOT}{at}/{reader}"


def keep_inside(html: str, root: str, *, is_page: Callable[[str], bool]) -> str:
    """The page with its links to what `is_page` leading to previews; what it would send goes to the preview, too.

    The pages are our own, whose templates write attributes in one way; what somebody typed has no quotes in it.
    """
    html = _SENT.sub(lambda found: f"{found[1]}{root}{found[2]}", html)
    html = _LINK.sub(lambda found: f"{found[1]}{root if is_page(found[2]) else ''}{found[2]}", html)
    return html.replace("<title>", "<title>Preview: ", 1)


_SENT = re.compile(r'(<form\b[^>]*\bmethod="post"[^>]*\baction=")(/(?!/)[^"]*)')
_LINK = re.compile(r'(\b(?:href|action|data-making|data-suggest)=")(/(?!/)[^"]*)')
