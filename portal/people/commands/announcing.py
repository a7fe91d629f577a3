"""The command that drafts a campaign about a webinar; it sends nothing."""

from portal.people.commands.opened import opened_database
from portal.people.outreach.drafting import News, draft_announcement
from portal.people.publications.records import find_in_force, list_scheduled
from portal.people.webinars.recording import from_json
from portal.shared import clock


class NotAnnounced(LookupError):
    """There is nothing to announce; the message says what can be."""


def draft_campaign(slug: str) -> str:
    """Draft the announcement of the webinar of this name, public or scheduled; says what to do with it.

    Raises NotAnnounced, or DraftedBefore.
    """
    now = clock.now()
    with opened_database() as (database, _), database.reading() as db:
        current = find_in_force(db, kind="webinar", slug=slug, at=now)
        coming = [record for record in list_scheduled(db, kind="webinar", at=now) if record.slug == slug]
    shown = [record for record in [*coming[:1], current] if record is not None and record.is_shown]
    if not shown:
        raise NotAnnounced(
            f"No webinar {slug} is public or scheduled. Those that are: bin/portal publications list webinar"
        )
    webinar = from_json(shown[0].content)
    news = News(
        slug=slug,
        title=webinar.title,
        summary=webinar.summary,
        presenter=webinar.presenter,
        premiere_at=webinar.premiere_at if webinar.is_to_come(now) else None,
    )
    path = draft_announcement(news)
    return (
        f"A draft of its announcement: {path}. Nobody gets it until somebody sends it at /studio/campaigns/{path.stem}"
    )
