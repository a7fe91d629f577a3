"""A request's id: ours, and found again in its answer, its message, the worker's lines and the mail."""

import threading
from email import message_from_bytes
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from portal.people.messages.channels.email import transport
from portal.people.messages.models import Message
from portal.people.messages.outbox import open_letter
from portal.people.worker import deliver
from tests.observing.test_metrics import MAKE
from tests.people.site import ADA, Site
from tests.support.sides import people_app

pytestmark = pytest.mark.usefixtures("engine")


@pytest.mark.parametrize("side", MAKE)
def test_an_id_that_comes_with_a_request_is_ignored(tmp_path: Path, side: str) -> None:
    client = MAKE[side](tmp_path, PROXIES="1").test_client()
    answer = client.get("/healthz", headers={"X-Request-ID": "0123456789abcdef"})
    ours = answer.headers["X-Request-ID"]
    assert len(ours) == 16
    assert ours != "0123456789abcdef"
    assert client.get("/healthz").headers["X-Request-ID"] != ours


def test_the_id_of_a_sign_up_leads_to_its_message_to_the_workers_line_and_to_the_mail(tmp_path: Path) -> None:
    site = Site(people_app(tmp_path))
    asked = site.sign_up(ADA).headers["X-Request-ID"]
    with site.database.reading() as db:
        message = db.query(Message).one()
        letter = open_letter(message, keyring=site.keyring)
    assert message.request_id == asked
    assert letter is not None
    assert message_from_bytes(letter.content).get_all("X-Request-ID") == [asked]
    with capture_logs() as logged:
        deliver(site.database, keyring=site.keyring, mail=transport("outbox:"), stopping=threading.Event())
    (line,) = (line for line in logged if line["event"] == "message.tried")
    assert (line["request_id"], line["message"]) == (asked, message.id)
