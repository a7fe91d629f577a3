"""Campaigns in the studio: looked at by who writes, sent by who publishes, told as they go."""

from datetime import timedelta

import pytest

from portal.people.accounts.audit import What
from portal.people.consent.states import State
from portal.people.messages.channels.email import Outbox
from portal.people.set_back import give_up_what_may_have_left
from portal.shared import clock
from tests.people.browser import MARA, Browser
from tests.people.crowd import add_people
from tests.people.outreach.conftest import Content
from tests.people.outreach.test_sending import go_on
from tests.people.site import ADA, BEN, CLEO, Site

HERE = "/studio/campaigns/setup"


@pytest.fixture
def mara(site: Site, content: Content) -> Browser:
    now = clock.now()
    add_people(site, [ADA], now=now)
    add_people(site, [BEN], now=now, steps=(State.REQUESTED, State.CONFIRMED, State.WITHDRAWN), name="<b>Ben</b>")
    return Browser(site).by_start_link(role="publisher")


def test_a_campaign_shows_who_would_get_it_and_by_which_rule(mara: Browser) -> None:
    assert "Setup day" in mara.get("/studio/campaigns/").text
    page = mara.get(HERE).text
    assert "<b>1</b> of 2 would get it." in page
    assert "They said yes once, and no since then." in page
    listed = mara.get(f"{HERE}/people?rule=said-no").text
    assert "&lt;b&gt;Ben" in listed
    assert ADA not in listed


def test_it_is_previewed_as_a_person_who_may_or_may_not_get_it(mara: Browser) -> None:
    ben = mara.site.rows("select id from people where email = ?", BEN)[0][0]
    page = mara.get(f"{HERE}?as={ben}").text
    assert "They said yes once, and no since then." in page
    mail = mara.get(f"{HERE}/mail?as={ben}")
    assert "Hello &lt;b&gt;Ben&lt;/b&gt;" in mail.text
    assert "sandbox" in mail.headers["Content-Security-Policy"]
    assert mara.site.count("messages") == 0


def test_sending_pausing_and_going_on_are_told_on_the_page_and_in_the_log(mara: Browser) -> None:
    assert mara.post(f"{HERE}/send", from_page=HERE).location == HERE
    assert mara.post(f"{HERE}/send", from_page=HERE).status_code == 409
    assert "Sending" in mara.get(HERE).text
    mara.post(f"{HERE}/pause", from_page=HERE)
    go_on(mara.site, Outbox())
    assert "Paused" in mara.get(HERE).text
    assert mara.site.rows("select count(*) from messages where kind = 'offer'") == [(0,)]
    mara.post(f"{HERE}/resume", from_page=HERE)
    go_on(mara.site, Outbox())
    page = mara.get(HERE).text
    assert "Ended" in page
    assert mara.post(f"{HERE}/cancel", from_page=HERE).status_code == 409
    acts = {act for (act,) in mara.site.rows("select act from audit_log where about = 'setup'")}
    assert acts == {What.CAMPAIGN_SENT, What.CAMPAIGN_PAUSED, What.CAMPAIGN_RESUMED}


def test_a_time_is_kept_or_refused_with_what_to_do(mara: Browser) -> None:
    wrong = mara.post(f"{HERE}/send", from_page=HERE, starts_at="yesterday")
    assert wrong.status_code == 422
    assert "2026-12-01T09:00" in wrong.text
    assert 'value="yesterday"' in wrong.text
    assert mara.post(f"{HERE}/send", from_page=HERE, starts_at="2020-01-01T09:00").status_code == 422
    later = clock.now() + timedelta(hours=3)
    assert mara.post(f"{HERE}/send", from_page=HERE, starts_at=f"{later:%Y-%m-%dT%H:%M}").status_code == 303
    assert "Scheduled" in mara.get(HERE).text


def test_a_test_goes_to_oneself_alone_and_says_that_it_is_one(mara: Browser) -> None:
    assert mara.post(f"{HERE}/test", from_page=HERE).location == f"{HERE}?told=tested"
    (mail,) = mara.site.mails()
    assert MARA in mail.page
    assert "Test: Mara, a setup day" in mail.page
    assert "A test. Nobody else got it." in mail.page
    assert mara.site.rows("select kind from messages") == [("campaign-test",)]


def test_who_writes_may_not_send(site: Site, content: Content) -> None:
    writer = Browser(site).by_start_link(role="marketer", email=CLEO)
    page = writer.get(HERE).text
    assert "Who publishes may send it." in page
    assert writer.post(f"{HERE}/send", from_page=HERE).status_code == 403
    assert writer.post(f"{HERE}/test", from_page=HERE).status_code == 303


def test_wrong_turns_say_what_to_do(mara: Browser, content: Content) -> None:
    content.campaign("broken", purpose='purpose = "x"')
    assert "Line 4, purpose" in mara.get("/studio/campaigns/").text
    assert mara.get("/studio/campaigns/broken").status_code == 409
    for path in ("nothing", "setup?as=nobody", "Setup"):
        assert mara.get(f"/studio/campaigns/{path}").status_code == 404
    for query in ("page=x", "page=-1", "rule=x", "page=9999999"):
        assert mara.get(f"{HERE}/people?{query}").status_code == 400


def test_a_campaign_that_a_restore_paused_says_why_before_anybody_goes_on(mara: Browser) -> None:
    mara.post(f"{HERE}/send", from_page=HERE)
    with mara.site.database.transaction() as db:
        give_up_what_may_have_left(db, now=clock.now())
    page = mara.get(HERE).text
    assert "<b>A backup was put back</b>" in page
    assert "some may get it a second time" in page
    mara.post(f"{HERE}/resume", from_page=HERE)
    assert "A backup was put back" not in mara.get(HERE).text
