"""The preference centre: every no in a press, every yes by its words and a mail, nothing that a link could grant."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from portal.people.consent.erasure import erase_person
from portal.people.consent.ledger import find_chain
from portal.people.consent.permission import Rule
from portal.people.consent.record import Act
from portal.people.consent.suppression import Cause
from portal.shared import clock
from tests.people.browser import Browser
from tests.people.site import ADA, BEN, OFFER, Mail, Site, at, find_person_id
from tests.people.test_permission import rule
from tests.people.test_suppression import stop_by

START = at("2026-03-01T09:00:00+00:00")


def page_of(mail: Mail) -> str:
    return mail.opt_out.replace("/opt-out/", "/preferences/")


def offered(answer: object) -> str:
    """The value behind the undo button of the page that an answer leads to."""
    query = urlsplit(str(getattr(answer, "location", ""))).query
    return parse_qs(query).get("said", [""])[0]


def states(page: str) -> list[str]:
    return re.findall(r'class="state" data-state="(\w+)"', page)


def test_the_page_shows_three_states_and_says_so_in_words(site: Site) -> None:
    mail = site.agreed(ADA, "offers_email")
    page = site.get(page_of(mail)).text
    assert states(page) == ["confirmed", "none", "none"]
    assert "Asked for" in page
    assert "Never asked" in page
    site.post(page_of(mail), data={"offers_email": "no"})
    page = site.get(page_of(mail)).text
    assert states(page) == ["withdrawn", "none", "none"]
    assert "Said no" in page


def test_by_a_link_that_may_have_been_passed_on_the_address_is_not_told(site: Site) -> None:
    page = site.get(page_of(site.agreed(ADA, "offers_email")))
    assert ADA not in page.text
    assert "a…@people.customerhub.net" in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Cache-Control"] == "private, no-store"


def test_a_no_on_the_grid_ends_that_line_alone_and_at_once(site: Site) -> None:
    mail = site.agreed(ADA, "offers_email", "webinars_email")
    answer = site.post(page_of(mail), data={"offers_email": "no", "webinars_email": "yes"})
    assert answer.status_code == 303
    assert not site.may_write_to(ADA, "offers")
    assert site.may_write_to(ADA, "webinars")
    assert site.rows("select purpose from suppressions") == [("offers",)]


def test_a_no_to_what_was_never_asked_is_a_no_as_well(site: Site) -> None:
    mail = site.agreed(ADA)
    site.post(page_of(mail), data={"webinars_email": "no"})
    assert states(site.get(page_of(mail)).text) == ["none", "withdrawn", "none"]
    before = site.dump()
    site.post(page_of(mail), data={"webinars_email": "no"})
    assert site.dump() == before


def test_one_press_stops_everything(site: Site) -> None:
    mail = site.agreed(ADA, "offers_email", "webinars_email")
    assert site.post(f"{page_of(mail)}/stop").status_code == 303
    assert not site.may_write_to(ADA, "offers")
    assert not site.may_write_to(ADA, "webinars")
    assert site.verify().is_sound


def test_leaving_takes_no_more_presses_than_joining(site: Site) -> None:
    """A tick, the button of the form and the button of the mail's page, beside what the pages ask for a no."""
    mail = site.agreed(ADA, "offers_email")
    joining = 1 + 2
    page = site.get(page_of(mail)).text
    of_one_line = len(re.findall(r'name="offers_email" value="no"', page)) + page.count(">Save</button>")
    (stop_form,) = re.findall(r'<form class="stop-all".*?</form>', page, re.DOTALL)
    of_all = stop_form.count("<button")
    by_link = site.get(mail.opt_out).text.count("button-main")
    assert (by_link, of_all, of_one_line) == (1, 1, 2)
    assert max(by_link, of_all, of_one_line) <= joining
    assert "<input type=" not in re.sub(r"<input[^>]*hidden[^>]*>", "", stop_form)


