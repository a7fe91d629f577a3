"""Offers as people meet them: public by a record, open in their window, for whom they are, with a code at the end."""

import re
from datetime import date

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.people.consent.erasure import erase_person
from portal.people.consent.record import Act
from portal.people.offers.catalog import Offer, Round
from portal.people.offers.publishing import NotPublic, publish_offer, withdraw_offer
from portal.people.offers.reading import FOLDER
from portal.people.offers.redeeming import NoSuchCode, UsedBefore, redeem
from portal.shared import clock
from tests.people.site import ADA, BEN, OFFER, Site, at, first

EVERY_MONTH = 'every = "month"'
SPRING = "opens_on = 2026-03-02\ncloses_on = 2026-03-30"


def offer(**more: object) -> Offer:
    facts = {"slug": "x", "title": "X", "name": "X", "summary": "X", "costs": "X", "costs_note": "X"}
    return Offer(**facts, places=1, code="X", button="X", **more)  # type: ignore[arg-type]


def test_a_month_is_a_round_and_the_next_one_starts_empty() -> None:
    february = offer(every="month").round_on(date(2026, 2, 14))
    assert february == Round(key="2026-02", opens_on=date(2026, 2, 1), closes_on=date(2026, 2, 28))
    march = offer(every="month").round_after(february)
    assert march is not None
    assert march.key == "2026-03"
    assert offer().round_after(february) is None


@pytest.mark.parametrize("today", [date(2026, 2, 28), date(2028, 2, 29), date(2031, 12, 31), date(2027, 1, 1)])
def test_a_round_a_month_is_open_on_any_day_of_any_year(today: date) -> None:
    assert offer(every="month").round_on(today).is_open_on(today)


@pytest.mark.parametrize(("today", "is_open"), [(1, False), (2, True), (30, True), (31, False)])
def test_a_window_includes_its_first_and_its_last_day(today: int, is_open: bool) -> None:
    window = Round(key="only", opens_on=date(2026, 1, 2), closes_on=date(2026, 1, 30))
    assert window.is_open_on(date(2026, 1, today)) is is_open


def test_the_list_shows_what_is_left(site: Site) -> None:
    site.agreed(ADA)
    page = site.get("/offers/").text
    assert OFFER in page
    assert '<span class="big-figure">59</span> of 60' in page


@pytest.mark.parametrize(
    ("day", "words", "status"),
    [
        ("2026-03-01", "It opens on", 409),
        ("2026-03-02", "28 days from today", 303),
        ("2026-03-30", "today, until midnight UTC", 303),
        ("2026-03-31", "This offer is closed", 409),
    ],
)
def test_a_window_opens_and_closes_by_its_days(site: Site, day: str, words: str, status: int) -> None:
    site.publish("spring", (EVERY_MONTH, SPRING))
    with time_machine.travel(at(f"{day}T12:00:00+00:00"), tick=False):
        assert words in site.get("/offers/spring").text
        assert "/offers/spring" in site.get("/offers/").text
        answer = site.sign_up(ADA, path="/offers/spring")
        assert answer.status_code == status
        assert ("Nothing was stored" in answer.text) is (status == 409)
    assert site.count("people") == (status == 303)


def test_who_asked_in_time_and_confirms_after_it_has_closed_has_their_place(site: Site) -> None:
    site.publish("spring", (EVERY_MONTH, SPRING))
    with time_machine.travel(at("2026-03-30T20:00:00+00:00"), tick=False):
        mail = site.asked(ADA, path="/offers/spring")
    with time_machine.travel(at("2026-04-02T09:00:00+00:00"), tick=False):
        assert "SETUP-" in site.get(str(site.confirm(mail).location)).text


def test_terms_stand_apart_from_consent_and_no_box_is_about_them(site: Site) -> None:
    page = site.get(OFFER).text
    form = page[page.index('<form class="form"') : page.index("</form>")]
    assert "please do not sell it" in page
    assert "please do not sell it" not in form
    assert set(re.findall(r'type="checkbox"[^>]*name="(\w+)"', form)) == {"offers_email", "webinars_email"}


def test_a_place_never_depends_on_a_tick(site: Site) -> None:
    mail = site.agreed(ADA)
    assert site.steps(ADA) == []
    assert "SETUP-" in site.get(f"{mail.confirm}/done").text


def test_prose_is_drawn_when_it_is_published_and_holds_no_html_of_its_own(site: Site) -> None:
    site.publish("odd", ("## How the day goes", "## How <script>alert(1)</script> *it* goes"))
    page = site.get("/offers/odd").text
    assert "<script>alert(1)" not in page
    assert "<em>it</em> goes</h2>" in page


def test_an_offer_with_one_code_for_all_shows_that_code_and_counts_its_places(site: Site) -> None:
    site.publish(
        "club", ("places = 500", "places = 2"), ("2026-01-05", "2020-01-05"), ("2027-", "2099-"), of="second-month"
    )
    for who in (ADA, BEN):
        page = site.get(f"{site.agreed(who, path='/offers/club').confirm}/done").text
        assert '<p class="outcome-code">SECOND-MONTH</p>' in page
    assert "All places are taken" in site.get("/offers/club").text


