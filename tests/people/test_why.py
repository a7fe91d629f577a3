"""Why did I get this: the record that allowed a message, in words, with the stop beside it."""

from datetime import timedelta

import pytest
import time_machine

from portal.people.consent.erasure import erase_person
from portal.people.consent.record import Act
from portal.shared import clock
from tests.people.browser import Browser
from tests.people.site import ADA, Site, at, find_person_id, first
from tests.people.test_stop_code import write_offer

START = at("2026-03-01T09:00:00+00:00")


def why(site: Site, token: str) -> str:
    answer = site.get(f"/why/{token}")
    assert answer.status_code == 200
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert f'action="/opt-out/{token}"' in answer.text
    return answer.text


def test_an_offer_shows_the_words_when_and_where_they_were_agreed_to(site: Site) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        mail = site.asked(ADA, "offers_email")
        traveller.shift(timedelta(hours=1))
        site.confirm(mail)
        page = why(site, write_offer(site, ADA).token)
        for words in ("its offers and goodies.", "/offers/setup-day", "9:00 am UTC", "10:00 am UTC", "/receipts/"):
            assert words in page
        assert ADA not in page
        assert "Stop “New offers and goodies”" in page


def test_it_says_so_when_the_yes_was_taken_back_or_erased(site: Site) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        site.agreed(ADA, "offers_email", path="/sign-up")
        token, keyring = write_offer(site, ADA).token, site.keyring
        traveller.shift(timedelta(days=1))
        site.post(f"/opt-out/{token}")
        assert "You have said no since then" in why(site, token)
        with site.database.transaction() as db:
            person_id = find_person_id(db, ADA) or ""
            erase_person(db, person_id=person_id, keyring=keyring, act=Act(at=clock.now(), key="test"))
        page = why(site, token)
        assert "was erased since then" in page
        assert "goodies." not in page


@pytest.mark.parametrize("days", [0, 90])
def test_a_service_message_says_which_act_it_answers_also_when_it_is_long_cleared(site: Site, days: int) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        token = site.agreed(ADA, "offers_email").opt_out.rpartition("/")[2]
        traveller.shift(timedelta(days=days))
        page = why(site, token)
        assert "somebody gave us this address" in page
        assert "Stop everything" in page


def test_a_sign_in_mail_says_so(site: Site) -> None:
    site.agreed(ADA)
    Browser(site).post("/sign-in", email=ADA)
    (mail,) = [mail for mail in site.mails() if "/sign-in/link/" in mail.page]
    page = why(site, first(r"/why/([\w-]{43})", mail.page))
    assert "asked to sign in" in page
    assert "The link works for ten minutes" in page
    assert "erased after 7 days" not in page