def test_a_new_yes_shows_the_words_unticked_and_is_confirmed_by_mail(site: Site) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        mail = site.agreed(ADA)
        traveller.shift(timedelta(days=2))
        answer = site.post(page_of(mail), data={"offers_email": "yes"})
        assert answer.location == f"{page_of(mail)}/ask?box=offers_email&said="
        page = site.get(answer.location).text
        assert "CustomerHub may e-mail me its offers and goodies." in page
        assert "e-mail me when a new webinar" not in page
        assert "checked" not in page
        form = site.form(answer.location)
        assert site.post(f"{page_of(mail)}/ask", data=form).status_code == 422
        assert site.post(f"{page_of(mail)}/ask", data=form | {"offers_email": "yes"}).status_code == 303
        assert not site.may_write_to(ADA, "offers")
        site.confirm(site.mails()[0])
        assert site.may_write_to(ADA, "offers")
        assert site.verify().is_sound


def test_words_follow_the_law_and_the_language_in_which_somebody_was_asked_last(site: Site) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        site.agreed(ADA, "webinars_email", path="/sign-up")
        traveller.shift(timedelta(days=2))
        mail = site.agreed(ADA, "offers_email", path="/sign-up?words=de-EU")
        traveller.shift(timedelta(days=2))
        site.post(page_of(mail), data={"webinars_email": "no"})  # which repeats the words of New York
        answer = site.post(page_of(mail), data={"webinars_email": "yes"})
        page = site.get(answer.location).text
        assert "wenn ein neues Webinar erscheint" in page
        assert "CustomerHub may e-mail me" not in page
        sent = site.form(answer.location) | {"webinars_email": "yes"}
        assert site.post(f"{page_of(mail)}/ask", data=sent).status_code == 303
    with site.database.reading() as db:
        person_id = find_person_id(db, ADA) or ""
        chain = find_chain(db, person_id=person_id, keyring=site.keyring)
        assert chain is not None
        processing = chain.content(("webinars", "email"))["processing"]
    assert (processing["jurisdiction_code"], processing["language"]) == ("EU", "de")
    assert "Datenschutz-Grundverordnung" in processing["jurisdiction"]
    assert "Datenschutzbehörde" in processing["privacy_rights"]
    assert site.verify().is_sound


def test_other_words_are_chosen_where_a_new_yes_is_asked_for(site: Site) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        mail = site.agreed(ADA, "offers_email")
        traveller.shift(timedelta(days=2))
        page = site.get(f"{page_of(mail)}/ask?box=webinars_email&said=kept").text
        (french,) = re.findall(r'href="([^"]*)" lang="fr"', page)
        french = unescape(french)
        assert french == f"{page_of(mail)}/ask?words=fr-CA&box=webinars_email&said=kept"
        page = site.get(french).text
        assert "lorsqu&#39;un nouveau webinaire paraît" in page
        sent = site.form(french) | {"webinars_email": "yes"}
        assert site.post(f"{page_of(mail)}/ask", data=sent).status_code == 409  # not the words that were shown
        (posts_to,) = re.findall(r'action="([^"]*/ask[^"]*)"', page)
        assert site.post(posts_to, data=sent).status_code == 303
        assert site.steps(ADA)[-1] == ("webinars", "none", "requested")


def test_reminders_stand_on_everybodys_grid_and_can_be_refused_in_advance(site: Site) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        mail = site.agreed(ADA, "offers_email")
        page = site.get(page_of(mail)).text
        assert "One for each time you ask" in page
        assert "Not asked for any more" not in page
        row = page[page.index("Reminders you asked for") :]
        assert "Ask for one on the" in row
        assert re.search(
            r'name="reminders_email" value="yes" disabled aria-describedby="reminders_email_elsewhere"', row
        )
        site.post(page_of(mail), data={"reminders_email": "no"})
        assert states(site.get(page_of(mail)).text) == ["confirmed", "none", "withdrawn"]
        traveller.shift(timedelta(days=2))
        assert site.rows("select purpose from suppressions") == [("reminders",)]
        site.agreed(ADA, "reminders_email", path=f"{OFFER}/remind")
        page = site.get(page_of(mail)).text
        assert states(page) == ["confirmed", "none", "confirmed"]
        assert "Ask for one on the" not in page


