"""The page that a confirmation mail leads to: only its button confirms, once, and only what it showed."""

import re
from datetime import timedelta

import pytest
import time_machine

from portal.people.accounts.models import Person
from portal.people.consent import notices
from portal.people.consent.on_behalf import How, withdraw_for
from portal.people.consent.record import Act
from portal.people.offers.catalog import Offer
from portal.people.offers.places import give_place
from portal.shared import clock
from tests.people.site import ADA, BEN, CLEO, OFFER, Site, at

START = at("2026-03-01T09:00:00+00:00")


def test_pressing_the_button_confirms_and_shows_code_words_and_way_out(site: Site) -> None:
    answer = site.confirm(site.asked(ADA, "offers_email"))
    page = site.get(str(answer.location)).text
    assert site.steps(ADA) == [("offers", "none", "requested"), ("offers", "requested", "confirmed")]
    assert site.may_write_to(ADA, "offers")
    assert re.search(r"SETUP-\w{4}-\w{4}", page)
    assert "CustomerHub may e-mail me its offers and goodies." in page
    assert "To stop" in page


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_scanners_change_nothing_however_often_they_look(site: Site, method: str) -> None:
    mail = site.asked(ADA, "offers_email")
    site.keyring  # noqa: B018  # made on first use
    before = site.dump()
    for _ in range(5):
        for path in (mail.confirm, mail.opt_out, f"{mail.confirm}/done"):
            site.client.open(path, method=method, base_url=site.settings.url)
    assert site.dump() == before


def test_a_post_without_the_page_confirms_nothing(site: Site) -> None:
    mail, other = site.asked(ADA, "offers_email"), site.asked(BEN, "offers_email")
    before = site.dump()
    for data in ({}, {"page": "x"}, site.form(other.confirm)):
        answer = site.post(mail.confirm, data=data)
        assert answer.status_code == 409
        assert "Nothing is confirmed yet" in answer.text
    assert site.dump() == before


def test_the_page_of_another_link_confirms_nothing_though_it_shows_the_same(site: Site) -> None:
    mail, other = site.asked(ADA), site.asked(BEN)
    assert site.post(mail.confirm, data=site.form(other.confirm)).status_code == 409
    assert site.count("places") == 0


def test_sending_it_again_leads_to_the_same_page_and_adds_nothing(site: Site) -> None:
    mail = site.asked(ADA, "offers_email")
    form = site.form(mail.confirm)
    first = site.post(mail.confirm, data=form)
    page, before = site.get(str(first.location)).text, site.dump()
    for _ in range(3):
        again = site.post(mail.confirm, data=form)
        assert (again.status_code, again.location) == (303, first.location)
    assert site.get(str(first.location)).text == page
    assert site.dump() == before


def test_a_used_link_is_gone_and_leads_to_what_it_confirmed(site: Site) -> None:
    mail = site.agreed(ADA, "offers_email")
    for answer in (site.get(mail.confirm), site.post(mail.confirm)):
        assert answer.status_code == 410
        assert f"{mail.confirm}/done" in answer.text


def test_a_link_with_a_bit_flipped_or_of_another_purpose_is_unknown(site: Site) -> None:
    mail = site.asked(ADA, "offers_email")
    token = mail.confirm.rpartition("/")[2]
    flipped = token[:10] + chr(ord(token[10]) ^ 1) + token[11:]
    strangers = [flipped, token[:-1], mail.opt_out.rpartition("/")[2], "x" * 5000, "%00", "Ä"]
    before = site.dump()
    for stranger in strangers:
        for answer in (
            site.get(f"/confirm/{stranger}"),
            site.post(f"/confirm/{stranger}", data=site.form(mail.confirm)),
        ):
            assert answer.status_code in (400, 404), stranger
    assert site.get(f"/opt-out/{token}").status_code == 404
    assert site.dump() == before


