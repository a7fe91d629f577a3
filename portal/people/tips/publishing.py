"""The only place that makes a tip public: drawn now, and not when it is read."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from portal.people.publications.models import Publication
from portal.people.publications.records import publish
from portal.people.tips.reading import read_tip


def publish_tip(
    db: Session, path: Path, *, by: str, now: datetime, public_from: datetime | None = None
) -> tuple[Publication, bool]:
    """Publish the tip in the file at `path`, at once or from a moment on. Raises BadTip, HasPassed.

    Returns the record that says so and whether it is new: publishing the same twice changes nothing.
    """
    tip = read_tip(path)
    return publish(db, kind="tip", slug=tip.slug, content=tip.as_json(), by=by, now=now, public_from=public_from)
