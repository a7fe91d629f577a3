"""Both sides as they are in production, on databases of their own that were migrated once and copied."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from flask import Flask
from jinja2 import FileSystemBytecodeCache

from portal.people.app import create_app as create_people
from portal.people.database import Database as PeopleDatabase
from portal.people.keyring import open_keyring
from portal.people.settings import load_settings as load_people
from portal.people.setup import REVISIONS as PEOPLE_REVISIONS
from portal.sandbox.app import create_app as create_sandbox
from portal.sandbox.database import Database as SandboxDatabase
from portal.sandbox.settings import load_settings as load_sandbox
from portal.sandbox.setup import REVISIONS as SANDBOX_REVISIONS
from portal.shared import clock, migrations


def people_app(data: Path, **settings: str) -> Flask:
    """The people app on a fresh, migrated database below `data`."""
    found = load_people({"DATA": str(data)} | settings)
    shutil.copy(_migrated_people(), found.folder / "people.db")
    app = _with_compiled_templates(create_people(found))
    with app.extensions["database"].transaction() as db:
        open_keyring(db, secret_keys=found.secret_keys, now=clock.now())
    return app


def sandbox_app(data: Path, **settings: str) -> Flask:
    """The sandbox app on a fresh, migrated database below `data`; this process is not shut in."""
    found = load_sandbox({"DATA": str(data)} | settings)
    shutil.copy(_migrated_sandbox(), found.folder / "sandbox.db")
    return _with_compiled_templates(create_sandbox(found))


def _with_compiled_templates(app: Flask) -> Flask:
    """Each test has an app of its own; compiling the same templates for each would take most of its time."""
    app.jinja_env.bytecode_cache = _compiled()
    return app


@cache
def _compiled() -> FileSystemBytecodeCache:
    return FileSystemBytecodeCache(mkdtemp(prefix="portal-"))


@cache
def _migrated_people() -> Path:
    return _migrated(PeopleDatabase, PEOPLE_REVISIONS)


@cache
def _migrated_sandbox() -> Path:
    return _migrated(SandboxDatabase, SANDBOX_REVISIONS)


def _migrated(open_database: Callable[[str], PeopleDatabase | SandboxDatabase], revisions: Path) -> Path:
    path = Path(mkdtemp(prefix="portal-")) / "migrated.db"
    database = open_database(f"sqlite:///{path}")
    migrations.upgrade(database.writer, revisions)
    with database.writer.connect() as connection:
        connection.exec_driver_sql("select 1")
    database.close()  # the last connection to close folds the log into the file
    return path
