"""The commands that hand consented people on to another system: webhooks, and CSV."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from portal.people.accounts import audit
from portal.people.accounts.audit import What
from portal.people.database import Database
from portal.people.keyring import Seal, find_keyring
from portal.people.settings import Settings, load_settings
from portal.people.webhooks import delivering, endpoints, signing
from portal.people.webhooks.export import as_csv
from portal.people.webhooks.models import Event
from portal.shared import clock

COMMAND_LINE = "the command line"


@dataclass(frozen=True)
class _Opened:
    database: Database
    keyring: Seal
    settings: Settings


def add_webhook(url: str, events: tuple[str, ...]) -> dict[str, str]:
    """Let `url` be told of these events, or of all; with the keys. Raises what `endpoints.add` raises."""
    now = clock.now()
    with _opened() as here, here.database.transaction() as db:
        added = endpoints.add(
            db,
            url=url,
            events=[Event(event) for event in events] or list(Event),
            is_development=here.settings.is_development,
            by=COMMAND_LINE,
            now=now,
        )
        audit.note(db, What.WEBHOOK_ADDED, by=None, about=added.id, now=now)
        keys = signing.keys_of(added.id, keyring=here.keyring)
        return {"id": added.id, "url": url, "secret": keys.secret, "public_key": keys.public_key}


def list_webhooks() -> list[dict[str, Any]]:
    """The addresses that are told, and of what."""
    with _opened() as here, here.database.reading() as db:
        return [
            {
                "id": one.id,
                "url": one.url,
                "events": one.events.split(),
                "public_key": signing.keys_of(one.id, keyring=here.keyring).public_key,
            }
            for one in endpoints.list_active(db)
        ]


def end_webhook(endpoint_id: str) -> None:
    """Tell an address nothing more. Raises NoSuchEndpoint."""
    now = clock.now()
    with _opened() as here, here.database.transaction() as db:
        endpoints.end(db, endpoint_id=endpoint_id, by=COMMAND_LINE, now=now)
        audit.note(db, What.WEBHOOK_ENDED, by=None, about=endpoint_id, now=now)


def replay_delivery(delivery_id: str) -> None:
    """Try a delivery anew. Raises NoSuchDelivery or EndpointEnded."""
    now = clock.now()
    with _opened() as here, here.database.transaction() as db:
        delivering.replay(db, delivery_id=delivery_id, now=now)
        audit.note(db, What.WEBHOOK_REPLAYED, by=None, about=delivery_id, now=now)


def export_people(preset: str) -> tuple[str, int]:
    """Everybody who agrees to something now, as CSV, and how many; the audit log says that it was done."""
    now = clock.now()
    with _opened() as here, here.database.transaction() as db:
        text, people = as_csv(db, preset=preset, keyring=here.keyring)
        audit.note(db, What.PEOPLE_EXPORTED, by=None, about=f"{preset}: {people}", now=now)
        return text, people


@contextmanager
def _opened() -> Iterator[_Opened]:
    settings = load_settings()
    database = Database(settings.database_url)
    try:
        with database.reading() as db:
            keyring = find_keyring(db, secret_keys=settings.secret_keys)
        yield _Opened(database, keyring, settings)
    finally:
        database.close()