@pytest.mark.parametrize("others", [{}, {"webinars_email": "yes"}])
def test_a_yes_that_cannot_be_given_here_is_not_said_to_be_saved(site: Site, others: dict[str, str]) -> None:
    mail = site.agreed(ADA, "reminders_email", path=f"{OFFER}/remind")
    site.post(page_of(mail), data={"reminders_email": "no"})
    before = site.dump()
    answer = site.post(page_of(mail), data={"reminders_email": "yes", "offers_email": ""} | others)
    assert site.dump() == before
    page = site.get(answer.location).text
    assert "One yes was not saved, because it cannot be given here" in page
    assert ">Saved<" not in page


def test_asking_twice_a_day_says_that_a_mail_is_out_and_writes_nothing(site: Site) -> None:
    mail = site.agreed(ADA)
    ask = f"{page_of(mail)}/ask?box=offers_email"
    before = site.dump()
    answer = site.post(f"{page_of(mail)}/ask", data=site.form(ask) | {"offers_email": "yes"})
    assert answer.status_code == 409
    assert "in the last day" in answer.text
    assert site.dump() == before


@pytest.mark.parametrize("notice", ["", "0" * 64])
def test_words_that_were_not_shown_are_not_agreed_to(site: Site, notice: str) -> None:
    mail = site.agreed(ADA)
    sent = {"box": "offers_email", "offers_email": "yes", "notice": notice}
    assert site.post(f"{page_of(mail)}/ask", data=sent).status_code == 409
    assert site.steps(ADA) == []


def test_a_slip_is_undone_within_ten_minutes_by_who_made_it(site: Site) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        mail = site.agreed(ADA, "offers_email", "webinars_email")
        traveller.shift(timedelta(days=1))
        answer = site.post(f"{page_of(mail)}/stop")
        assert "Undo the no" in site.get(answer.location).text
        assert "Undo the no" not in site.get(page_of(mail)).text
        traveller.shift(timedelta(minutes=9))
        assert site.post(f"{page_of(mail)}/undo", data={"said": offered(answer)}).status_code == 303
        assert rule(site, ADA) is None
        assert rule(site, ADA, purpose="webinars") is None
        assert [step[1:] for step in site.steps(ADA)][-4:] == [
            *(("withdrawn", "requested"), ("withdrawn", "requested")),
            *(("requested", "confirmed"), ("requested", "confirmed")),
        ]
        assert site.verify().is_sound
        assert site.count("suppressions") == 1


def test_an_undo_is_over_after_ten_minutes_after_another_no_and_after_itself(site: Site) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        mail = site.agreed(ADA, "offers_email")
        traveller.shift(timedelta(days=1))
        first = offered(site.post(f"{page_of(mail)}/stop"))
        traveller.shift(timedelta(minutes=1))
        undo = f"{page_of(mail)}/undo"
        assert site.post(undo, data={"said": first}).status_code == 303
        assert site.post(undo, data={"said": first}).status_code == 409
        second = offered(site.post(f"{page_of(mail)}/stop"))
        assert site.post(undo, data={"said": first}).status_code == 409
        traveller.shift(timedelta(minutes=11))
        assert site.post(undo, data={"said": second}).status_code == 409
        assert not site.may_write_to(ADA, "offers")
        assert "Undo the no" not in site.get(f"{page_of(mail)}?said={second}").text


