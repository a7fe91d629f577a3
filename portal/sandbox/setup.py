"""The only place that prepares the sandbox database: its schema and its sample content."""

from pathlib import Path

from portal.sandbox.database import Database
from portal.sandbox.settings import load_settings
from portal.shared import migrations

REVISIONS = Path(__file__).parent / "migrations"


def migrate() -> None:
    """Bring the database to the newest revision, as its owner."""
    database = Database(load_settings().owner_url)
    migrations.upgrade(database.writer, REVISIONS)
    database.close()


def seed() -> None:
    """Fill in the sample content that is missing."""
