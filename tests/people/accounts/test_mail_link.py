"""A link by mail: it shows on GET, acts on POST, once, for ten minutes, and tells nobody who is known here."""

import re
from datetime import timedelta

import pytest
import time_machine

from tests.people.browser import Browser, log_of, newest_link
from tests.people.site import ADA, BEN, CLEO, Site, at

START = at("2026-03-01T09:00:00+00:00")


@pytest.fixture
def ada(site: Site) -> Browser:
    """Ada, who confirmed her address and is not signed in."""
    site.agreed(ADA, "offers_email")
    return Browser(site)


def links_mailed(site: Site) -> int:
    return len([mail for mail in site.mails() if "/sign-in/link/" in mail.page])


def test_who_confirmed_gets_a_link_that_signs_them_in(ada: Browser) -> None:
    assert ada.post("/sign-in", email=" ADA@people.customerhub.net ").location == "/sign-in/sent"
    assert ada.cookie is None
    link = newest_link(ada.site, ADA)
    assert "Sign in as" in ada.get(link).text
    assert ada.post(link).location == "/account"
    page = ada.get("/account")
    assert page.status_code == 200
    assert ADA in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    assert log_of(ada.site) == ["signed in"]


def test_the_answer_is_the_same_for_every_address(ada: Browser) -> None:
    ada.site.asked(CLEO, "offers_email")  # asked, never confirmed
    answers = [ada.post("/sign-in", email=email) for email in (ADA, BEN, CLEO)]
    assert {(answer.status_code, answer.location, answer.text) for answer in answers} == {
        (303, "/sign-in/sent", answers[0].text)
    }
    assert links_mailed(ada.site) == 1
    assert ada.site.count("one_time_links") == 3  # the same rows are written for whoever is asked about


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_at_a_link_signs_nobody_in(ada: Browser, method: str) -> None:
    ada.post("/sign-in", email=ADA)
    link = newest_link(ada.site, ADA)
    for _ in range(3):
        ada.client.open(link, method=method, base_url=ada.site.settings.url)
    assert ada.cookie is None
    assert ada.post(link).location == "/account"


def test_a_link_works_once_and_says_what_to_do(ada: Browser) -> None:
    ada.post("/sign-in", email=ADA)
    link = newest_link(ada.site, ADA)
    ada.post(link)
    thief = Browser(ada.site)
    for answer in (thief.get(link), thief.post(link)):
        assert answer.status_code == 410
        assert "This link was used" in answer.text
        assert "Ask for a new link" in answer.text
    assert thief.cookie is None


def test_a_link_ends_after_ten_minutes(ada: Browser) -> None:
    with time_machine.travel(START, tick=False):
        ada.post("/sign-in", email=ADA)
        link = newest_link(ada.site, ADA)
    with time_machine.travel(START + timedelta(minutes=9, seconds=59), tick=False):
        assert ada.get(link).status_code == 200
    with time_machine.travel(START + timedelta(minutes=10), tick=False):
        assert ada.get(link).status_code == 410
        assert ada.post(link).status_code == 410
        assert ada.cookie is None


def test_using_one_link_ends_the_others(ada: Browser) -> None:
    ada.post("/sign-in", email=ADA)
    first = newest_link(ada.site, ADA)
    ada.post("/sign-in", email=ADA)
    second = newest_link(ada.site, ADA)
    other, used = (second, first) if first != second else (first, second)
    ada.post(used)
    assert Browser(ada.site).post(other).status_code == 410


def test_an_address_gets_five_links_an_hour_and_ten_a_day(ada: Browser) -> None:
    with time_machine.travel(START, tick=False) as now:
        for mailed in (1, 2, 3, 4, 5, 5):
            assert ada.post("/sign-in", email=ADA).status_code == 303
            assert links_mailed(ada.site) == mailed
        now.shift(timedelta(hours=2))
        for _ in range(6):
            ada.post("/sign-in", email=ADA)
        assert links_mailed(ada.site) == 10
        now.shift(timedelta(hours=2))
        ada.post("/sign-in", email=ADA)
        assert links_mailed(ada.site) == 10


def test_who_said_no_gets_one_link_a_day_and_may_still_sign_in(ada: Browser) -> None:
    ada.post("/sign-in", email=ADA)
    link = newest_link(ada.site, ADA)
    ada.site.post(re.findall(r"/opt-out/[\w-]{43}", ada.site.mails()[0].page)[0])
    assert ada.post(link).status_code == 410  # the way out in the mail ends the link, too
    ada.post("/sign-in", email=ADA)
    assert links_mailed(ada.site) == 1
    with time_machine.travel(at("2036-01-01T00:00:00+00:00"), tick=False):
        ada.by_mail(ADA)


def test_a_link_of_another_purpose_signs_nobody_in(ada: Browser) -> None:
    confirm = ada.site.asked(BEN).confirm.rpartition("/")[2]
    for token in (confirm, "x" * 43, "x" * 5000, "Ä"):
        assert ada.get(f"/sign-in/link/{token}").status_code == 404
        assert ada.post(f"/sign-in/link/{token}").status_code == 404


def test_an_address_with_a_slip_comes_back_with_words(ada: Browser) -> None:
    answer = ada.post("/sign-in", email="ada at home")
    assert answer.status_code == 422
    assert 'value="ada at home"' in answer.text
    assert "Add the @" in answer.text


def test_an_erased_person_is_signed_out_and_has_no_link(ada: Browser) -> None:
    from portal.people.consent.erasure import erase_person
    from portal.people.consent.record import Act
    from portal.shared import clock
    from tests.people.site import find_person_id

    ada.by_mail(ADA)
    keyring = ada.site.keyring
    with ada.site.database.transaction() as db:
        person_id = find_person_id(db, ADA)
        assert person_id
        db.connection().exec_driver_sql("delete from places")
        erase_person(db, person_id=person_id, keyring=keyring, act=Act(at=clock.now(), key="test"))
    assert ada.get("/account").status_code == 303
    assert ada.site.count("sessions") == 0