def test_a_link_expires_after_seven_days(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        mail = site.asked(ADA, "offers_email")
        form = site.form(mail.confirm)
    with time_machine.travel(START + timedelta(days=7), tick=False):
        assert site.get(mail.confirm).status_code == 410
        assert site.post(mail.confirm, data=form).status_code == 410
        assert site.steps(ADA) == [("offers", "none", "requested")]


def test_an_old_link_does_not_bring_back_what_was_withdrawn(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        first = site.asked(ADA, "offers_email")
        form = site.form(first.confirm)
        site.confirm(first)
        site.post(first.opt_out)
    with time_machine.travel(START + timedelta(days=2), tick=False):
        site.asked(ADA, "offers_email")
        site.post(first.confirm, data=form)
        assert not site.may_write_to(ADA, "offers")


def test_each_of_two_open_links_confirms_its_own_boxes(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        first = site.asked(ADA, "offers_email")
    with time_machine.travel(START + timedelta(days=2), tick=False):
        second = site.asked(ADA, "offers_email", "webinars_email")
        site.confirm(first)
        assert site.may_write_to(ADA, "offers")
        assert not site.may_write_to(ADA, "webinars")
        page = site.get(second.confirm).text
        assert "webinar is out" in page
        assert "offers and goodies" not in page
        site.confirm(second)
        assert site.may_write_to(ADA, "webinars")
    assert site.verify().is_sound


def test_a_page_that_showed_something_else_confirms_nothing(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        first = site.asked(ADA, "offers_email")
    with time_machine.travel(START + timedelta(days=2), tick=False):
        second = site.asked(ADA, "offers_email", "webinars_email")
        form = site.form(second.confirm)
        site.confirm(first)
        answer = site.post(second.confirm, data=form)
    assert answer.status_code == 409
    assert not site.may_write_to(ADA, "webinars")


def test_a_link_to_older_words_does_not_confirm_newer_ones(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel(START, tick=False):
        first = site.asked(ADA, "offers_email")
    newer = notices.current_wording("sign-up").content.replace(b"offers and goodies", b"offers, twice a week")
    monkeypatch.setattr(
        "portal.people.offers.routes.current_wording", lambda _name: notices.read_wording("sign-up/2.en", newer)
    )
    with time_machine.travel(START + timedelta(days=2), tick=False):
        second = site.asked(ADA, "offers_email")
        assert site.count("consent_payloads") == 2  # that of the first request is gone: nothing can confirm it any more
        assert "twice a week" not in site.get(first.confirm).text
        site.confirm(first)
        assert not site.may_write_to(ADA, "offers")
        assert "twice a week" in site.get(second.confirm).text
        site.confirm(second)
        assert site.may_write_to(ADA, "offers")
    assert site.verify().is_sound


def test_the_last_place_is_given_once_and_the_other_is_told(site: Site) -> None:
    offer = site.offer("setup-day")
    ada, ben = site.asked(ADA), site.asked(BEN, "offers_email")
    fill(site, offer, leave=1)
    site.confirm(ada)
    answer = site.confirm(ben)
    assert site.count("places") == offer.places
    assert "last place was just taken" in site.get(str(answer.location)).text
    assert site.may_write_to(BEN, "offers")


def test_a_full_offer_says_so_and_loses_nothing_that_was_typed(site: Site) -> None:
    offer = site.offer("setup-day")
    fill(site, offer, leave=0)
    page = site.get(OFFER).text
    assert "All places are taken" in page
    assert 'name="email"' not in page
    answer = site.sign_up(CLEO, "offers_email", name="Cleo Marsh")
    assert answer.status_code == 409
    assert 'value="Cleo Marsh"' in answer.text


def test_who_agreed_before_confirms_nothing_new_and_still_sees_what_they_agreed_to(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        site.agreed(ADA, "offers_email")
    with time_machine.travel(START + timedelta(days=2), tick=False):
        mail = site.asked(ADA, "offers_email")
        assert "nothing that you did not allow before" in site.get(mail.confirm).text
        site.confirm(mail)
        assert "its offers and goodies" in site.get(f"{mail.confirm}/done").text
        assert len(site.steps(ADA)) == 2


def test_one_person_has_one_place_in_a_round(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        first = site.agreed(ADA)
    with time_machine.travel(START + timedelta(days=2), tick=False):
        second = site.agreed(ADA)
    codes = {re.findall(r"SETUP-\w{4}-\w{4}", site.get(f"{mail.confirm}/done").text)[0] for mail in (first, second)}
    assert len(codes) == site.count("places") == 1


def test_signing_up_for_messages_alone_takes_no_place(site: Site) -> None:
    mail = site.agreed(ADA, "webinars_email", path="/sign-up")
    assert "Your address is proven" in site.get(f"{mail.confirm}/done").text
    assert site.count("places") == 0
    assert site.may_write_to(ADA, "webinars")


def test_a_used_page_tells_no_box_from_a_yes_that_was_taken_back_and_leads_on(site: Site) -> None:
    unticked, mail = site.agreed(BEN, path="/sign-up"), site.agreed(ADA, "offers_email", path="/sign-up")
    page = site.get(f"{unticked.confirm}/done").text
    assert "Nothing: no box was ticked." in page
    assert "taken back" not in page
    assert 'href="/preferences"' in page
    site.post(mail.opt_out)
    page = site.get(f"{mail.confirm}/done").text
    assert "Confirmed, and taken back since</h1>" in page
    assert "Nothing any more: it was taken back since." in page
    assert "no box" not in page
    assert "its offers and goodies. <b>Taken back since.</b>" in page
    assert 'href="/preferences"' in page
    (receipt,) = re.findall(r'href="(/receipts/\w+)"', page)
    assert site.get(receipt).status_code == 200


def test_what_was_taken_back_is_told_apart_from_what_still_holds(site: Site) -> None:
    mail = site.agreed(ADA, "offers_email", "webinars_email", path="/sign-up")
    address, keyring = ADA, site.keyring
    act = Act(at=clock.now(), key="test", actor="self", means="test")
    with site.database.transaction() as db:
        withdraw_for(db, address=address, purpose="offers", how=How.PHONE, by="test", keyring=keyring, act=act)
    page = site.get(f"{mail.confirm}/done").text
    assert "Confirmed</h1>" in page
    assert page.count("Taken back since.") == 1
    assert page.count("/receipts/") == 2


def test_no_reminder_is_promised_after_it_was_taken_back(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        mail = site.agreed(ADA, "reminders_email", path=f"{OFFER}/remind")
        assert "We remind you once" in site.get(f"{mail.confirm}/done").text
        site.post(mail.opt_out)
        assert "We remind you" not in site.get(f"{mail.confirm}/done").text


def test_a_link_that_has_ended_leads_to_both_ways_of_signing_up(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        late, cancelled = site.asked(ADA, path="/sign-up"), site.asked(BEN, path="/sign-up")
        site.post(cancelled.opt_out)
    with time_machine.travel(START + timedelta(days=7), tick=False):
        for mail, words in ((late, "This link is too old"), (cancelled, "This was cancelled")):
            page = site.get(mail.confirm).text
            assert words in page
            assert page.count('href="/sign-up"') == 1 + site.get("/privacy").text.count('href="/sign-up"')


def fill(site: Site, offer: Offer, *, leave: int) -> None:
    """Give all places but some to people who need no name here."""
    now = clock.now()
    round_key = offer.round_on(now.date()).key
    people = [f"filler{number:010d}" for number in range(offer.places - leave)]
    with site.database.transaction() as db:
        for person in people:
            db.add(Person(id=person, name="Sample", email=f"{person}@people.customerhub.net", created_at=now))
            db.flush()
            give_place(db, offer=offer, round_key=round_key, person_id=person, now=now)
