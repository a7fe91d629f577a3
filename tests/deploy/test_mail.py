"""Mail as it really leaves: by SMTP, encrypted, with a password, from a running installation, and each mail once."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from portal.people.database import Database
from portal.people.messages.models import Delivery, Message
from portal.people.settings import load_settings
from portal.shared import clock
from tests.deploy.conftest import Production
from tests.support.browser import Visitor
from tests.support.mail_server import read
from tests.support.waiting import eventually

# Real by the grammar, nobody's in fact, and the mail server is on this machine: nothing leaves it. Sample people's own
# domain is never written to by SMTP.
ADA, BEN, CLEO, DORA = (f"{name}@mailbox.customerhub.net" for name in ("ada", "ben", "cleo", "dora"))


@pytest.fixture
def messages(production: Production) -> Iterator[Database]:
    """The people database of the running installation."""
    database = Database(load_settings(production.running.environment).database_url)
    yield database
    database.close()


def sign_up(page: Page, production: Production, email: str) -> None:
    page.goto(f"{production.people}/offers/setup-day")
    page.get_by_label("name").first.fill("Ada Example-Person")
    page.get_by_label(re.compile("mail", re.IGNORECASE)).first.fill(email)
    page.get_by_role("checkbox").first.check()
    page.locator("#sign-up .button-main").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()


def letters(production: Production, email: str) -> list[EmailMessage]:
    return [read(envelope) for envelope in production.inbox.letters if envelope.rcpt_tos == [email]]


def records(production: Production) -> int:
    """How many statements the ledger holds."""
    return int(json.loads(production.running.portal("consent", "verify", "--json").stdout)["records"])


def outcomes(messages: Database) -> list[tuple[str, str]]:
    """How each attempt at the newest message ended, and the word about it."""
    newest = select(Message.id).order_by(Message.created_at.desc()).limit(1).scalar_subquery()
    with messages.reading() as db:
        tried = select(Delivery.outcome, Delivery.detail).where(Delivery.message_id == newest)
        return [(outcome, detail) for outcome, detail in db.execute(tried.order_by(Delivery.attempt))]


def let_the_pause_pass(messages: Database) -> None:
    """A message that waits for its next try is due now."""
    with messages.transaction() as db:
        db.execute(update(Message).where(Message.not_before > clock.now()).values(not_before=clock.now()))


def test_from_the_form_over_the_wire_to_the_press_and_to_the_no(visitor: Visitor, production: Production) -> None:
    page = visitor()
    sign_up(page, production, ADA)
    (letter,) = eventually(lambda: letters(production, ADA))
    check_headers(letter, production)
    text = letter.get_body(("plain",))
    assert text is not None
    confirm = re.findall(rf"{production.people}/confirm/[\w-]{{43}}", text.get_content())[0]
    page.goto(confirm)
    page.get_by_role("button", name="Yes, that was me").click()
    expect(page.locator(".outcome-code").first).to_be_visible()
    assert page.context.cookies() == []
    agreed = records(production)
    stop = letter["List-Unsubscribe"].strip("<>")
    for _ in range(2):
        answer = production.ask("POST", stop, body="List-Unsubscribe=One-Click")
        assert answer.status == 200
        assert answer.header("Set-Cookie") == ""
        assert records(production) == agreed + 1  # the no is written down, and once
    assert len(letters(production, ADA)) == 1


def check_headers(letter: EmailMessage, production: Production) -> None:
    """Each header as mail providers read it; RFC 8058 asks for one https link on one line."""
    raw = letter.as_bytes(policy=letter.policy.clone(max_line_length=998)).decode("ascii")
    assert re.search(r"(?m)^List-Unsubscribe: <https://learn\.example/opt-out/[\w-]{43}>\r?$", raw)
    assert re.search(r"(?m)^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$", raw)
    assert letter["From"] == "CustomerHub learning center <learning@customerhub.net>"
    assert letter["Reply-To"] == "CustomerHub <questions@customerhub.net>"
    assert letter["To"] == ADA
    assert letter["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<[\w-]+@learn\.example>", letter["Message-ID"])
    assert abs((parsedate_to_datetime(letter["Date"]) - datetime.now(UTC)).total_seconds()) < 3600
    assert letter.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]


def test_the_line_is_encrypted_and_the_password_is_asked_for(visitor: Visitor, production: Production) -> None:
    sign_up(visitor(), production, DORA)
    eventually(lambda: letters(production, DORA))
    assert set(production.inbox.logins) == {b"ada"}
    assert all(envelope.mail_from == "learning@customerhub.net" for envelope in production.inbox.letters)


def test_a_wrong_password_is_named_in_the_log_and_loses_nothing(
    visitor: Visitor, production: Production, messages: Database
) -> None:
    production.inbox.takes_password = False
    sign_up(visitor(), production, BEN)
    ((outcome, detail),) = eventually(lambda: outcomes(messages))
    assert outcome == "later"
    assert detail == "535: it refuses the user or the password of MAIL_URL"
    log = (production.running.data / "people" / "worker.log").read_text()
    assert detail in log
    assert "p@ss" not in log
    assert "p%40ss" not in log
    assert BEN not in log
    production.inbox.takes_password = True
    let_the_pause_pass(messages)
    assert len(eventually(lambda: letters(production, BEN))) == 1
    eventually(lambda: [outcome for outcome, _ in outcomes(messages)] == ["later", "sent"])


def test_while_the_server_is_away_a_mail_waits_and_then_arrives_once(
    visitor: Visitor, production: Production, messages: Database
) -> None:
    production.stop_mail()
    sign_up(visitor(), production, CLEO)
    eventually(lambda: outcomes(messages) == [("later", "ConnectionRefusedError")])
    let_the_pause_pass(messages)
    eventually(lambda: len(outcomes(messages)) == 2)
    production.start_mail()
    let_the_pause_pass(messages)
    eventually(lambda: [outcome for outcome, _ in outcomes(messages)] == ["later", "later", "sent"])
    let_the_pause_pass(messages)
    assert len(letters(production, CLEO)) == 1
