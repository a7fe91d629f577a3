"""Alembic's entry: the people database and its tables."""

from portal.people.app import create_app  # noqa: F401  # importing the app imports every table
from portal.people.database import Base
from portal.shared.migrations import run_in_env

run_in_env(Base.metadata)