def test_an_offer_for_new_people_says_no_to_who_had_a_place_before_on_their_page_alone(site: Site) -> None:
    with time_machine.travel(at("2026-03-01T09:00:00+00:00"), tick=False):
        site.agreed(ADA)
    with time_machine.travel(at("2026-03-03T09:00:00+00:00"), tick=False):
        known, new = (site.sign_up(who, path="/offers/first-letter") for who in (ADA, BEN))
        assert (known.status_code, known.location, known.text) == (new.status_code, new.location, new.text)
        to_ada, to_ben = (next(mail for mail in site.mails() if who in mail.page) for who in (ADA, BEN))
        assert "this offer is for new people" in site.get(str(site.confirm(to_ada).location)).text
        assert "LETTER-" in site.get(str(site.confirm(to_ben).location)).text
    assert site.count("places") == 2


def test_an_offer_that_was_taken_back_is_gone_and_comes_back_by_publishing_it_again(site: Site) -> None:
    mail = site.asked(ADA)
    had = site.agreed(BEN)
    with site.database.transaction() as db:
        withdraw_offer(db, "setup-day", by="Mara", now=clock.now())
    assert site.get(OFFER).status_code == 410
    assert site.post(OFFER, data={"name": "Ada", "email": ADA}).status_code == 410
    assert OFFER not in site.get("/offers/").text
    assert "the offer was taken back" in site.get(str(site.confirm(mail).location)).text
    assert "SETUP-" in site.get(f"{had.confirm}/done").text
    with site.database.transaction() as db:
        with pytest.raises(NotPublic):
            withdraw_offer(db, "setup-day", by="Mara", now=clock.now())
        publication, is_new = publish_offer(db, FOLDER / "setup-day.md", by="Mara", now=clock.now())
        assert (is_new, publication.published_by) == (True, "Mara")
        assert publish_offer(db, FOLDER / "setup-day.md", by="Otto", now=clock.now()) == (publication, False)
    assert site.get(OFFER).status_code == 200


@pytest.mark.parametrize("table", ["offer_publications", "offer_withdrawals", "redemptions"])
def test_what_was_published_withdrawn_or_redeemed_is_never_changed(site: Site, table: str) -> None:
    code = _code_of(site, ADA)
    with site.database.transaction() as db:
        redeem(db, code=code, by="Renske", now=clock.now())
        withdraw_offer(db, "setup-day", by="Mara", now=clock.now())
    for change in (f"delete from {table}", f"update {table} set {_BY[table]} = 'Somebody else'"):
        with pytest.raises(DBAPIError), site.database.transaction() as db:
            db.execute(text(change))


def test_a_code_is_taken_in_once_however_it_is_typed(site: Site) -> None:
    code = _code_of(site, ADA)
    typed = f" {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} ".replace("setup", "Setup")
    with site.database.transaction() as db:
        found = redeem(db, code=typed, by="Renske", now=clock.now())
    assert (found.offer, found.name, found.number) == ("setup-day", "Setup day", 1)
    with pytest.raises(UsedBefore, match="taken in by Renske"), site.database.transaction() as db:
        redeem(db, code=code, by="Paolo", now=clock.now())


@pytest.mark.parametrize("code", ["SETUP-0000-0000", "", "-", "x" * 5000, "SETUP'; drop table places"])
def test_a_code_that_nobody_has_is_refused_in_words(site: Site, code: str) -> None:
    site.agreed(ADA)
    with pytest.raises(NoSuchCode, match="letter by letter"), site.database.transaction() as db:
        redeem(db, code=code, by="Renske", now=clock.now())


def test_a_place_stays_taken_when_whoever_took_it_is_erased(site: Site) -> None:
    site.agreed(ADA)
    assert site.count("places") == 1
    keyring = site.keyring
    with site.database.transaction() as db:
        (person_id,) = db.scalars(text("select id from people"))
        act = Act(at=clock.now(), key="test")
        erase_person(db, person_id=person_id, keyring=keyring, act=act)
    assert (site.count("people"), site.count("places")) == (0, 1)


def test_codes_are_of_one_person_each_and_not_to_be_guessed_from_another(site: Site) -> None:
    codes = {_code_of(site, f"ada{number}@people.customerhub.net") for number in range(5)}
    assert len(codes) == 5
    assert all(re.fullmatch(r"SETUP-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", code) for code in codes)


def test_no_page_of_signing_up_sets_a_cookie(site: Site) -> None:
    mail = site.agreed("ada@people.customerhub.net", "offers_email")
    for path in ("/offers/", OFFER, "/sign-up", "/sign-up/sent", mail.confirm, f"{mail.confirm}/done", mail.opt_out):
        assert "Set-Cookie" not in site.get(path).headers, path


def test_pages_behind_a_secret_link_are_kept_by_nobody(site: Site) -> None:
    mail = site.agreed("ada@people.customerhub.net", "offers_email")
    for path in (mail.confirm, f"{mail.confirm}/done", mail.opt_out):
        headers = site.get(path).headers
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["X-Robots-Tag"] == "noindex"


_BY = {"offer_publications": "published_by", "offer_withdrawals": "withdrawn_by", "redemptions": "redeemed_by"}


def _code_of(site: Site, who: str) -> str:
    page = site.get(f"{site.agreed(who).confirm}/done").text
    return first(r'(?<=outcome-code">)[^<]*', page)