@pytest.mark.parametrize("wider", ["everything", "objection", "complaint", "staff"])
def test_an_undo_is_over_once_more_was_said_even_where_it_adds_no_record(site: Site, wider: str) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        mail = site.agreed(ADA, "offers_email", "webinars_email")
        traveller.shift(timedelta(days=1))
        first = offered(site.post(page_of(mail), data={"offers_email": "no"}))
        traveller.shift(timedelta(minutes=1))
        if wider == "everything":
            site.post(f"{page_of(mail)}/stop")
        elif wider == "objection":
            site.post(f"{page_of(mail)}/object")
        else:
            stop_by(site, ADA, Cause(wider))
        traveller.shift(timedelta(minutes=1))
        assert site.post(f"{page_of(mail)}/undo", data={"said": first}).status_code == 409
        assert not site.may_write_to(ADA, "offers")


def test_a_complaint_after_a_no_to_everything_is_kept_as_well(site: Site) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        mail = site.agreed(ADA, "offers_email")
        traveller.shift(timedelta(days=1))
        offer = offered(site.post(f"{page_of(mail)}/stop"))
        traveller.shift(timedelta(minutes=1))
        stop_by(site, ADA, Cause.COMPLAINT)
        assert site.rows("select cause from suppressions order by since") == [("opt-out",), ("complaint",)]
        assert site.post(f"{page_of(mail)}/undo", data={"said": offer}).status_code == 409


def test_an_undo_is_for_one_person_and_cannot_be_made_up(site: Site) -> None:
    ada, ben = site.agreed(ADA, "offers_email"), site.agreed(BEN, "offers_email")
    offer = offered(site.post(f"{page_of(ben)}/stop"))
    for forged in ("", "x", offer[:-1], offer.replace(".", ".x", 1), "[]", "x" * 100_000):
        assert site.post(f"{page_of(ben)}/undo", data={"said": forged}).status_code == 409
    assert site.post(f"{page_of(ada)}/undo", data={"said": offer}).status_code == 409
    assert not site.may_write_to(BEN, "offers")


def test_what_was_only_asked_for_is_not_confirmed_by_an_undo(site: Site) -> None:
    mail = site.asked(ADA, "offers_email")
    answer = site.post(page_of(mail), data={"offers_email": "no"})
    assert offered(answer) == ""
    assert site.steps(ADA)[-1] == ("offers", "requested", "withdrawn")


def test_a_break_less_often_and_an_objection_are_chosen_here(site: Site) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        mail = site.agreed(ADA, "offers_email")
        assert site.post(f"{page_of(mail)}/pause", data={"days": "30"}).status_code == 303
        assert rule(site, ADA) is Rule.PAUSED
        assert "until <time" in site.get(page_of(mail)).text
        traveller.shift(timedelta(minutes=1))
        site.post(f"{page_of(mail)}/pause", data={"days": "0"})
        assert rule(site, ADA) is None
        site.post(f"{page_of(mail)}/frequency", data={"most": "1"})
        assert "At most one message" in site.get(page_of(mail)).text
        answer = site.post(f"{page_of(mail)}/object")
        assert rule(site, ADA) is Rule.OBJECTED
        assert "You objected on" in site.get(page_of(mail)).text
        traveller.shift(timedelta(minutes=1))
        site.post(f"{page_of(mail)}/undo", data={"said": offered(answer)})
        assert rule(site, ADA) is None
        assert site.rows("select cause from suppressions") == [("objection",)]


@pytest.mark.parametrize(("act", "name"), [("pause", "days"), ("frequency", "most")])
@pytest.mark.parametrize("value", ["", "-1", "31", "9" * 500, "٣٠", "30.0", "<b>"])
def test_what_no_button_sends_is_refused(site: Site, act: str, name: str, value: str) -> None:
    mail = site.agreed(ADA, "offers_email")
    before = site.dump()
    assert site.post(f"{page_of(mail)}/{act}", data={name: value}).status_code == 400
    assert site.dump() == before


def test_unknown_boxes_and_answers_change_nothing(site: Site) -> None:
    mail = site.agreed(ADA, "offers_email")
    before = site.dump()
    for sent in ({"x" * 500: "no"}, {"offers_email": "NO"}, {"offers_fax": "no"}, {"offers_email": "\0"}, {}):
        assert site.post(page_of(mail), data=sent).status_code in (303, 400)
    assert site.get(f"{page_of(mail)}/ask?box=nothing").status_code == 200
    assert site.get(f"{page_of(mail)}?page=x").status_code == 400
    assert site.dump() == before


