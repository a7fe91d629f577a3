"""Double opt-in: a link confirms the boxes and words of its own sign-up, once, and no later sign-up widens anything."""

import re
from datetime import timedelta

import pytest
import time_machine

from portal.people.consent.notices import current_wording
from portal.people.consent.record import Act, Shown
from portal.people.forms.sign_up import SignUp, prepare, write
from tests.people.browser import Browser
from tests.people.site import ADA, BEN, CLEO, Site, at

START = at("2026-03-01T09:00:00+00:00")
LATER = START + timedelta(days=2)
BOXES = ("offers_email", "webinars_email")
STRANGER = "fay@people.customerhub.net"


def test_a_second_sign_up_with_more_boxes_widens_nothing_before_its_own_link_is_pressed(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        first = site.agreed(ADA, "offers_email")
    with time_machine.travel(LATER, tick=False):
        second = site.asked(ADA, *BOXES)
        assert site.may_write_to(ADA, "offers")
        assert not site.may_write_to(ADA, "webinars")
        assert site.post(first.confirm, data=site.form(second.confirm)).status_code == 410
        assert not site.may_write_to(ADA, "webinars")
        page = site.get(second.confirm).text
        assert "webinar is out" in page
        assert "offers and goodies" not in page  # agreed to already, by the first
        site.confirm(second)
        assert site.may_write_to(ADA, "webinars")
    assert site.verify().is_sound


def test_a_second_sign_up_with_fewer_boxes_takes_nothing_away(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        site.agreed(ADA, *BOXES)
    with time_machine.travel(LATER, tick=False):
        site.agreed(ADA, "webinars_email")
        assert site.may_write_to(ADA, "offers")
        assert site.may_write_to(ADA, "webinars")


def test_after_a_no_a_new_sign_up_begins_at_asked_for_and_only_its_own_link_confirms(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        first = site.agreed(BEN, "offers_email")
        site.post(first.opt_out)
    with time_machine.travel(LATER, tick=False):
        second = site.asked(BEN, "offers_email")
        assert site.steps(BEN)[-2:] == [("offers", "confirmed", "withdrawn"), ("offers", "withdrawn", "requested")]
        assert not site.may_write_to(BEN, "offers")
        assert site.post(first.confirm, data={"page": "x"}).status_code == 410
        assert not site.may_write_to(BEN, "offers")
        site.confirm(second)
        assert site.may_write_to(BEN, "offers")
    assert site.verify().is_sound


def test_a_no_ends_what_is_asked_for_and_its_link_with_it(site: Site) -> None:
    mail = site.asked(CLEO, "offers_email")
    form = site.form(mail.confirm)
    site.post(mail.opt_out)
    assert site.post(mail.confirm, data=form).status_code == 410
    assert not site.may_write_to(CLEO, "offers")


def test_one_link_pressed_in_two_browsers_confirms_once_and_both_see_the_same(site: Site) -> None:
    mail = site.asked(ADA, "offers_email")
    here, there = Browser(site), Browser(site, agent="A telephone")
    pages = [re.findall(r'name="page" value="([^"]+)"', browser.get(mail.confirm).text)[0] for browser in (here, there)]
    answers = [
        browser.post(mail.confirm, from_page=mail.confirm, page=page)
        for browser, page in zip((here, there), pages, strict=True)
    ]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, f"{mail.confirm}/done")] * 2
    assert here.get(f"{mail.confirm}/done").text == there.get(f"{mail.confirm}/done").text
    assert site.steps(ADA) == [("offers", "none", "requested"), ("offers", "requested", "confirmed")]


def test_a_thousand_sign_ups_of_one_address_make_one_mail_and_one_record(site: Site) -> None:
    first, again = (prepared(site, boxes) for boxes in (1, 2))
    act, keyring = Act(at=START, key="a test"), site.keyring
    with site.database.transaction() as db:
        is_written = [write(db, sign_up=one, keyring=keyring, act=act) for one in [first, *[again] * 999]]
    assert is_written == [True] + [False] * 999
    assert (site.count("messages"), site.count("opt_ins"), site.count("consent_records")) == (1, 1, 1)


@pytest.mark.parametrize("change", ["flip", "cut", "longer", "megabyte", "other", "empty", "null"])
def test_a_token_that_is_not_the_one_confirms_nothing(site: Site, change: str) -> None:
    mail, other = site.asked(ADA, "offers_email"), site.asked(BEN, "offers_email")
    form, token = site.form(mail.confirm), mail.confirm.rpartition("/")[2]
    changed = {
        "flip": f"{token[:20]}{'A' if token[20] != 'A' else 'B'}{token[21:]}",
        "cut": token[:-1],
        "longer": f"{token}A",
        "megabyte": "A" * 1_000_000,
        "other": other.opt_out.rpartition("/")[2],
        "empty": "",
        "null": "%00",
    }[change]
    before = site.dump()
    for answer in (site.get(f"/confirm/{changed}"), site.post(f"/confirm/{changed}", data=form)):
        assert answer.status_code in (400, 404, 414), answer.status_code
    for page in ("x" * 200_000, form["page"][:-1], form["page"] + "A", ""):
        assert site.post(mail.confirm, data={"page": page}).status_code in (409, 413)
    assert site.dump() == before


def test_after_seven_days_a_link_confirms_nothing_and_tells_nothing_more(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        mail = site.asked(ADA, "offers_email")
        form = site.form(mail.confirm)
    with time_machine.travel(START + timedelta(days=7, seconds=1), tick=False):
        answer = site.post(mail.confirm, data=form)
        assert (answer.status_code, ADA in answer.text) == (410, False)
        assert not site.may_write_to(ADA, "offers")


def prepared(site: Site, boxes: int) -> SignUp:
    """A sign-up of Ada that ticks so many boxes, ready to be written."""
    wording = current_wording("sign-up")
    return prepare(
        name="Ada Lindqvar",
        typed=ADA,
        address=ADA,
        ticked=wording.purposes[:boxes],
        shown=Shown(page="/sign-up", wording=wording, form=b"the boxes"),
        url=site.settings.url,
        keyring=site.keyring,
        now=START,
    )
