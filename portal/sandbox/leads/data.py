"""The only place that says what leads look like as data: money in minor units, moments in RFC 3339, UTC."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from portal.sandbox.drives.activities import Entry
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import moment, more_in, tags_in
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.overlay import Listing


def listing_as_data(drive: Drive, listing: Listing) -> dict[str, Any]:
    """A page of leads, and how many there are in all."""
    return {"total": listing.total, "items": [lead_as_data(drive, lead) for lead in listing.leads]}


def lead_as_data(drive: Drive, lead: Lead) -> dict[str, Any]:
    """One lead."""
    return {
        "id": lead.id,
        "name": lead.name,
        "role": lead.role,
        "company": lead.company,
        "email": lead.email,
        "phone": lead.phone,
        "stage": lead.stage,
        "tags": list(tags_in(lead.tags)),
        "owner": lead.owner,
        "source": lead.source,
        "address": lead.address,
        "deal": lead.deal,
        "value": lead.value,
        "currency": drive.currency,
        "more": more_in(lead.more),
        "created": rfc3339(drive, lead.came_at),
        "last": {"at": rfc3339(drive, lead.last_at), "kind": lead.last_kind, "words": lead.last_words},
    }


def story_as_data(drive: Drive, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """A timeline, newest first."""
    return [
        {
            "id": entry.id,
            "at": rfc3339(drive, entry.at),
            "kind": entry.kind,
            "words": entry.words,
            "body": entry.body,
            "who": entry.who,
        }
        for entry in entries
    ]


def rfc3339(drive: Drive, offset: int) -> str:
    """The moment of an offset."""
    return moment(drive, offset).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
