"""Alembic's entry: the sandbox database and its tables."""

from portal.sandbox.app import Base
from portal.shared.migrations import run_in_env

run_in_env(Base.metadata)
