"""The command line; each command imports its side only when it runs, so that no process holds what it does not need."""

import logging
import os
import sys
from contextlib import suppress
from typing import NoReturn

import click
import structlog

from portal.cli import consent, content, copies, crm, drives, media, outreach, publications, serving, staff
from portal.cli.root import portal
from portal.shared.environment import SettingsError

__all__ = ["COMMANDS", "main", "portal"]

COMMANDS = (consent, content, copies, crm, drives, media, outreach, publications, serving, staff)  # each adds its own


def main() -> None:
    """Run the command line; a setting or a database that cannot be used is one line, not a stack trace."""
    os.umask(0o077)  # databases, keys and logs are for their owner alone
    # What a command answers stands alone on standard output; a server sets up logs of its own.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
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
    with suppress(OSError):  # where the log's disk is full as well, its stack trace would say nothing more
        click.echo(f"Error: {words}", err=True)
    sys.exit(2)
