"""A form of `content/forms/` on a page of ours, and in a frame of a page that the form names."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from tests.people.browser import Browser
from tests.people.forms.conftest import HEAR, INVITED
from tests.people.site import ADA, BEN, Site

WAYS = ("", "/embed")
PARTNER = "https://www.customerhub.net"


@pytest.mark.parametrize("way", WAYS)
def test_it_asks_what_it_says_with_a_reason_for_each_and_only_its_boxes(site: Site, way: str) -> None:
    page = unescape(site.get(f"{INVITED}{way}").text)
    assert re.findall(r'type="checkbox"[^>]*name="(\w+)"', page) == ["webinars_email"]
    assert "To choose subjects that fit who watches." in page
    assert "To greet you." in page
    assert "checked" not in page


@pytest.mark.parametrize(("way", "kind"), [("", "page"), ("/embed", "frame")])
def test_both_ways_write_the_same_record_and_thank_with_the_forms_own_words(site: Site, way: str, kind: str) -> None:
    answer = site.sign_up(ADA, "webinars_email", path=f"{INVITED}{way}", company="Fernhollow Cycles")
    assert (answer.status_code, answer.location) == (303, f"{INVITED}{way}/sent")
    assert "with captions and a transcript" in site.get(str(answer.location)).text
    assert site.steps(ADA) == [("webinars", "none", "requested")]
    assert site.rows("select form, way, via from form_entries") == [("webinar-invitations", kind, "")]
    assert site.rows("select field, value from form_answers") == [("company", "Fernhollow Cycles")]
    site.confirm(site.mails()[0])
    assert site.may_write_to(ADA, "webinars")
    assert site.verify().is_sound


def test_what_a_form_does_not_ask_is_not_kept(site: Site) -> None:
    site.sign_up(ADA, "webinars_email", "offers_email", path=INVITED, phone="+12125550143", postal_address="Here")
    assert site.steps(ADA) == [("webinars", "none", "requested")]
    assert site.count("form_answers") == 0


def test_a_field_left_empty_is_no_row(site: Site) -> None:
    assert site.sign_up(ADA, path=INVITED, company="  ").status_code == 303
    assert site.count("form_answers") == 0


@pytest.mark.parametrize(
    ("phone", "status"),
    [
        ("", 303),
        ("(212) 736-5000", 303),
        ("+1 212 736 5000", 303),
        ("212 555 0143", 422),
        ("07700 900123", 422),
        ("ring me", 422),
        ("+1 212\r\n736", 422),
    ],
)
def test_a_telephone_number_could_ring_somewhere(
    site: Site, write_form: Callable[..., str], phone: str, status: int
) -> None:
    slug = write_form(company="phone")
    answer = site.sign_up(ADA, path=f"/forms/{slug}", phone=phone)
    assert answer.status_code == status
    kept = [("+12127365000",)] if phone and status == 303 else []
    assert site.rows("select value from form_answers") == kept


def test_a_field_that_is_needed_says_so(site: Site, write_form: Callable[..., str]) -> None:
    slug = write_form(**{'name = "company"': 'name = "postal_address"\nneeded = true'})
    page = site.sign_up(ADA, path=f"/forms/{slug}")
    assert page.status_code == 422
    assert "Postal address: this form cannot do without it." in page.text
    assert site.sign_up(ADA, path=f"/forms/{slug}", postal_address="14 Sample Row\nAnytown").status_code == 303


def test_only_the_origins_it_names_may_frame_it_and_no_other_page_of_ours_may_be_framed(site: Site) -> None:
    for path in (f"{INVITED}/embed", f"{INVITED}/embed/sent"):
        policy = site.get(path).headers["Content-Security-Policy"]
        assert f"frame-ancestors 'self' {PARTNER} http://localhost:* http://127.0.0.1:*;" in f"{policy};"
    refused = site.sign_up("", path=f"{INVITED}/embed")
    assert (refused.status_code, f"'self' {PARTNER}" in refused.headers["Content-Security-Policy"]) == (422, True)
    for path in (INVITED, f"{INVITED}/sent", "/", "/sign-up", "/opt-out/x", "/forms/nothing/embed", "/sign-in"):
        assert "frame-ancestors 'none'" in site.get(path).headers["Content-Security-Policy"], path


def test_the_frame_sets_no_cookie_and_needs_none(site: Site) -> None:
    answers = [site.get(f"{HEAR}/embed"), site.sign_up(ADA, path=f"{HEAR}/embed"), site.get(f"{HEAR}/embed/sent")]
    assert [answer.headers.getlist("Set-Cookie") for answer in answers] == [[], [], []]


def test_the_page_around_a_frame_is_what_the_browser_named_and_not_what_the_post_says(site: Site) -> None:
    for around, known in (
        (f"{PARTNER}/", PARTNER),
        ("https://elsewhere.people.customerhub.net/", ""),
        ("http://[x", ""),
    ):
        page = site.get(f"{HEAR}/embed", headers={"Referer": around}).text
        within = re.findall(r'name="within" value="([^"]+)"', page)
        site.sign_up(
            f"a{len(around)}@people.customerhub.net", path=f"{HEAR}/embed", **({"within": within[0]} if within else {})
        )
        assert site.rows("select via from form_entries order by opt_in_id desc limit 1") is not None
        assert bool(within) is bool(known), around
    site.sign_up(BEN, path=f"{HEAR}/embed", within="https://www.customerhub.net.forged")
    assert sorted(via for (via,) in site.rows("select via from form_entries")) == ["", "", "", PARTNER]


@pytest.mark.parametrize("way", WAYS)
def test_a_post_from_another_site_is_refused_and_from_within_the_frame_taken(site: Site, way: str) -> None:
    typed = {"name": "Ada", "email": ADA} | site.form(f"{HEAR}{way}")
    foreign = site.post(f"{HEAR}{way}", data=typed, headers={"Origin": PARTNER})
    assert foreign.status_code == 403
    assert site.post(f"{HEAR}{way}", data=typed, headers={"Origin": site.settings.url}).status_code == 303


@pytest.mark.parametrize("way", WAYS)
def test_an_unknown_form_is_nowhere(site: Site, way: str) -> None:
    for answer in (site.get(f"/forms/nothing{way}"), site.post(f"/forms/nothing{way}", data={"name": "Ada"})):
        assert answer.status_code == 404
        assert "There is no such form" in answer.text


def test_the_trap_for_programs_is_out_of_reach_and_tells_a_person_what_to_do(site: Site) -> None:
    page = site.get(HEAR).text
    assert re.search(r'class="decoy" aria-hidden="true".*?name="website"[^>]*tabindex="-1"', page, re.S) or re.search(
        r'class="decoy" aria-hidden="true".*?tabindex="-1"[^>]*', page, re.S
    )
    answer = site.sign_up(ADA, "offers_email", path=HEAR, website="https://x.customerhub.net")
    assert answer.status_code == 422
    assert "Empty this field, which only programs fill in" in answer.text
    assert 'class="decoy"' not in answer.text
    assert site.count("people") == 0


def test_an_account_shows_what_was_told_and_erasure_takes_it_away(site: Site) -> None:
    site.confirm(site.asked(ADA, "webinars_email", path=INVITED, company="Fernhollow Cycles"))
    assert "Fernhollow Cycles" in Browser(site).by_mail(ADA).get("/account").text


def test_the_loader_may_be_fetched_from_any_page_and_holds_no_secret(site: Site) -> None:
    answer = site.get("/forms/embed.js")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.mimetype == "text/javascript"
    assert b"customerhubForm" in answer.data
