"""The only place that looks whether the media store does its part, and says what to do where it does not."""

from portal.people.media.bucket import Bucket
from portal.people.media.faults import StoreAway
from portal.people.media.rules import gives_up_unfinished, lets_read, try_out
from portal.people.media.store import open_store
from portal.people.settings import Settings
from portal.shared import health
from portal.shared.health import Finding, broken, ok, warning

_SET_UP = "Run: bin/portal media set-up"


def look_at_media(settings: Settings) -> Finding:
    """Whether files can be kept, by keeping one, and whether pages may read them."""
    store = open_store(settings)
    if not isinstance(store, Bucket):
        return health.look_at_folder("media", store.folder, advice="Run: bin/portal seed")
    try:
        return _look_at_bucket(store, origin=settings.url)
    except StoreAway as fault:
        return broken("media", str(fault), "Check MEDIA_URL, S3_ENDPOINT_URL, the keys, and whether the server runs.")


def _look_at_bucket(store: Bucket, *, origin: str) -> Finding:
    try_out(store)
    if not lets_read(store, origin=origin):
        words = f"Pages of {origin} may not read what lies in {store.url}: films play in one quality alone."
        return broken("media", words, _SET_UP)
    if not gives_up_unfinished(store):
        return warning("media", f"{store.url} has no rule that ends unfinished uploads; the worker does.", _SET_UP)
    return ok("media", f"{store.url} can be written to, and pages of {origin} may read it.")
