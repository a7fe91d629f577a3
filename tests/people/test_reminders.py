"""A reminder of an offer: one message, on its day, to whoever asked for just that, and only while it makes sense."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import time_machine

from portal.people.consent.notices import in_a_sentence, list_wordings
from portal.people.offers.publishing import as_publication, withdraw_offer
from portal.people.offers.reminders import send_due
from portal.shared import clock
from tests.people.site import ADA, BEN, OFFER, Mail, Site, at
from tests.people.test_preferences import offered, page_of

ASKED = at("2026-03-03T09:00:00+00:00")
DUE = at("2026-03-29T08:00:00+00:00")  # two days before the month ends
REMIND = f"{OFFER}/remind"
BOX = "reminders_email"


def asked(site: Site, who: str = ADA, when: datetime = ASKED) -> Mail:
    """Asked for, and confirmed."""
    with time_machine.travel(when, tick=False):
        return site.agreed(who, BOX, path=REMIND)


def sent(site: Site, when: datetime = DUE) -> list[tuple[str, ...]]:
    """What the worker makes of it, at this moment."""
    with time_machine.travel(when, tick=False):
        send_due(site.database, keyring=site.keyring, url=site.settings.url, now=clock.now())
    return site.rows("select kind, purpose from messages where kind = 'reminder'")


def why_none(site: Site) -> list[tuple[str, ...]]:
    return site.rows("select why_none from reminders")


def test_whoever_asked_gets_one_message_on_its_day_and_no_second(site: Site) -> None:
    asked(site)
    assert sent(site, DUE - timedelta(days=1)) == []
    assert sent(site) == [("reminder", "reminders")]
    assert sent(site, DUE + timedelta(days=1)) == [("reminder", "reminders")]
    with time_machine.travel(DUE, tick=False):
        page = site.mails()[0].page
    assert "60 of 60 places are left" in page
    assert "not_before" not in page
    (leaves_at,) = site.rows("select not_before from messages where kind = 'reminder'")[0]
    assert str(leaves_at)[:16] == "2026-03-29 14:00"


def test_sentences_about_it_do_not_say_twice_that_it_was_asked_for(site: Site) -> None:
    asked(site)
    sent(site)
    with time_machine.travel(DUE, tick=False):
        mail = site.mails()[0]
        history = site.get(mail.opt_out.replace("/opt-out/", "/preferences/")).text
        why = site.get(mail.opt_out.replace("/opt-out/", "/why/")).text
        assert "<b>You asked for Reminders, by e-mail</b>" in history
        assert "Because you asked for “Reminders”, and confirmed it." in why
        site.post(mail.opt_out)
        assert "Because you had asked for “Reminders” when" in site.get(mail.opt_out.replace("/opt-out/", "/why/")).text


def test_in_every_language_its_name_in_a_sentence_is_shorter_than_its_title() -> None:
    titles = {purpose.title for wording in list_wordings("reminder") for purpose in wording.purposes}
    named = {in_a_sentence(title) for title in titles}
    assert titles & named == set()
    assert "Reminders" in named


def test_it_asks_for_its_own_tick_and_says_nothing_to_who_leaves_it_out(site: Site) -> None:
    with time_machine.travel(ASKED, tick=False):
        page = site.get(REMIND).text
        assert "CustomerHub may e-mail me once about each offer" in page
        assert "offers and goodies" not in page
        answer = site.sign_up(ADA, path=REMIND)
        assert answer.status_code == 422
        assert "Without it we may not write to you" in answer.text
        assert f'value="{ADA}"' in answer.text
    assert site.count("people") == 0


def test_what_nobody_confirmed_is_not_sent(site: Site) -> None:
    with time_machine.travel(ASKED, tick=False):
        site.asked(ADA, BOX, path=REMIND)
    assert sent(site) == []


def test_a_yes_to_offers_is_no_yes_to_reminders_and_the_other_way_round(site: Site) -> None:
    asked(site)
    assert not site.may_write_to(ADA, "offers")
    assert site.may_write_to(ADA, "reminders")


def test_a_no_said_meanwhile_holds(site: Site) -> None:
    mail = asked(site)
    with time_machine.travel(DUE - timedelta(days=3), tick=False):
        site.post(mail.opt_out)
    assert sent(site) == []
    assert why_none(site) == [("said-no",)]


def test_who_has_a_place_by_then_is_not_reminded(site: Site) -> None:
    asked(site)
    with time_machine.travel(ASKED + timedelta(days=2), tick=False):
        site.agreed(ADA)
    assert sent(site) == []
    assert why_none(site) == [("has-a-place",)]


def test_nobody_is_reminded_of_what_is_gone(site: Site) -> None:
    asked(site)
    with site.database.transaction() as db:
        withdraw_offer(db, "setup-day", by="Mara", now=clock.now())
    assert sent(site) == []
    assert why_none(site) == [("withdrawn",)]


def test_a_worker_that_was_off_sends_no_reminder_of_last_week(site: Site) -> None:
    asked(site)
    assert sent(site, DUE + timedelta(days=9)) == []
    assert why_none(site) == [("too-late",)]


def test_an_offer_whose_name_no_header_may_hold_stops_nobody_elses_mail(site: Site) -> None:
    asked(site)
    site.publish("spring")
    with time_machine.travel(ASKED, tick=False):
        site.agreed(BEN, BOX, path="/offers/spring/remind")
    odd = replace(site.offer("setup-day"), name="Setup =? day")  # published before that was refused
    with site.database.transaction() as db:
        db.add(as_publication(odd, by="Mara", now=clock.now()))
    assert sent(site) == [("reminder", "reminders")]
    assert set(why_none(site)) == {("unwritable",), (None,)}


@pytest.mark.parametrize(
    ("day", "words"),
    [("2026-02-01", "March 2, 2026"), ("2026-03-05", "March 28, 2026"), ("2026-03-28", ""), ("2026-04-01", "")],
)
def test_the_day_depends_on_how_the_offer_stands_and_there_is_none_at_the_end(site: Site, day: str, words: str) -> None:
    site.publish("spring", ('every = "month"', "opens_on = 2026-03-02\ncloses_on = 2026-03-30"))
    with time_machine.travel(at(f"{day}T12:00:00+00:00"), tick=False):
        answer = site.get("/offers/spring/remind")
        assert answer.status_code == (200 if words else 410)
        assert words in answer.text
        assert ("/offers/spring/remind" in site.get("/offers/spring").text) is bool(words)


def test_the_pages_say_what_was_asked_for(site: Site) -> None:
    with time_machine.travel(ASKED, tick=False):
        mail = site.asked(BEN, BOX, path=REMIND)
        assert "to be reminded once, on" in site.get(mail.confirm).text
        page = site.get(str(site.confirm(mail).location)).text
    assert "We remind you once" in page
    assert "March 29, 2026" in page


def test_a_no_to_one_reminder_is_not_taken_back_by_asking_for_another(site: Site) -> None:
    open_offers(site, "spring")
    with time_machine.travel(ASKED, tick=False) as traveller:
        first = site.agreed(ADA, BOX, path=REMIND)
        traveller.shift(timedelta(days=1))
        site.post(first.opt_out, data={"List-Unsubscribe": "One-Click"})
        traveller.shift(timedelta(days=2))
        site.agreed(ADA, BOX, path="/offers/spring/remind")
    assert sent(site) == [("reminder", "reminders")]
    assert sorted(site.rows("select coalesce(why_none, '') from reminders")) == [("",), ("said-no",)]


def test_a_slip_that_was_undone_leaves_the_reminder_that_was_asked_for(site: Site) -> None:
    with time_machine.travel(ASKED, tick=False) as traveller:
        mail = site.agreed(ADA, BOX, path=REMIND)
        traveller.shift(timedelta(days=1))
        answer = site.post(f"{page_of(mail)}/stop")
        traveller.shift(timedelta(minutes=2))
        assert site.post(f"{page_of(mail)}/undo", data={"said": offered(answer)}).status_code == 303
    assert sent(site) == [("reminder", "reminders")]


def test_each_reminder_that_was_asked_for_is_sent_however_many_are_due(site: Site) -> None:
    open_offers(site, "spring", "summer")
    with time_machine.travel(ASKED, tick=False) as traveller:
        for offer in (OFFER, "/offers/spring", "/offers/summer"):
            site.agreed(ADA, BOX, path=f"{offer}/remind")
            traveller.shift(timedelta(days=2))
    assert len(sent(site)) == 3


def open_offers(site: Site, *slugs: str) -> None:
    for slug in slugs:
        site.publish(slug, ('every = "month"', "opens_on = 2026-03-02\ncloses_on = 2026-03-31"))
