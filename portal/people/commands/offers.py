"""The commands on offers: how each stands, and taking in a code."""

from typing import Any

from portal.people.commands.opened import opened_database
from portal.people.offers.places import list_available
from portal.people.offers.redeeming import redeem
from portal.shared import clock


def list_public() -> list[dict[str, Any]]:
    """Every public offer with its round and what is left of it, as data."""
    with opened_database() as (database, _), database.reading() as db:
        return [
            {
                "offer": offer.slug,
                "stands": now.stand.value,
                "opens_on": now.round.opens_on.isoformat(),
                "closes_on": now.round.closes_on.isoformat(),
                "places": offer.places,
                "taken": now.taken,
                "left": now.left,
            }
            for offer, now in list_available(db, today=clock.now().date())
        ]


def redeem_code(code: str, *, by: str) -> dict[str, Any]:
    """Take in a code, once. Raises NoSuchCode or UsedBefore."""
    with opened_database() as (database, _), database.transaction() as db:
        found = redeem(db, code=code, by=by, now=clock.now())
    return {
        "offer": found.offer,
        "name": found.name,
        "round": found.round,
        "place": found.number,
        "taken_at": found.taken_at.isoformat(),
    }
