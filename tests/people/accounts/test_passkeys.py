"""Passkeys, with keys made in software: exactly our origin, exactly our challenge, once."""

import json

import pytest

from tests.people.browser import Browser, Clerk, Device, log_of
from tests.people.site import ADA, BEN, Site


@pytest.fixture
def ada(site: Site) -> Browser:
    """Ada, signed in."""
    site.agreed(ADA, "offers_email")
    return Browser(site).by_mail(ADA)


@pytest.fixture
def device(ada: Browser) -> Device:
    """A device of Ada's that has a passkey."""
    made = Device()
    assert add(ada, made) == 303
    return made


def add(browser: Browser, device: Device, *, name: str = "Laptop", page: str = "/account") -> int:
    where = "/account/passkeys" if page == "/account" else f"{page}/passkey"
    options = browser.post(f"{where}/options", from_page=page).text
    answer = browser.post(where, from_page=page, credential=device.make(options), passkey_name=name)
    return answer.status_code


def options_of(browser: Browser) -> str:
    return browser.post("/sign-in/passkey/options").text


def test_a_passkey_signs_in_without_an_address(ada: Browser, device: Device) -> None:
    other = Browser(ada.site)
    answer = other.post("/sign-in/passkey", credential=device.sign(options_of(other)))
    assert answer.location == "/account"
    assert ADA in other.get("/account").text
    assert "last used" in other.get("/account").text


def test_its_owner_gets_a_mail_about_a_new_one(ada: Browser, device: Device) -> None:
    assert any("A passkey was added" in mail.page for mail in ada.site.mails())
    assert log_of(ada.site)[0] == "added a passkey"


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8001", "https://localhost:8000", "http://localhost:8001", "null"])
def test_a_passkey_used_on_another_origin_is_refused(ada: Browser, device: Device, origin: str) -> None:
    device.origin = origin
    other = Browser(ada.site)
    answer = other.post("/sign-in/passkey", credential=device.sign(options_of(other)))
    assert answer.status_code == 422
    assert "did not work here" in answer.text
    assert other.cookie is None
    assert log_of(ada.site)[0] == "was refused a sign-in"


def test_a_passkey_made_on_another_origin_is_refused(ada: Browser) -> None:
    assert add(ada, Device("http://127.0.0.1:8001")) == 422
    assert ada.site.count("passkeys") == 0


def test_an_answer_works_once(ada: Browser, device: Device) -> None:
    credential = device.sign(options_of(Browser(ada.site)))
    assert Browser(ada.site).post("/sign-in/passkey", credential=credential).status_code == 303
    assert Browser(ada.site).post("/sign-in/passkey", credential=credential).status_code == 422


def test_an_answer_to_no_question_of_ours_is_refused(ada: Browser, device: Device) -> None:
    credential = device.sign(options_of(Browser(ada.site)), challenge="bXkgb3duIGNoYWxsZW5nZQ")
    assert Browser(ada.site).post("/sign-in/passkey", credential=credential).status_code == 422


def test_a_question_asked_for_adding_is_none_for_signing_in(ada: Browser, device: Device) -> None:
    adding = json.loads(ada.post("/account/passkeys/options", from_page="/account").text)
    credential = device.sign(options_of(Browser(ada.site)), challenge=adding["challenge"])
    assert Browser(ada.site).post("/sign-in/passkey", credential=credential).status_code == 422


def test_a_key_whose_count_does_not_rise_is_a_copy(ada: Browser, device: Device) -> None:
    device.count = 5
    assert (
        Browser(ada.site).post("/sign-in/passkey", credential=device.sign(options_of(Browser(ada.site)))).status_code
        == 303
    )
    device.count = 3
    copied = device.sign(options_of(Browser(ada.site)))
    assert Browser(ada.site).post("/sign-in/passkey", credential=copied).status_code == 422


def test_a_key_that_nobody_added_is_refused(site: Site) -> None:
    stranger = Browser(site)
    assert stranger.post("/sign-in/passkey", credential=Device().sign(options_of(stranger))).status_code == 422


def test_a_removed_passkey_signs_nobody_in(ada: Browser, device: Device) -> None:
    ((passkey_id,),) = ada.site.rows("select id from passkeys")
    ada.post("/account/passkeys/remove", from_page="/account", passkey=passkey_id)
    other = Browser(ada.site)
    assert other.post("/sign-in/passkey", credential=device.sign(options_of(other))).status_code == 422


def test_nobody_removes_a_passkey_of_somebody_else(ada: Browser, device: Device) -> None:
    ada.site.agreed(BEN)
    ((passkey_id,),) = ada.site.rows("select id from passkeys")
    Browser(ada.site).by_mail(BEN).post("/account/passkeys/remove", from_page="/account", passkey=passkey_id)
    assert ada.site.count("passkeys") == 1


def test_the_same_key_is_added_once(ada: Browser, device: Device) -> None:
    assert add(ada, device) == 422
    assert ada.site.count("passkeys") == 1


@pytest.mark.parametrize(
    "credential",
    ["", "{", "[]", "[" * 15_000, "x" * 30_000, '{"id": "a", "rawId": "a", "type": "public-key", "response": {}}', "1"],
)
def test_an_answer_that_is_none_is_refused_in_words(ada: Browser, credential: str) -> None:
    assert Browser(ada.site).post("/sign-in/passkey", credential=credential).status_code == 422
    answer = ada.post("/account/passkeys", from_page="/account", credential=credential, passkey_name="x")
    assert answer.status_code == 422
    assert "made no passkey that works here" in answer.text


def test_staff_come_in_by_a_passkey_alone_if_the_device_verified_them(site: Site) -> None:
    otto = Clerk(site).begin()
    device = Device()
    add(otto.browser, device, page="/sign-in/staff/factor")
    other = Browser(site)
    answer = other.post("/sign-in/passkey", credential=device.sign(options_of(other)), next="/studio/log")
    assert answer.location == "/studio/log"
    assert other.get("/studio/log").status_code == 200
    device.flags = 0x01  # pressed, but it asked for no finger, face or code
    another = Browser(site)
    assert another.post("/sign-in/passkey", credential=device.sign(options_of(another))).status_code == 422


def test_staff_cannot_add_a_key_that_does_not_verify_them(site: Site) -> None:
    otto = Clerk(site).begin()
    assert add(otto.browser, Device(verifies=False), page="/sign-in/staff/factor") == 422


def test_a_second_factor_must_be_a_passkey_of_ones_own(site: Site) -> None:
    otto, paul = Clerk(site).begin(), Clerk(site, "paul@people.customerhub.net").begin()
    device = Device()
    add(paul.browser, device, page="/sign-in/staff/factor")
    otto.type_password()
    page = "/sign-in/staff/second"
    options = otto.browser.post(f"{page}/passkey/options", from_page=page).text
    answer = otto.browser.post(f"{page}/passkey", from_page=page, credential=device.sign(options))
    assert answer.status_code == 422
    assert otto.browser.get("/studio/").status_code == 303
