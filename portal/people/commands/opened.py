"""The only place that opens the people database for one command, and that says in whose name a command acts."""

from collections.abc import Iterator
from contextlib import contextmanager

from portal.people.database import Database
from portal.people.keyring import Seal, open_keyring
from portal.people.settings import Settings, load_settings
from portal.shared import clock

COMMAND_LINE = "the command line"


@contextmanager
def opened_database() -> Iterator[tuple[Database, Settings]]:
    """The database that the settings name, and the settings; closed at the end."""
    settings = load_settings()
    database = Database(settings.database_url, journal=settings.opt_outs_folder)
    try:
        yield database, settings
    finally:
        database.close()


@contextmanager
def opened_with_keyring() -> Iterator[tuple[Database, Seal, Settings]]:
    """The same with the key under which people's evidence is sealed."""
    with opened_database() as (database, settings):
        with database.transaction() as db:
            keyring = open_keyring(db, secret_keys=settings.secret_keys, now=clock.now())
        yield database, keyring, settings
