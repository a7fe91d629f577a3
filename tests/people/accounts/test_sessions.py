"""Sessions: a new id at sign-in, dead at sign-out, ended by their owner, over when their time is."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask, request_started
from sqlalchemy import event

from portal.people.accounts import presence
from portal.people.sessions import Account, device, end_sessions
from portal.shared import clock, ids
from tests.people.browser import MARA, OTTO, Browser
from tests.people.site import ADA, BEN, Site, at, find_person_id

START = at("2026-03-01T09:00:00+00:00")


@pytest.fixture
def ada(site: Site) -> Browser:
    """Ada, signed in."""
    site.agreed(ADA, "offers_email")
    return Browser(site).by_mail(ADA)


def is_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def test_an_id_planted_before_opens_nothing_after(site: Site) -> None:
    site.agreed(ADA)
    planted = Browser(site)
    planted.cookie = "planted-by-somebody-else"
    planted.by_mail(ADA)
    thief = Browser(site)
    thief.cookie = "planted-by-somebody-else"
    assert is_in(planted)
    assert not is_in(thief)


def test_signing_in_makes_a_new_id_and_deletes_the_old_session(ada: Browser) -> None:
    before = ada.cookie
    ada.by_mail(ADA)
    assert ada.cookie != before
    thief = Browser(ada.site)
    assert before
    thief.cookie = before
    assert not is_in(thief)
    assert ada.site.count("sessions") == 1


def test_a_cookie_saved_before_signing_out_opens_nothing_after(ada: Browser) -> None:
    saved = ada.cookie
    assert saved
    assert ada.post("/sign-out", from_page="/account").location == "/sign-out"
    assert ada.cookie is None
    assert ada.site.count("sessions") == 0
    ada.cookie = saved
    assert not is_in(ada)


def test_signing_out_again_is_no_different(site: Site) -> None:
    assert Browser(site).post("/sign-out").status_code == 303


def test_a_get_signs_nobody_out(ada: Browser) -> None:
    ada.get("/sign-out")
    assert is_in(ada)


def test_one_session_is_ended_from_another_at_once(ada: Browser) -> None:
    phone = Browser(ada.site, agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1").by_mail(ADA)
    page = ada.get("/account").text
    assert "Safari on iPhone" in page
    assert "Firefox on Linux" in page
    ((handle,),) = ada.site.rows("select handle from sessions where device = 'Safari on iPhone'")
    ada.post("/account/sessions/end", from_page="/account", session=handle)
    assert not is_in(phone)
    assert is_in(ada)


def test_all_others_are_ended_at_once(ada: Browser) -> None:
    others = [Browser(ada.site).by_mail(ADA) for _ in range(3)]
    ada.post("/account/sessions/end", from_page="/account")
    assert [is_in(other) for other in others] == [False] * 3
    assert is_in(ada)


def test_nobody_ends_the_session_of_somebody_else(ada: Browser) -> None:
    ada.site.agreed(BEN)
    ben = Browser(ada.site).by_mail(BEN)
    for browser in (ada, ben):
        for (handle,) in ada.site.rows("select handle from sessions"):
            other = ben if browser is ada else ada
            mine = f'value="{handle}"' in browser.get("/account").text
            if not mine:
                browser.post("/account/sessions/end", from_page="/account", session=handle)
                assert is_in(other)


def test_a_form_without_its_token_is_refused_once_there_is_a_session(ada: Browser) -> None:
    answer = ada.client.post("/account/name", base_url=ada.site.settings.url, data={"name": "Eve"})
    assert answer.status_code == 403
    assert "out of date" in answer.text


def test_a_prospects_session_ends_after_thirty_days_without_use_and_after_sixty_in_all(site: Site) -> None:
    with time_machine.travel(START, tick=False) as now:
        site.agreed(ADA)
        ada = Browser(site).by_mail(ADA)
        now.shift(timedelta(days=29))
        assert is_in(ada)
        now.shift(timedelta(days=29))
        assert is_in(ada)
        now.shift(timedelta(days=2))
        assert not is_in(ada)
        ada.by_mail(ADA)
        now.shift(timedelta(days=30))
        assert not is_in(ada)


def test_a_staff_session_ends_after_half_an_hour_without_use_and_after_twelve_hours(site: Site) -> None:
    with time_machine.travel(START, tick=False) as now:
        mara = Browser(site).by_start_link()
        for _ in range(28):
            now.shift(timedelta(minutes=25))
            assert mara.get("/studio/").status_code == 200
        now.shift(timedelta(minutes=20))  # twelve hours
        assert mara.get("/studio/").status_code == 303
        mara.by_start_link()
        now.shift(timedelta(minutes=30))
        assert mara.get("/studio/").status_code == 303


def test_a_session_ended_while_a_request_ran_is_not_brought_back_by_it(site: Site) -> None:
    mara = Browser(site).by_start_link()
    ((account,),) = site.rows("select account from sessions")

    def end_it_meanwhile(_app: Flask) -> None:
        with site.database.transaction() as db:
            end_sessions(db, account=Account.read(account))
        presence.prove(clock.now())  # which asks for a new id

    with request_started.connected_to(end_it_meanwhile, site.app):
        mara.get("/studio/")
    assert site.count("sessions") == 0
    assert mara.get("/studio/").status_code == 303


def test_what_is_stored_names_no_address_of_a_machine(ada: Browser) -> None:
    rows = ada.site.rows("select id_digest, content, account, handle, device from sessions")
    assert "127.0.0.1" not in str(rows)
    assert ada.cookie
    assert rows[0][0] == ids.digest(ada.cookie)
    assert ada.cookie not in str(rows)
    assert "_id" not in str(rows[0][1]).replace("_user_id", "")


def test_pages_ask_the_database_who_somebody_is_only_where_it_matters(ada: Browser) -> None:
    asked: list[str] = []
    for name in ("reader", "_peeker"):
        event.listen(getattr(ada.site.database, name), "checkout", lambda *_, name=name: asked.append(name))
    ada.get("/questions")
    assert asked == ["_peeker"]  # the session itself
    asked.clear()
    ada.get("/account")
    assert asked == ["_peeker", "reader"]  # its owner is read with it
    asked.clear()
    Browser(ada.site).get("/questions")
    assert asked == []


def test_the_header_says_where_to_go(ada: Browser) -> None:
    assert '<a href="/account">Account</a>' in ada.get("/questions").text
    assert '<a href="/sign-in">Sign in</a>' in Browser(ada.site).get("/questions").text
    assert '<a href="/studio/">Studio</a>' in Browser(ada.site).by_start_link().get("/questions").text


def test_pages_of_somebody_signed_in_are_for_no_cache(ada: Browser) -> None:
    for path in ("/", "/account", "/questions"):
        assert ada.get(path).headers["Cache-Control"] == "private, no-store"
    assert Browser(ada.site).get("/questions").headers["Cache-Control"] == "no-cache"


def test_taking_somebody_out_ends_their_sessions(site: Site) -> None:
    otto = Browser(site).by_start_link(email=OTTO)
    mara = Browser(site).by_start_link(email=MARA)
    ((otto_id,),) = site.rows("select id from staff where email = ?", OTTO)
    mara.post(f"/studio/staff/{otto_id}/leave", from_page="/studio/staff")
    assert otto.get("/studio/").status_code == 303
    assert otto.client.get_cookie("people-session", domain="localhost")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
            "Chrome on Windows",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18.0 Safari/605.1.15", "Safari on Mac"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.0", "curl"),
        ("<script>", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_device_is_told_in_a_few_words_of_ours(agent: str, words: str) -> None:
    assert device(agent) == words


def test_the_person_of_a_session_is_the_one_who_signed_in(ada: Browser) -> None:
    with ada.site.database.reading() as db:
        person_id = find_person_id(db, ADA)
    assert ada.site.rows("select account from sessions") == [(f"person:{person_id}",)]
