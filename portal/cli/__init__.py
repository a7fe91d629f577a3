"""The command line; each command imports its side only when it runs, so that no process holds what it does not need."""

import os
import sys
from typing import NoReturn

import click

from portal.cli import (
    consent,
    content,
    copies,
    crm,
    drives,
    outreach,
    publications,
    serving,
    staff,
)  # each adds its commands
from portal.cli.root import portal
from portal.shared.environment import SettingsError

__all__ = [
    "consent",
    "content",
    "copies",
    "crm",
    "drives",
    "main",
    "outreach",
    "portal",
    "publications",
    "serving",
    "staff",
]


def main() -> None:
    """Run the command line; a setting or a database that cannot be used is one line, not a stack trace."""
    os.umask(0o077)  # databases, keys and logs are for their owner alone
    try:
        portal(prog_name="portal")
    except SettingsError as fault:
        _give_up(str(fault))
    except OSError as fault:
        _give_up(f"{fault}. Check the address, the port and the folders in the settings.")
    except Exception as fault:
        from sqlalchemy.exc import DBAPIError, SQLAlchemyError

        if not isinstance(fault, SQLAlchemyError):
            raise
        why = fault.orig if isinstance(fault, DBAPIError) else fault
        _give_up(f"The database cannot be used: {why}. If it is new, run: bin/portal migrate")


def _give_up(words: str) -> NoReturn:
    click.echo(f"Error: {words}", err=True)
    sys.exit(2)
