"""Signing up: what is shown, what is asked, what is written down, and what is refused."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine

from portal.people.consent.notices import current_wording
from tests.people.site import ADA, BEN, CLEO, OFFER, Site, at

BOXES = ("offers_email", "webinars_email")
FORMS = (OFFER, "/sign-up")
EVERY_MONTH = 'every = "month"'


@pytest.mark.parametrize("path", FORMS)
def test_each_purpose_has_its_own_box_and_none_is_ticked(site: Site, path: str) -> None:
    page = site.get(path).text
    boxes = re.findall(r'<input[^>]*type="checkbox"[^>]*>', page)
    assert [re.findall(r'name="(\w+)"', box)[0] for box in boxes] == list(BOXES)
    assert not any("checked" in box for box in boxes)


@pytest.mark.parametrize("path", FORMS)
def test_the_words_beside_a_box_are_the_notice_and_privacy_is_one_link_away(site: Site, path: str) -> None:
    page = unescape(site.get(path).text)
    form = page[page.index("<form") : page.index("</form>")]
    assert [purpose.words for purpose in current_wording("sign-up").purposes if purpose.words not in form] == []
    assert 'href="/privacy"' in form


def test_a_ticked_box_writes_a_request_and_one_mail(site: Site) -> None:
    answer = site.sign_up(ADA, "offers_email")
    assert (answer.status_code, answer.location) == (303, f"{OFFER}/sent")
    assert site.steps(ADA) == [("offers", "none", "requested")]
    assert len(site.mails()) == 1
    assert not site.may_write_to(ADA, "offers")


@pytest.mark.parametrize(
    ("path", "boxes", "told"),
    [
        ("/sign-up", (), "What you ticked counts from then on, and nothing else."),
        (OFFER, (), "is then yours, if one is left, and its code appears."),
        (f"{OFFER}/remind", ("reminders_email",), "We then remind you of"),
    ],
)
def test_what_comes_next_is_told_by_what_was_asked_for_and_to_everyone_alike(
    site: Site, path: str, boxes: tuple[str, ...], told: str
) -> None:
    with time_machine.travel(at("2026-03-03T09:00:00+00:00"), tick=False):
        site.agreed(ADA, "offers_email")
        known, stranger = (site.sign_up(who, *boxes, path=path) for who in (ADA, CLEO))
        assert known.location == stranger.location == f"{path}/sent"
        page = site.get(f"{path}/sent").text
    assert told in page
    assert ("code appears" in page) == (path == OFFER)
    assert f'<a href="{path}">sign up again</a>' in page


def test_with_nothing_ticked_no_record_is_written_and_the_code_is_given_all_the_same(site: Site) -> None:
    mail = site.asked(CLEO)
    assert site.count("consent_records") == 0
    answer = site.confirm(mail)
    assert site.count("consent_records") == 0
    assert re.search(r"SETUP-\w{4}-\w{4}", site.get(str(answer.location)).text)


def test_the_mail_repeats_nothing_that_was_typed_and_holds_no_offer(site: Site) -> None:
    mail = site.asked(ADA, *BOXES, name="<b>Buy gold now</b>")
    body = site.get(f"/_outbox/{mail.id}/body").text
    for shown in (mail.page, body):
        assert "gold" not in shown
    assert "Setup day" not in body
    assert "spreadsheet" not in body


def test_what_only_looks_dangerous_is_kept_as_typed_in_a_name(site: Site) -> None:
    names = ["=cmd|' /C calc'!A0", "Robert'); DROP TABLE people;--", "<script>alert(1)</script>", "\u202eevil", "Аdа"]
    for number, name in enumerate(names):
        site.asked(f"ada{number}@people.customerhub.net", name=name)
    assert [name for (name,) in site.rows("select name from people order by email")] == names


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("ada", "Add the @"),
        ("ada@x.example", "Nobody can have an address at x.example"),
        ("Ada@X.EXAMPLE", "Nobody can have an address"),
        ("ada@example.com", "Nobody can have an address"),
        ("ada@mail.test", "Nobody can have an address"),
        ("аda@people.customerhub.net", "Use plain letters"),  # the first letter is Cyrillic
        ("ada\u202e@people.customerhub.net", "Use plain letters"),
        ("ada@people..net", "not an address"),
        ('"ada"@people.customerhub.net', "not an address"),
        ("ada@people.customerhub.net,b@people.customerhub.net", "not an address"),
        ("ada@[127.0.0.1]", "not an address"),
        ("", "Type your e-mail address"),
        ("a" * 260 + "@people.customerhub.net", "Shorten it"),
        ("ada@people.customerhub.net\nBcc: b@people.customerhub.net", "on one line"),
        ("ada\x00@people.customerhub.net", "cannot be shown"),
    ],
)
def test_an_address_that_reaches_nobody_is_refused_in_plain_words(site: Site, email: str, words: str) -> None:
    answer = site.sign_up(email, "offers_email", name="Ada Lindqvar")
    assert answer.status_code == 422
    assert words in unescape(answer.text)
    assert 'value="Ada Lindqvar"' in answer.text
    assert re.search(r'id="offers_email"[^>]*checked', answer.text)
    assert site.count("people") + site.count("messages") == 0


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Type your name"),
        ("   ", "Type your name"),
        ("a" * 201, "Shorten it"),
        ("Ada\x00", "cannot be shown"),
        ("Ada\x1b[31m", "cannot be shown"),
        ("Ada\nLindqvar", "on one line"),
    ],
)
def test_a_name_that_cannot_be_text_is_refused_and_the_rest_is_kept(site: Site, name: str, words: str) -> None:
    answer = site.sign_up(ADA, name=name)
    assert answer.status_code == 422
    assert words in unescape(answer.text)
    assert f'value="{ADA}"' in answer.text


def test_a_megabyte_and_broken_bytes_are_refused(site: Site) -> None:
    before = site.dump()
    assert site.sign_up(ADA, name="a" * 1_000_000).status_code == 413
    broken = b"name=Ada%ff&email=ada%40people.customerhub.net"
    assert site.post(OFFER, data=broken, content_type="application/x-www-form-urlencoded").status_code == 400
    assert site.dump() == before


@pytest.mark.parametrize("key", ["name", "email", "notice", "offers_email"])
def test_a_key_given_twice_is_refused(site: Site, key: str) -> None:
    typed = {"name": "Ada", "email": ADA, "offers_email": "yes"} | site.form(OFFER)
    answer = site.post(OFFER, data=typed | {key: [typed[key], typed[key]]})
    assert answer.status_code == 400
    assert site.count("messages") == 0


def test_a_box_counts_only_by_a_value_that_says_yes(site: Site) -> None:
    assert site.sign_up(ADA, offers_email="perhaps").status_code == 422
    assert site.sign_up(ADA, offers_email="no").status_code == 303
    assert site.count("consent_records") == 0


def test_an_older_page_comes_back_with_the_words_of_now_and_nothing_ticked(site: Site) -> None:
    for notice in ("0" * 64, ""):
        answer = site.sign_up(ADA, "offers_email", notice=notice)
        assert answer.status_code == 409
        assert "not the ones your page had" in answer.text
        assert f'value="{ADA}"' in answer.text
        assert current_wording("sign-up").digest in answer.text
        assert not re.search(r'type="checkbox"[^>]*checked', answer.text)
    assert site.count("people") == 0


def test_what_the_client_says_about_words_and_dates_is_not_heard(site: Site) -> None:
    site.sign_up(ADA, "offers_email", words="Anything goes", requested_at="1999-01-01", version="0", person_id="x")
    assert site.steps(ADA) == [("offers", "none", "requested")]
    assert site.verify().is_sound


def test_a_second_sign_up_on_the_same_day_leaves_no_trace_and_gets_the_same_answer(site: Site) -> None:
    first = site.sign_up(ADA, "offers_email")
    before = site.dump()
    for again in (site.sign_up(ADA, "offers_email"), site.sign_up(ADA.upper(), *BOXES, name="Someone else")):
        assert (again.status_code, again.location, again.text) == (first.status_code, first.location, first.text)
    assert site.dump() == before


def test_an_address_gets_one_mail_a_day_and_three_a_month(site: Site) -> None:
    start = at("2026-03-01T09:00:00+00:00")
    for day, mails in [(0, 1), (0.9, 1), (1.1, 2), (2.2, 3), (3.3, 3), (20, 3), (30.5, 4)]:
        with time_machine.travel(start + timedelta(days=day), tick=False):
            assert site.sign_up(ADA, "offers_email").status_code == 303
        assert site.count("messages") == mails


def test_signing_up_again_neither_widens_nor_revives_a_consent(site: Site) -> None:
    start = at("2026-03-01T09:00:00+00:00")
    with time_machine.travel(start, tick=False):
        site.agreed(ADA, "offers_email")
        mail = site.agreed(BEN, "offers_email")
        site.post(mail.opt_out)
    with time_machine.travel(start + timedelta(days=2), tick=False):
        assert site.sign_up(ADA, *BOXES).status_code == 303
        assert site.sign_up(BEN, "offers_email").status_code == 303
        assert site.may_write_to(ADA, "offers")
        assert not site.may_write_to(ADA, "webinars")
        assert not site.may_write_to(BEN, "offers")


def test_a_new_sign_up_of_someone_known_does_not_rename_them_before_they_confirm(site: Site) -> None:
    start = at("2026-03-01T09:00:00+00:00")
    with time_machine.travel(start, tick=False):
        site.agreed(ADA, name="Ada Lindqvar")
    with time_machine.travel(start + timedelta(days=2), tick=False):
        mail = site.asked(ADA, name="Mallory")
        assert site.rows("select name from people") == [("Ada Lindqvar",)]
        site.confirm(mail)
        assert site.rows("select name from people") == [("Mallory",)]


def test_an_unknown_offer_is_nowhere(site: Site) -> None:
    for answer in (site.get("/offers/gold"), site.post("/offers/gold", data={"name": "Ada", "email": ADA})):
        assert answer.status_code == 404
    assert site.count("people") == 0


def test_a_closed_offer_says_so_and_loses_nothing_that_was_typed(site: Site, a_closed_offer: str) -> None:
    page = site.get(a_closed_offer)
    assert "This offer is closed" in page.text
    assert 'name="email"' not in page.text
    answer = site.post(a_closed_offer, data={"name": "Ada", "email": ADA})
    assert answer.status_code == 409
    assert f'value="{ADA}"' in answer.text
    assert site.count("people") == 0


@pytest.fixture
def a_closed_offer(site: Site) -> str:
    days = "opens_on = 2026-01-01\ncloses_on = 2026-01-31"
    return f"/offers/{site.publish('winter', (EVERY_MONTH, days)).slug}"