def test_who_is_signed_in_has_the_same_page_and_others_have_to_sign_in(site: Site) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        site.agreed(ADA, "offers_email")
        traveller.shift(timedelta(days=1))
        for answer in (site.get("/preferences"), site.post("/preferences/stop"), site.post("/preferences")):
            assert (answer.status_code, urlsplit(answer.location).path) == (303, "/sign-in")
        ada = Browser(site).by_mail(ADA)
        page = ada.get("/preferences").text
        assert ADA in page
        assert "Hello Ada." in page
        answer = ada.post("/preferences", from_page="/preferences", offers_email="no")
        assert not site.may_write_to(ADA, "offers")
        traveller.shift(timedelta(minutes=1))
        assert ada.post("/preferences/undo", from_page="/preferences", said=offered(answer)).status_code == 303
        assert site.may_write_to(ADA, "offers")


def test_the_history_says_what_happened_by_what_with_a_receipt(site: Site) -> None:
    mail = site.agreed(ADA, "offers_email")
    site.post(mail.opt_out)
    page = site.get(page_of(mail)).text
    assert [re.sub(r"\s+", " ", line) for line in re.findall(r"<b>(You .*?)</b>", page, re.DOTALL)] == [
        "You said no to New offers and goodies, by e-mail",
        "You asked for New offers and goodies, by e-mail",
        "You ticked New offers and goodies, by e-mail",
    ]
    assert "By the link in a message" in page
    receipts = re.findall(r'href="(/receipts/\w+)"', page)
    assert len(receipts) == 3
    assert site.get(receipts[0]).status_code == 200


def test_a_long_history_has_pages(site: Site) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        mail = site.agreed(ADA, "offers_email")
        for _ in range(8):
            traveller.shift(timedelta(minutes=1))
            answer = site.post(f"{page_of(mail)}/stop")
            traveller.shift(timedelta(minutes=1))
            site.post(f"{page_of(mail)}/undo", data={"said": offered(answer)})
        assert site.get(page_of(mail)).text.count("<li data-state=") == 20
        assert site.get(f"{page_of(mail)}?page=2").text.count("<li data-state=") == 6
        assert site.get(f"{page_of(mail)}?page=999999").text.count("<li data-state=") == 6


def test_after_an_erasure_the_page_says_so_and_a_no_still_counts(site: Site) -> None:
    mail, keyring = site.agreed(ADA, "webinars_email", path="/sign-up"), site.keyring
    with site.database.transaction() as db:
        person_id = find_person_id(db, ADA) or ""
        erase_person(db, person_id=person_id, keyring=keyring, act=Act(at=clock.now(), key="test"))
    assert "was erased" in site.get(page_of(mail)).text
    for path in ("", "/stop", "/object", "/undo"):
        assert site.post(f"{page_of(mail)}{path}").status_code == 410
    assert site.post(mail.opt_out, data={"scope": "all"}).status_code == 200
    assert site.count("suppressions") == 1


def test_opening_any_of_it_changes_nothing_and_an_unknown_link_is_not_found(site: Site) -> None:
    mail = site.agreed(ADA, "offers_email")
    before = site.dump()
    for path in ("", "/ask?box=offers_email"):
        for method in ("GET", "HEAD", "OPTIONS"):
            site.client.open(f"{page_of(mail)}{path}", method=method, base_url=site.settings.url)
    assert site.dump() == before
    for token in ("x" * 43, mail.confirm.rpartition("/")[2], page_of(mail).rpartition("/")[2][:-1], "x" * 5000):
        assert site.get(f"/preferences/{token}").status_code == 404
        assert site.post(f"/preferences/{token}/stop").status_code == 404
        assert site.get(f"/why/{token}").status_code == 404
    assert site.dump() == before
