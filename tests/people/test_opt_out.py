"""A person's no: from the page and from the mail provider, at once, for ever, and also before they ever said yes."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from portal.people.accounts.persons import get_seal
from portal.people.app import create_app
from portal.people.consent.ledger import Step, read_chain
from portal.people.consent.models import Suppression
from portal.people.consent.permission import refusals
from portal.people.consent.record import Act
from portal.people.consent.states import State
from portal.people.messages import outbox
from portal.people.messages.addresses import address_hash
from portal.people.privacy.retention import keep_retention_rules
from portal.people.settings import load_settings
from portal.shared import clock
from tests.people.site import ADA, BEN, Site, at, find_person_id
from tests.people.test_same_work import erase
from tests.people.test_stop_code import write_offer
from tests.support.sides import close

START = at("2026-03-01T09:00:00+00:00")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def test_one_press_on_the_page_ends_every_consent_on_the_channel(site: Site) -> None:
    mail = site.agreed(BEN, "offers_email", "webinars_email")
    answer = site.post(mail.opt_out, data=site.form(mail.opt_out))
    assert answer.status_code == 200
    assert not site.may_write_to(BEN, "offers")
    assert not site.may_write_to(BEN, "webinars")
    assert site.steps(BEN)[-2:] == [("offers", "confirmed", "withdrawn"), ("webinars", "confirmed", "withdrawn")]


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_mail_provider_opts_out_by_one_post_without_anything_else(site: Site, content_type: str) -> None:
    mail = site.agreed(BEN, "offers_email")
    headers = {"Origin": "https://mail.provider.invalid", "Sec-Fetch-Site": "cross-site"}
    answer = site.post(mail.opt_out, data=ONE_CLICK, content_type=content_type, headers=headers)
    assert answer.status_code == 200
    assert len(answer.data) < 200
    assert "Set-Cookie" not in answer.headers
    assert not site.may_write_to(BEN, "offers")


def test_the_same_again_is_answered_the_same_and_adds_nothing(site: Site) -> None:
    mail = site.agreed(BEN, "offers_email")
    first = site.post(mail.opt_out, data=ONE_CLICK)
    before = site.dump()
    for _ in range(3):
        again = site.post(mail.opt_out, data=ONE_CLICK)
        assert (again.status_code, again.data) == (first.status_code, first.data)
    assert site.dump() == before


def test_an_unknown_link_is_not_found_and_says_what_to_do(site: Site) -> None:
    mail = site.asked(ADA)
    for token in ("x" * 43, mail.confirm.rpartition("/")[2]):
        for answer in (site.get(f"/opt-out/{token}"), site.post(f"/opt-out/{token}", data=ONE_CLICK)):
            assert answer.status_code == 404
            assert "questions@customerhub.net" in answer.text


def test_in_the_confirmation_mail_it_cancels_the_request(site: Site) -> None:
    mail = site.asked(BEN, "offers_email")
    form = site.form(mail.confirm)
    site.post(mail.opt_out, data=ONE_CLICK)
    assert site.steps(BEN) == [("offers", "none", "requested"), ("offers", "requested", "withdrawn")]
    for answer in (site.get(mail.confirm), site.post(mail.confirm, data=form)):
        assert answer.status_code == 410
        assert "cancelled" in answer.text
    assert not site.may_write_to(BEN, "offers")


def test_a_mail_that_still_waits_is_not_sent_any_more(site: Site) -> None:
    mail = site.asked(BEN, "offers_email")
    site.post(mail.opt_out, data=ONE_CLICK)
    assert site.rows("select state, sealed from messages") == [("dropped", None)]


def test_a_no_also_counts_where_nothing_was_ticked(site: Site) -> None:
    mail = site.agreed(BEN)
    assert site.post(mail.opt_out, data=ONE_CLICK).status_code == 200
    assert site.count("suppressions") == 1
    assert site.count("places") == 1


def test_a_link_works_after_a_year_with_other_keys_and_after_an_erasure(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        ada, ben = site.agreed(ADA, "offers_email"), site.asked(BEN, "offers_email")
    with time_machine.travel(START + timedelta(days=400), tick=False):
        keep_retention_rules(site.database, keyring=site.keyring, now=clock.now())
        assert site.rows("select email from people") == [(ADA,)]
        keys = ",".join(["n" * 40, *site.settings.secret_keys])
        settings = load_settings(site.environ | {"PEOPLE_SECRET_KEYS": keys})
        later = Site(create_app(settings))
        for mail in (ada, ben):
            assert later.get(mail.opt_out).status_code == 200
            assert later.post(mail.opt_out, data=ONE_CLICK).status_code == 200
        assert not later.may_write_to(ADA, "offers")
        assert later.count("suppressions") == 2
        assert later.verify().is_sound
        close(later.app)


@pytest.mark.parametrize("said_no_before", [True, False])
def test_the_link_of_somebody_erased_ends_the_yes_of_whoever_has_the_address_now(
    site: Site, said_no_before: bool
) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        old = site.agreed(ADA, "offers_email", "webinars_email")
        traveller.shift(timedelta(days=1))
        if said_no_before:
            site.post(old.opt_out, data=ONE_CLICK)
        erase(site, ADA, now=clock.now())
        traveller.shift(timedelta(days=30))
        site.agreed(ADA, "offers_email")
        traveller.shift(timedelta(days=1))
        answer = site.post(old.opt_out)
        assert "Stopped" in answer.text
        assert "Undo the no" not in answer.text  # the page that would take it back is not of this person
        assert not site.may_write_to(ADA, "offers")
        assert [step[1:] for step in site.steps(ADA)][-1] == ("confirmed", "withdrawn")
        assert site.verify().is_sound


def test_the_link_of_a_sign_up_that_was_forgotten_ends_a_later_one(site: Site) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        old = site.asked(ADA, "offers_email")
        site.post(old.opt_out, data=ONE_CLICK)
        traveller.shift(timedelta(days=8))
        keep_retention_rules(site.database, keyring=site.keyring, now=clock.now())
        assert site.count("people") == 0
        site.agreed(ADA, "offers_email")
        assert site.may_write_to(ADA, "offers")
        traveller.shift(timedelta(days=1))
        site.post(old.opt_out, data=ONE_CLICK)
        assert not site.may_write_to(ADA, "offers")


def test_another_channel_is_another_matter(site: Site) -> None:
    mail = site.agreed(BEN, "offers_email")
    keyring = site.keyring
    with site.database.transaction() as db:
        person_id = find_person_id(db, BEN)
        assert person_id is not None
        seal = get_seal(db, person_id=person_id, keyring=keyring)
        chain = read_chain(db, person_id=person_id, seal=seal)
        calls = [Step(("offers", "voice"), state, {"shown": {}}) for state in (State.REQUESTED, State.CONFIRMED)]
        chain.append(calls, act=Act(at=clock.now(), key="test"))
    site.post(mail.opt_out, data=ONE_CLICK)
    assert site.rows("select channel, state from consent_states order by channel") == [
        *(("email", "withdrawn"), ("voice", "confirmed"))
    ]


def test_a_no_from_elsewhere_counts_although_the_ledger_still_says_yes(site: Site) -> None:
    """A complaint, say: the address alone is known, and it counts from then on."""
    with time_machine.travel(START, tick=False):
        site.agreed(ADA, "offers_email")
        hashed = address_hash(site.keyring, channel="email", address=ADA)
        for days, may in ((-1, True), (1, False)):
            with site.database.transaction() as db:
                since = START + timedelta(days=days)
                db.add(Suppression(address_hash=hashed, since=since, channel="email", cause="complaint"))
            assert site.may_write_to(ADA, "offers") is may


def test_who_said_no_can_ask_anew_and_must_confirm_anew(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        first = site.agreed(BEN, "offers_email")
    with time_machine.travel(START + timedelta(minutes=1), tick=False):
        site.post(first.opt_out)
    with time_machine.travel(START + timedelta(days=2), tick=False):
        second = site.asked(BEN, "offers_email")
        assert not site.may_write_to(BEN, "offers")
        site.confirm(second)
        assert site.may_write_to(BEN, "offers")
    with time_machine.travel(START + timedelta(days=3), tick=False):
        site.post(first.opt_out)
        assert not site.may_write_to(BEN, "offers")
    assert [state for _purpose, _was, state in site.steps(BEN)] == [
        *("requested", "confirmed", "withdrawn", "requested", "confirmed", "withdrawn")
    ]


def test_every_mail_carries_the_header_that_providers_read(site: Site) -> None:
    site.asked(ADA, "offers_email")
    keyring = site.keyring
    with site.database.transaction() as db:
        (claim,) = outbox.claim(db, keyring=keyring, refusals=refusals, now=clock.now())
    headers = claim.letter.content.partition(b"\r\n\r\n")[0].decode("ascii")
    found = re.findall(r"^List-Unsubscribe: <(\S+)>\r?$", headers, re.MULTILINE)
    assert len(found) == 1
    assert len(found[0]) < 200
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in headers
    assert site.post(found[0].removeprefix(site.settings.url), data=ONE_CLICK).status_code == 200


def test_the_way_out_of_an_offer_ends_its_purpose_and_offers_to_end_the_rest(site: Site) -> None:
    site.agreed(BEN, "offers_email", "webinars_email")
    link = f"/opt-out/{write_offer(site, BEN).token}"
    assert "Stop everything" in site.get(link).text
    assert site.post(link, data=ONE_CLICK).status_code == 200
    assert not site.may_write_to(BEN, "offers")
    assert site.may_write_to(BEN, "webinars")
    answer = site.post(link, data={"scope": "all"})
    assert answer.status_code == 200
    assert not site.may_write_to(BEN, "webinars")
    assert site.verify().is_sound


def test_whoever_pressed_by_mistake_undoes_it_on_that_page_and_no_provider_can(site: Site) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        mail = site.agreed(BEN, "offers_email")
        traveller.shift(timedelta(minutes=1))
        pressed = site.post(mail.opt_out)
        assert "said" not in site.post(mail.opt_out, data=ONE_CLICK).text
        assert "Undo the no" not in site.get(mail.opt_out).text
        traveller.shift(timedelta(minutes=1))
        said = re.findall(r'name="said" value="([^"]+)"', pressed.text)[0]
        undo = mail.opt_out.replace("/opt-out/", "/preferences/") + "/undo"
        assert site.post(undo, data={"said": said}).status_code == 303
        assert site.may_write_to(BEN, "offers")


def test_neither_get_nor_head_nor_options_says_no(site: Site) -> None:
    mail = site.agreed(BEN, "offers_email")
    before = site.dump()
    for method in ("GET", "HEAD", "OPTIONS"):
        answer = site.client.open(f"{mail.opt_out}?List-Unsubscribe=One-Click&scope=all", method=method)
        assert "Set-Cookie" not in answer.headers
    assert site.dump() == before


@pytest.mark.parametrize("host", ["evil.invalid", "localhost:8000@evil.invalid", "localhost:8000.evil.invalid", ""])
def test_a_forged_host_neither_acts_nor_leads_anywhere(site: Site, host: str) -> None:
    mail = site.agreed(BEN, "offers_email")
    for headers in ({"Host": host}, {"Host": "localhost:8000", "X-Forwarded-Host": "evil.invalid"}):
        answer = site.client.post(mail.opt_out, data={}, headers=headers)
        assert "evil.invalid" not in answer.text
        assert answer.status_code in (200, 400)
        assert (answer.status_code == 200) is not site.may_write_to(BEN, "offers")


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t + "A", lambda t: t.swapcase(), lambda t: t * 25_000])
def test_a_token_that_was_changed_cut_or_swollen_is_unknown(site: Site, change: Callable[[str], str]) -> None:
    mail = site.agreed(BEN, "offers_email")
    before = site.dump()
    path = f"/opt-out/{change(mail.opt_out.rpartition('/')[2])}"
    assert {site.get(path).status_code, site.post(path, data=ONE_CLICK).status_code} <= {404, 414}
    assert site.dump() == before


def test_a_body_of_a_megabyte_is_refused_and_of_anything_else_is_a_no(site: Site) -> None:
    mail = site.agreed(BEN, "offers_email")
    assert site.post(mail.opt_out, data={"x": "y" * 2**20}).status_code in (200, 413)
    assert site.post(mail.opt_out, data=b"{}", content_type="application/json").status_code == 200
    assert not site.may_write_to(BEN, "offers")
