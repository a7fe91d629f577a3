"""What the command line does on the people side: one transaction a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.people.consent.verify import Report, verify
from portal.people.database import Database
from portal.people.keyring import Seal, open_keyring
from portal.people.privacy.retention import keep_retention_rules
from portal.people.settings import load_settings
from portal.people.webinars.publishing import NotPublishable, publish_webinar
from portal.shared import clock
from portal.shared.environment import ROOT

__all__ = ["NotPublishable", "keep_retention", "publish_folder", "verify_ledger"]


def verify_ledger() -> Report:
    """Recompute the consent ledger on a transaction that can only read."""
    with _opened() as (database, keyring), database.reading() as db:
        return verify(db, keyring=keyring)


def keep_retention() -> dict[str, int]:
    """Apply the retention rules now; how much each of them did."""
    with _opened() as (database, keyring):
        return keep_retention_rules(database, keyring=keyring, now=clock.now())


def publish_folder(path: str, *, by: str = "the command line") -> str:
    """Make the webinar in the folder `path` public; says what came of it. Raises NotPublishable."""
    settings = load_settings()
    folder = Path(path).resolve()
    database = Database(settings.database_url)
    try:
        with database.transaction() as db:
            publication, is_new = publish_webinar(
                db,
                folder,
                recorded=ROOT / ".build" / "webinars" / folder.name,
                store=settings.media_folder,
                by=by,
                now=clock.now(),
            )
    finally:
        database.close()
    return f"{publication.slug} is public" + ("" if is_new else ", as it was")


@contextmanager
def _opened() -> Iterator[tuple[Database, Seal]]:
    settings = load_settings()
    database = Database(settings.database_url)
    try:
        with database.transaction() as db:
            keyring = open_keyring(db, secret_keys=settings.secret_keys, now=clock.now())
        yield database, keyring
    finally:
        database.close()
