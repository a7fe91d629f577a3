"""The only place that says what is announced of a webinar: how it is public, or will be."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from portal.people.outreach import campaigns
from portal.people.outreach.drafting import News, draft_announcement
from portal.people.publications.records import find_in_force, list_scheduled
from portal.people.webinars.recording import from_json


class NotAnnounced(LookupError):
    """There is nothing to announce; the message says what can be."""


def find_draft(slug: str) -> str | None:
    """The name of the campaign that announces the webinar of this name, where it is drafted."""
    name = News(slug=slug, title="", summary="", presenter="").campaign
    return name if (campaigns.FOLDER / f"{name}.md").is_file() else None


def draft_campaign(db: Session, *, slug: str, now: datetime) -> Path:
    """Draft the announcement of the webinar of this name, public or scheduled; the file. It sends nothing.

    Raises NotAnnounced, or DraftedBefore.
    """
    current = find_in_force(db, kind="webinar", slug=slug, at=now)
    coming = [record for record in list_scheduled(db, kind="webinar", at=now) if record.slug == slug]
    shown = [record for record in [*coming[:1], current] if record is not None and record.is_shown]
    if not shown:
        raise NotAnnounced(
            f"No webinar {slug} is public or scheduled. Those that are: bin/portal publications list webinar"
        )
    webinar = from_json(shown[0].content)
    return draft_announcement(
        News(
            slug=slug,
            title=webinar.title,
            summary=webinar.summary,
            presenter=webinar.presenter,
            premiere_at=webinar.premiere_at if webinar.is_to_come(now) else None,
        )
    )
