"""Ten digits instead of a link: typed by hand, without an account, for ever; and of no use to who guesses."""

import dataclasses
import random
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import delete

from portal.people.app import create_app
from portal.people.consent import stopping
from portal.people.consent.dispatch import dispatch
from portal.people.consent.erasure import erase_person
from portal.people.consent.permission import Permission, check_may_contact
from portal.people.consent.record import Act
from portal.people.messages.addresses import address_hash
from portal.people.messages.mail import Mail
from portal.people.messages.models import Offering
from portal.people.messages.way_out import NotACode, WayOut, check_digit, group, new_way_out, read_stop_code
from portal.people.offers.models import Place
from portal.people.settings import load_settings
from portal.shared import clock
from tests.people.site import ADA, BEN, Site, at, find_person_id
from tests.support.sides import close

START = at("2026-03-01T09:00:00+00:00")


def write_offer(site: Site, email: str, purpose: str = "offers", code: str = "") -> WayOut:
    """A message about one purpose, as a campaign would write it, waiting in the outbox."""
    way_out, keyring, act = new_way_out(url=site.settings.url), site.keyring, Act(at=clock.now(), key="test")
    if code:
        way_out = dataclasses.replace(way_out, stop_code=code)
    hashed = address_hash(keyring, channel="email", address=email)
    mail = Mail(to=email, subject="An offer", text="x", html="x", way_out=way_out)
    with site.database.transaction() as db:
        person_id = find_person_id(db, email) or ""
        about = {"person_id": person_id, "purpose": purpose, "channel": "email", "address_hash": hashed}
        found = check_may_contact(db, **about, now=act.at)
        assert isinstance(found, Permission)
        dispatch(db, permission=found, kind=Offering.OFFER, mail=mail, keyring=keyring, act=act)
    return way_out


def type_code(site: Site, code: str, **more: str) -> int:
    return site.post("/stop", data={"code": code} | more).status_code


def test_the_check_digit_tells_every_wrong_digit_and_every_swap_of_neighbours() -> None:
    rng = random.Random(7)
    for _ in range(300):
        code = f"{rng.randrange(10**9):09}"
        code += check_digit(code)
        wrong = [code[:i] + d + code[i + 1 :] for i in range(10) for d in "0123456789" if d != code[i]]
        swapped = [code[:i] + code[i + 1] + code[i] + code[i + 2 :] for i in range(9) if code[i] != code[i + 1]]
        assert read_stop_code(group(code)) == code
        for typed in wrong + swapped:
            with pytest.raises(NotACode, match="wrong, or two are swapped"):
                read_stop_code(typed)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type the ten digits"),
        ("12345", "this has 5"),
        ("1" * 150, "this has 150"),
        ("one two three", "ten digits and nothing else"),
        ("١٢٣٤٥٦٧٨٩٤", "ten digits and nothing else"),
        ("<b>1234567890</b>", "ten digits and nothing else"),
        ("1234567890", "One of these digits is wrong"),
        ("1" * 100_000, "200"),
    ],
)
def test_what_is_no_code_comes_back_with_what_to_do(site: Site, typed: str, words: str) -> None:
    answer = site.post("/stop", data={"code": typed})
    assert answer.status_code == 422
    assert words in answer.text
    assert "<b>1" not in answer.text


def test_the_code_in_the_mail_stops_at_once_without_a_cookie_however_it_is_spaced(site: Site) -> None:
    code = site.agreed(BEN, "offers_email", "webinars_email").stop_code
    answer = site.post("/stop", data={"code": f"  {code.replace(' ', '-')} "})
    assert (answer.status_code, answer.location) == (303, "/stop/done")
    assert "Set-Cookie" not in answer.headers
    assert not site.may_write_to(BEN, "offers")
    assert not site.may_write_to(BEN, "webinars")
    assert site.verify().is_sound


