"""The command that drafts a campaign about a webinar; it sends nothing."""

from portal.people.commands.opened import opened_database
from portal.people.outreach import announcing
from portal.people.outreach.announcing import NotAnnounced
from portal.shared import clock

__all__ = ["NotAnnounced", "draft_campaign"]


def draft_campaign(slug: str) -> str:
    """Draft the announcement of the webinar of this name; says what to do with it.

    Raises NotAnnounced, or DraftedBefore.
    """
    with opened_database() as (database, _), database.reading() as db:
        path = announcing.draft_campaign(db, slug=slug, now=clock.now())
    return (
        f"A draft of its announcement: {path}. Nobody gets it until somebody sends it at /studio/campaigns/{path.stem}"
    )
