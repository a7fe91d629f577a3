"""Alembic's entry: the sandbox database and its tables."""

from portal.sandbox.app import create_app  # noqa: F401  # importing the app imports every table
from portal.sandbox.database import Base
from portal.shared.migrations import run_in_env

run_in_env(Base.metadata)
