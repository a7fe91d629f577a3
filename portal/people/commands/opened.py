"""The only place that opens the people database for one command."""

from collections.abc import Iterator
from contextlib import contextmanager

from portal.people.database import Database
from portal.people.settings import Settings, load_settings


@contextmanager
def opened_database() -> Iterator[tuple[Database, Settings]]:
    """The database that the settings name, and the settings; closed at the end."""
    settings = load_settings()
    database = Database(settings.database_url, journal=settings.opt_outs_folder)
    try:
        yield database, settings
    finally:
        database.close()
