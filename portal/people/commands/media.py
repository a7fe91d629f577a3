"""The commands of the media store: setting a bucket up, and sweeping what nothing needs."""

import portal.people.app  # noqa: F401  every table, since any may need a file
from portal.people.commands.opened import opened_database
from portal.people.media.bucket import Bucket
from portal.people.media.rules import set_up
from portal.people.media.store import open_store
from portal.people.media.sweeping import Sweep, sweep_media
from portal.people.publications.models import Publication
from portal.people.settings import load_settings
from portal.shared import clock


def sweep_now(*, is_rehearsal: bool) -> Sweep:
    """Take away what nothing has needed for a week, or say what that would be. Raises StoreAway."""
    with opened_database() as (database, settings):
        store, now = open_store(settings), clock.now()
        return sweep_media(database, store=store, texts=Publication.content, now=now, is_rehearsal=is_rehearsal)


def set_up_media() -> str:
    """Give the bucket the rules it needs; says what came of it. Raises StoreAway."""
    settings = load_settings()
    store = open_store(settings)
    if not isinstance(store, Bucket):
        return f"Media lie in {store.folder}, which needs no rules."
    ends_unfinished = set_up(store, origin=settings.url)
    rest = (
        "and unfinished uploads end after two days" if ends_unfinished else "unfinished uploads are swept by the worker"
    )
    return f"Pages of {settings.url} may read {store.url}, {rest}."
