"""Alembic's entry: the people database and its tables."""

from portal.people.app import Base
from portal.shared.migrations import run_in_env

run_in_env(Base.metadata)