def test_the_code_of_an_offer_ends_its_purpose_alone_and_drops_what_waits(site: Site) -> None:
    site.agreed(BEN, "offers_email", "webinars_email")
    way_out = write_offer(site, BEN)
    write_offer(site, BEN, "webinars")
    assert type_code(site, way_out.shown_code) == 303
    assert not site.may_write_to(BEN, "offers")
    assert site.may_write_to(BEN, "webinars")
    assert sorted(site.rows("select state, sealed is null from messages where kind = 'offer'")) == [
        *(("dropped", 1), ("waiting", 0))
    ]
    assert site.rows("select purpose, cause from suppressions") == [("offers", "opt-out")]


def test_a_right_code_and_a_wrong_one_are_answered_alike(site: Site) -> None:
    right = site.agreed(BEN, "offers_email").stop_code
    wrong = next(code for n in range(9) if (code := f"00000000{n}" + check_digit(f"00000000{n}")) != right)
    known, unknown = (site.post("/stop", data={"code": code}) for code in (right, wrong))
    assert (known.status_code, known.location, known.data) == (unknown.status_code, unknown.location, unknown.data)
    assert set(known.headers.keys()) == set(unknown.headers.keys())
    assert BEN not in site.get("/stop/done").text


def test_the_same_again_adds_nothing(site: Site) -> None:
    code = site.agreed(BEN, "offers_email").stop_code
    type_code(site, code)
    before = site.dump()
    assert type_code(site, code) == 303
    assert site.dump() == before


def test_a_code_is_stored_as_nothing_that_could_be_tried_out(site: Site) -> None:
    code = site.agreed(BEN, "offers_email").stop_code.replace(" ", "")
    assert not [line for line in site.dump() if code in line]


def test_a_code_works_after_years_with_other_keys_and_after_an_erasure(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        ada, ben = (site.agreed(email, "offers_email") for email in (ADA, BEN))
        keyring = site.keyring
        with site.database.transaction() as db:
            person_id = find_person_id(db, BEN)
            assert person_id
            db.execute(delete(Place).where(Place.person_id == person_id))
            erase_person(db, person_id=person_id, keyring=keyring, act=Act(at=clock.now(), key="test"))
    with time_machine.travel(START + timedelta(days=1000), tick=False):
        keys = ",".join(["n" * 40, *site.settings.secret_keys])
        later = Site(create_app(load_settings(site.environ | {"PEOPLE_SECRET_KEYS": keys})))
        assert [type_code(later, mail.stop_code) for mail in (ada, ben)] == [303, 303]
        assert not later.may_write_to(ADA, "offers")
        assert later.count("suppressions") == 2
        close(later.app)


def test_a_code_that_two_messages_have_by_chance_needs_the_address(site: Site) -> None:
    for email in (ADA, BEN):
        site.agreed(email, "offers_email")
        code = write_offer(site, email, code="1234567894").stop_code
    answer = site.post("/stop", data={"code": code})
    assert answer.status_code == 422
    assert "needs the e-mail address" in answer.text
    assert site.may_write_to(ADA, "offers")
    assert type_code(site, code, email=f" {BEN.upper()} ") == 303
    assert site.may_write_to(ADA, "offers")
    assert not site.may_write_to(BEN, "offers")
    assert type_code(site, code, email="nobody@people.customerhub.net") == 303
    assert site.post("/stop", data={"code": code, "email": "no address"}).status_code == 422


def test_who_guesses_needs_an_address_too_and_is_never_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopping, "FREE_GUESSES", 3)
    code = site.agreed(BEN, "offers_email").stop_code
    for number in range(3):
        assert type_code(site, f"00000000{number}" + check_digit(f"00000000{number}")) == 303
    assert type_code(site, code) == 422
    assert site.may_write_to(BEN, "offers")
    assert type_code(site, code, email=BEN) == 303
    assert not site.may_write_to(BEN, "offers")


def test_opening_the_page_or_asking_for_its_head_changes_nothing(site: Site) -> None:
    code = site.agreed(BEN, "offers_email").stop_code.replace(" ", "")
    before = site.dump()
    for method in ("GET", "HEAD", "OPTIONS"):
        site.client.open(f"/stop?code={code}", method=method, base_url=site.settings.url)
    assert site.dump() == before
