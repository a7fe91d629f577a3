"""The small webinar of `tests/people/webinars`, six seconds long, and viewers whose browsers count."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.people.attention import groups
from portal.people.attention.seconds import bits_of
from portal.people.attention.strip import Strip, find_strip
from portal.people.webinars.library import find_webinar
from tests.people.webinars.conftest import NOW, Studio, studio

__all__ = ["studio"]

SLUG, SECONDS = "second-message", 6
BELOW = "/webinars/attention"


def write_covered(covered: Iterable[int], *, seconds: int) -> str:
    """These seconds as a browser sends them."""
    return urlsafe_b64encode(bits_of(covered, seconds=seconds)).rstrip(b"=").decode()


@dataclass
class Cinema:
    """The webinar, its viewers, and what is shown of them."""

    studio: Studio
    client: FlaskClient
    now: datetime = NOW
    tickets: list[str] = field(default_factory=list)

    @property
    def film(self) -> str:
        with self.studio.database.reading() as db:
            webinar = find_webinar(db, SLUG, now=NOW)
            assert webinar
            return webinar.source

    def ticket(self) -> str:
        """A ticket that was fetched now."""
        answer = self.ask()
        assert answer.status_code == 200, answer.text
        assert answer.json
        self.tickets.append(answer.json["ticket"])
        return self.tickets[-1]

    def ask(self, *, film: str | None = None, **more: Any) -> TestResponse:
        with time_machine.travel(self.now, tick=False):
            return self.client.get(
                f"{BELOW}/{SLUG}/ticket.json", query_string={"film": self.film if film is None else film}, **more
            )

    def report(self, ticket: str, covered: Iterable[int], *, after: float = 60, **more: Any) -> TestResponse:
        """Report these seconds, so many seconds of the clock later."""
        return self.send(ticket, write_covered(covered, seconds=SECONDS), after=after, **more)

    def send(self, ticket: str, covered: str, *, after: float = 60, **more: Any) -> TestResponse:
        with time_machine.travel(self.now + timedelta(seconds=after), tick=False):
            return self.client.post(f"{BELOW}/viewings", data={"ticket": ticket, "covered": covered}, **more)

    def watch(self, *covered: int) -> str:
        """A whole viewing: a ticket, a minute, a report."""
        ticket = self.ticket()
        answer = self.report(ticket, covered)
        assert answer.status_code == 204, answer.text
        return ticket

    def take_back(self, *tickets: str, **more: Any) -> TestResponse:
        with time_machine.travel(self.now, tick=False):
            return self.client.post(f"{BELOW}/viewings/taken-back", data={"tickets": " ".join(tickets)}, **more)

    def wait(self, days: int) -> None:
        """Let days go by, and the worker keep its rules."""
        self.now += timedelta(days=days)
        with self.studio.database.transaction() as db:
            groups.form_groups(db, today=self.now.date(), most=1000)
            groups.forget_old(db, today=self.now.date(), most=1000)

    def strip(self) -> Strip | None:
        """What marketing may see."""
        with self.studio.database.reading() as db:
            return find_strip(db, film=self.film)

    def viewings(self) -> int:
        """How many it is shown of."""
        strip = self.strip()
        return strip.viewings if strip else 0


@pytest.fixture
def cinema(studio: Studio) -> Cinema:
    studio.publish()
    return Cinema(studio, studio.app.test_client())
