"""The commands that hand consented people on to another system: webhooks, and CSV."""

from typing import Any

from portal.people.accounts import audit
from portal.people.accounts.audit import What
from portal.people.commands.opened import COMMAND_LINE, opened_database, opened_with_keyring
from portal.people.webhooks import delivering, endpoints, signing
from portal.people.webhooks.export import as_csv
from portal.people.webhooks.models import Event
from portal.shared import clock


def add_webhook(url: str, events: tuple[str, ...]) -> dict[str, str]:
    """Let `url` be told of these events, or of all; with the keys. Raises what `endpoints.add` raises."""
    now = clock.now()
    with opened_with_keyring() as (database, keyring, settings), database.transaction() as db:
        added = endpoints.add(
            db,
            url=url,
            events=[Event(event) for event in events] or list(Event),
            is_development=settings.is_development,
            by=COMMAND_LINE,
            now=now,
        )
        audit.note(db, What.WEBHOOK_ADDED, by=None, about=added.id, now=now)
        keys = signing.keys_of(added.id, keyring=keyring)
        return {"id": added.id, "url": url, "secret": keys.secret, "public_key": keys.public_key}


def list_webhooks() -> list[dict[str, Any]]:
    """The addresses that are told, and of what."""
    with opened_with_keyring() as (database, keyring, _), database.reading() as db:
        return [
            {
                "id": one.id,
                "url": one.url,
                "events": one.events.split(),
                "public_key": signing.keys_of(one.id, keyring=keyring).public_key,
            }
            for one in endpoints.list_active(db)
        ]


def end_webhook(endpoint_id: str) -> None:
    """Tell an address nothing more. Raises NoSuchEndpoint."""
    now = clock.now()
    with opened_database() as (database, _), database.transaction() as db:
        endpoints.end(db, endpoint_id=endpoint_id, by=COMMAND_LINE, now=now)
        audit.note(db, What.WEBHOOK_ENDED, by=None, about=endpoint_id, now=now)


def replay_delivery(delivery_id: str) -> None:
    """Try a delivery anew. Raises NoSuchDelivery or EndpointEnded."""
    now = clock.now()
    with opened_database() as (database, _), database.transaction() as db:
        delivering.replay(db, delivery_id=delivery_id, now=now)
        audit.note(db, What.WEBHOOK_REPLAYED, by=None, about=delivery_id, now=now)


def export_people(preset: str) -> tuple[str, int]:
    """Everybody who agrees to something now, as CSV, and how many; the audit log says that it was done."""
    now = clock.now()
    with opened_with_keyring() as (database, keyring, _), database.transaction() as db:
        text, people = as_csv(db, preset=preset, keyring=keyring)
        audit.note(db, What.PEOPLE_EXPORTED, by=None, about=f"{preset}: {people}", now=now)
        return text, people
