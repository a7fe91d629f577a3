"""The command that makes a webinar public."""

from pathlib import Path

from portal.people.database import Database
from portal.people.settings import load_settings
from portal.people.webinars.publishing import publish_webinar
from portal.shared import clock
from portal.shared.environment import ROOT


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
