"""The outbox as a page: on one's own machine alone, and harmless whatever a message holds."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from portal.people.consent.permission import Rule
from portal.people.messages import outbox
from portal.people.messages.channels.outcome import Outcome, Result
from portal.people.messages.mail import Mail
from portal.people.messages.outbox import compose
from portal.people.messages.service import Service
from portal.people.messages.way_out import new_way_out
from portal.people.outreach.preflight import WORDS
from portal.people.outreach.routes import why_dropped
from portal.shared import clock
from tests.people.site import ADA, BEN, CLEO, Site, at
from tests.support.engines import Engine
from tests.support.sides import people_app

START = at("2026-03-01T09:00:00+00:00")


def test_a_message_shows_headers_text_and_a_framed_body(site: Site) -> None:
    mail = site.asked(ADA, "offers_email")
    for shown in ("List-Unsubscribe-Post", "Message-ID", ADA, "Was it you?", mail.confirm, mail.opt_out):
        assert shown in mail.page
    (frame,) = re.findall(r"<iframe[^>]*>", mail.page)
    assert f'src="/_outbox/{mail.id}/body"' in frame
    assert "allow-scripts" not in frame
    assert "allow-same-origin" not in frame


def test_the_body_stands_under_a_policy_of_its_own_and_sets_no_cookie(site: Site) -> None:
    answer = site.get(f"/_outbox/{site.asked(ADA).id}/body")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "allow-same-origin" not in policy
    assert "Set-Cookie" not in answer.headers
    assert answer.mimetype == "text/html"


def test_what_a_message_holds_is_shown_as_text_outside_its_frame(site: Site) -> None:
    mail = Mail(
        to=ADA,
        subject="<script>1</script>",
        text="<script>2</script>",
        html="<script>3</script>",
        way_out=new_way_out(url="http://x"),
    )
    keyring = site.keyring
    message = compose(mail, kind=Service.SIGN_IN, address_hash="x", cause_id="x", keyring=keyring, now=clock.now())
    with site.database.transaction() as db:
        outbox.put(db, message)
    assert "<script>3" in site.get(f"/_outbox/{message['id']}/body").text
    for path in ("/_outbox", f"/_outbox/{message['id']}"):
        page = site.get(path).text
        assert "&lt;script&gt;1" in page
        assert not re.search("<script>[123]", page)


def test_an_unknown_message_is_not_found(site: Site) -> None:
    for path in ("/_outbox/nothing", "/_outbox/nothing/body", "/_outbox/x%00"):
        assert site.get(path).status_code in (400, 404)


def test_it_does_not_exist_where_mail_is_really_sent(engine: Engine, tmp_path: Path) -> None:
    site = Site(
        people_app(
            tmp_path,
            PEOPLE_URL="https://learning.customerhub.net",
            MAIL_URL="smtp://mail.customerhub.net",
            PEOPLE_SECRET_KEYS="k" * 40,
        )
    )
    site.sign_up(ADA)
    (message_id,) = site.rows("select id from messages")[0]
    for path in ("/_outbox", f"/_outbox/{message_id}", f"/_outbox/{message_id}/body"):
        assert site.get(path).status_code == 404


def test_a_dropped_message_says_so_and_why_and_only_an_old_one_that_it_was_forgotten(site: Site) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        mail = site.asked(ADA, "offers_email")
        site.post(mail.opt_out)
        (message_id,) = site.rows("select id from messages where state = 'dropped'")[0]
        for path in ("/_outbox", f"/_outbox/{message_id}"):
            page = site.get(path).text
            assert "Dropped before it left" in page
            assert "Somebody said no at its address while it waited." in page
            assert "Forgotten" not in page
        traveller.shift(timedelta(minutes=1))
        site.asked(BEN)
        keyring = site.keyring
        with site.database.transaction() as db:
            outbox.claim(db, keyring=keyring, refusals=lambda *_asked: {}, now=clock.now())
            outbox.settle(db, message_id=newest(site), attempt=1, result=Result(Outcome.SENT, ""), now=clock.now())
        traveller.shift(timedelta(days=8))
        with site.database.transaction() as db:
            assert outbox.forget_old(db, now=clock.now(), most=10) == 1
        page = site.get("/_outbox").text
        assert page.count("Forgotten after 7 days") == page.count("Dropped before it left") == 1
        assert "It was sent, and what it said is erased." in site.get(f"/_outbox/{newest(site)}").text


def test_every_rule_that_drops_a_message_has_words_of_its_own(site: Site) -> None:
    assert site.app.jinja_env.globals["why_dropped"] is why_dropped
    told = [why_dropped(rule) for rule in (*Rule, *WORDS, "nothing")]
    assert "It was no longer allowed when its turn came." not in told[:-1]
    assert told[-1] == "It was no longer allowed when its turn came."


def test_older_messages_stand_on_the_next_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.people.messages.routes.PAGE", 2)
    with time_machine.travel(START, tick=False) as traveller:
        for who in (ADA, BEN, CLEO):
            traveller.shift(timedelta(minutes=1))
            site.asked(who)
    first, second = site.get("/_outbox").text, site.get("/_outbox?page=2").text
    assert (CLEO in first, BEN in first, ADA in first, ADA in second, BEN in second) == (True, True, False, True, False)
    assert 'href="/_outbox?page=2" rel="next"' in first
    assert 'href="/_outbox?page=1" rel="prev"' in second
    assert "3 to 3 of <b>3</b>" in site.get("/_outbox?page=9").text
    assert site.get("/_outbox?page=x").status_code == 400


def newest(site: Site) -> str:
    return str(site.rows("select id from messages order by created_at desc")[0][0])
