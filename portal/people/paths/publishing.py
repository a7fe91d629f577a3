"""The only place that makes a learning path public: its words drawn and its files kept now, not when it is read."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from portal.people.media.store import Store, store_file
from portal.people.paths.reading import read_path
from portal.people.publications.models import Publication
from portal.people.publications.records import publish


def publish_learning_path(
    db: Session, path: Path, *, store: Store, by: str, now: datetime, public_from: datetime | None = None
) -> tuple[Publication, bool]:
    """Publish the path in the file at `path`, at once or from a moment on. Raises BadPath, HasPassed, StoreAway.

    Returns the record that says so and whether it is new: publishing the same twice changes nothing.
    """

    def keep(file: Path) -> tuple[str, int]:
        kept = store_file(db, file, store=store, now=now)
        return kept.sha256, kept.size

    found = read_path(path, keep=keep)
    return publish(db, kind="path", slug=found.slug, content=found.as_json(), by=by, now=now, public_from=public_from)
