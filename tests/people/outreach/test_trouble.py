"""A campaign that does not leave, or stopped midway, says what happened, why, and what to do; so does the mail page."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from portal.people.jobs import SILENT_AFTER, Job, note_run
from portal.people.messages.channels.email import transport
from portal.people.messages.obstacles import Why, find_why
from portal.people.outreach import runs
from portal.people.outreach.campaigns import get_campaign
from portal.shared import clock
from tests.people.browser import Browser
from tests.people.crowd import add_people
from tests.people.outreach.conftest import Content
from tests.people.outreach.test_sending import begin, go_on
from tests.people.site import Site, at
from tests.people.test_suppression import command
from tests.support.mail_server import Inbox, free_port, mail_server

START = at("2026-03-05T15:00:00+00:00")
HERE = "/studio/campaigns/setup"
ADA, BEN = (f"{name}@mailbox.customerhub.net" for name in ("ada", "ben"))


@pytest.fixture
def mara(site: Site, content: Content) -> Browser:
    add_people(site, [ADA, BEN], now=clock.now())
    return Browser(site).by_start_link(role="publisher")


def test_while_the_mail_server_is_away_pages_and_command_say_so_and_after_three_days_what_was_given_up(
    mara: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, away = mara.site, transport(f"smtp://127.0.0.1:{free_port()}")
    with time_machine.travel(START, tick=False) as traveller:
        mara.by_start_link(role="publisher")
        begin(site)
        go_on(site, away)
        page = mara.get(HERE).text
        for told in ("The mail server cannot be reached", "2 mails could not be handed over", "ConnectionRefusedError"):
            assert told in page
        assert "March 5, 2026, 3:00 pm UTC" in page
        assert "given up" in page
        assert "2 could not be handed over" in mara.get("/studio/").text
        assert "The mail server cannot be reached" in mara.get("/studio/mail").text
        (run,) = json.loads(command(site, monkeypatch, "outreach", "results", "setup", "--json").output)["runs"]
        assert [(one["count"], one["said"]) for one in run["put_off"]] == [(2, "ConnectionRefusedError")]
        for _ in range(8):
            traveller.shift(timedelta(hours=10))
            go_on(site, away)
        mara.by_start_link(role="publisher")
        page = mara.get(HERE).text
        assert "Given up after three days of trying" in page
        assert "could not be handed over" not in page
        assert "This campaign does not write to them again." in page
        assert "2 could not be sent" in mara.get("/studio/").text
        assert "Given up after three days" in mara.get("/studio/mail").text
        assert "2  failed: Given up" in command(site, monkeypatch, "outreach", "results", "setup").output


def test_what_a_mail_server_refuses_for_good_is_counted_with_its_answer(mara: Browser) -> None:
    begin(mara.site)
    with mail_server(Inbox(fails="rcpt", answer="550 no such user")) as port:
        go_on(mara.site, transport(f"smtp://127.0.0.1:{port}"))
    page = mara.get("/studio/mail").text
    assert "The mail server refuses it for good" in page
    assert "<code>550</code>" in page
    assert "Nothing stands in the way" in page


def test_a_pause_says_who_and_since_when_and_what_waits(mara: Browser) -> None:
    mara.post(f"{HERE}/send", from_page=HERE)
    mara.post(f"{HERE}/pause", from_page=HERE)
    page = mara.get(HERE).text
    assert "Paused by Mara" in page
    assert "Begun by Mara" in page
    mara.post(f"{HERE}/cancel", from_page=HERE)
    page = mara.get(HERE).text
    assert "Paused by Mara," in page
    assert "The rest cancelled by Mara" in page


def test_a_campaign_whose_segment_was_taken_away_stops_and_says_what_to_put_back(
    mara: Browser, content: Content
) -> None:
    begin(mara.site)
    (content.folder / "segments" / "everyone.toml").unlink()
    listed = mara.get("/studio/campaigns/").text
    assert "It cannot be used any more." in listed
    assert "There is no content/segments/everyone.toml" in listed
    assert 'data-stands="stopped"' in listed
    content.segment(slug="others")
    content.campaign(segment='segment = "others"')
    page = mara.get(HERE).text
    assert "It has stopped: what it needs is not there any more" in page
    assert "There is no content/segments/everyone.toml" in page
    content.segment()
    assert "It has stopped" not in mara.get(HERE).text


def test_a_campaign_whose_file_is_gone_can_still_be_stopped(
    mara: Browser, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(mara.site)
    Path(content.folder / "campaigns" / "setup.md").unlink()
    where = "/studio/campaigns/"
    assert "It is not there any more." in mara.get(where).text
    answer = mara.post(f"{HERE}/cancel", from_page=where)
    assert (answer.status_code, answer.location) == (303, where)
    assert mara.site.rows("select act from campaign_run_acts order by number")[-1] == ("cancelled",)
    assert "setup" not in mara.get(where).text
    assert "cancelled" in command(mara.site, monkeypatch, "outreach", "results", "setup").output


def test_a_worker_that_fell_silent_is_told_and_one_that_beats_is_not(mara: Browser) -> None:
    begin(mara.site)
    now = clock.now()
    for age, is_told in ((SILENT_AFTER * 2, True), (timedelta(), False)):
        with mara.site.database.transaction() as db:
            for job in (Job.OUTREACH, Job.DELIVERY):
                note_run(db, job=job, began_at=now - age, ended_at=now - age, runs=1, failures=0)
        for page in (HERE, "/studio/mail"):
            assert ("the worker is silent" in mara.get(page).text) is is_told


def test_runs_that_are_going_are_those_that_have_not_come_to_their_end(site: Site, content: Content) -> None:
    add_people(site, [ADA], now=clock.now())
    assert get_campaign("setup")
    begin(site)
    with site.database.reading() as db:
        assert runs.list_going(db, now=clock.now()) == ["setup"]
    go_on(site, transport("outbox:"))
    with site.database.reading() as db:
        assert runs.list_going(db, now=clock.now()) == []


@pytest.mark.parametrize(
    ("outcome", "said", "is_waiting", "why"),
    [
        ("later", "TimeoutError", True, Why.AWAY),
        ("later", "gaierror", True, Why.AWAY),
        ("later", "SMTPServerDisconnected", True, Why.AWAY),
        ("later", "535: it refuses the user or the password of MAIL_URL", True, Why.LOGIN),
        ("later", "NoCredentialsError", True, Why.LOGIN),
        ("later", "SSLCertVerificationError", True, Why.LINE),
        ("later", "451", True, Why.BUSY),
        ("later", "TooManyRequestsException", True, Why.PUT_OFF),
        ("later", "451", False, Why.GIVEN_UP),
        ("refused", "550", False, Why.REFUSED),
        ("refused", "nobody reads mail there", False, Why.NOBODY),
        ("unknown", "the worker was lost", True, Why.LOST),
    ],
)
def test_the_reason_is_found_in_how_an_attempt_ended(outcome: str, said: str, is_waiting: bool, why: Why) -> None:
    assert find_why(outcome, said, is_waiting=is_waiting) is why
