"""A whole installation that answers in this process, so that its clock can stand still."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from flask import Flask
from time_machine import Traveller, travel

from portal.people import setup as people_setup
from portal.people.app import create_app as create_people
from portal.people.settings import load_settings as load_people
from portal.sandbox import setup as sandbox_setup
from portal.sandbox.app import create_app as create_sandbox
from portal.sandbox.settings import load_settings as load_sandbox

MOMENT = datetime(2026, 4, 14, 9, 41, tzinfo=UTC)  # a Tuesday, in the middle of an offer's month


@dataclass(frozen=True, kw_only=True)
class Installation:
    """Both apps as production has them, on stores of their own. The clock moves by `wait` alone."""

    people: Flask
    sandbox: Flask
    environ: dict[str, str]
    traveller: Traveller

    def app(self, side: str) -> Flask:
        return {"people": self.people, "sandbox": self.sandbox}[side]

    def seed(self, side: str) -> None:
        """Fill in the sample content, as `make run` does."""
        if side == "people":
            people_setup.seed()
        else:
            sandbox_setup.seed(largest=sandbox_setup.AT_START)

    def start_over(self) -> None:
        """Back to the first moment, so that a story does not depend on how long the one before took."""
        self.traveller.move_to(MOMENT)

    def wait(self, *, minutes: int = 0, days: int = 0) -> None:
        """Let time pass."""
        self.traveller.shift(timedelta(days=days, minutes=minutes))


@contextmanager
def installation(data: Path) -> Iterator[Installation]:
    """Migrated below `data`, and empty."""
    environ = {"DATA": str(data)}
    with patch.dict(os.environ, environ), travel(MOMENT, tick=False) as traveller:
        people_setup.migrate()
        sandbox_setup.migrate()
        people, sandbox = create_people(load_people(environ)), create_sandbox(load_sandbox(environ))
        yield Installation(people=people, sandbox=sandbox, environ=environ, traveller=traveller)
        for app in (people, sandbox):
            app.extensions["database"].close()
