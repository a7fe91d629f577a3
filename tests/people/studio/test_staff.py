"""Who works here: added by a link that is shown once, signed out, taken out, and brought back."""

import json
import re

import pytest

from portal.people.commands.staff import add_staff, list_staff, make_start_link
from portal.people.messages.addresses import NotAnAddress
from tests.people.browser import MARA, OTTO, Browser, Clerk, Device, log_of
from tests.people.site import Site


@pytest.fixture
def mara(site: Site) -> Browser:
    """Mara, an admin, in the studio."""
    return Browser(site).by_start_link()


def id_of(site: Site, email: str) -> str:
    return str(next(staff_id for staff_id, found in site.rows("select id, email from staff") if found == email))


def add(mara: Browser, email: str = OTTO, role: str = "privacy") -> Clerk:
    answer = mara.post("/studio/staff", from_page="/studio/staff", email=email, role=role)
    token = re.findall(r"/sign-in/staff/password/([\w-]{43})", answer.text)
    assert token, answer.text
    clerk = Clerk.__new__(Clerk)
    clerk.site, clerk.email, clerk.browser, clerk.token = mara.site, email, Browser(mara.site), token[0]
    return clerk


def test_an_admin_adds_someone_by_a_link_that_is_shown_once(mara: Browser) -> None:
    otto = add(mara)
    assert otto.token not in mara.get("/studio/staff").text
    otto.begin()
    assert otto.browser.get("/studio/log").status_code == 200
    assert otto.browser.get("/studio/staff").status_code == 403


def test_a_lost_factor_is_mended_by_a_new_beginning(mara: Browser) -> None:
    otto = add(mara).begin()
    device = Device()
    page = "/sign-in/staff/factor"
    options = otto.browser.post(f"{page}/passkey/options", from_page=page).text
    otto.browser.post(f"{page}/passkey", from_page=page, credential=device.make(options))
    path = f"/studio/staff/{id_of(mara.site, OTTO)}/begin-anew"
    answer = mara.post(path, from_page="/studio/staff")
    otto.token = re.findall(r"/sign-in/staff/password/([\w-]{43})", answer.text)[0]
    otto.browser = Browser(mara.site)
    otto.begin()
    assert mara.site.count("passkeys") == 0
    assert mara.site.count("recovery_codes") == 10
    assert "was told to begin their sign-in anew" in log_of(mara.site)


def test_who_was_taken_out_opens_nothing_and_comes_back_by_a_new_link(mara: Browser) -> None:
    otto = add(mara).begin()
    path = f"/studio/staff/{id_of(mara.site, OTTO)}/leave"
    assert mara.post(path, from_page="/studio/staff").status_code == 303
    assert otto.browser.get("/studio/").status_code == 303
    assert otto.type_password().status_code == 422
    assert mara.site.rows("select count(*) from staff_departures") == [(1,)]
    assert ", left" in mara.get("/studio/staff").text
    assert mara.post(path, from_page="/studio/staff").status_code == 404
    add(mara).begin()
    assert mara.site.count("staff_departures") == 0


def test_a_link_that_was_not_used_ends_with_who_was_taken_out(mara: Browser) -> None:
    otto = add(mara)
    mara.post(f"/studio/staff/{id_of(mara.site, OTTO)}/leave", from_page="/studio/staff")
    assert otto.browser.get(f"/sign-in/staff/password/{otto.token}").status_code in (404, 410)


def test_somebody_has_to_stay_who_manages_the_staff(mara: Browser) -> None:
    answer = mara.post(f"/studio/staff/{id_of(mara.site, MARA)}/leave", from_page="/studio/staff")
    assert answer.status_code == 409
    assert mara.get("/studio/staff").status_code == 200


def test_somebody_is_signed_out_everywhere(mara: Browser) -> None:
    otto = add(mara).begin()
    mara.post(f"/studio/staff/{id_of(mara.site, OTTO)}/end-sessions", from_page="/studio/staff")
    assert otto.browser.get("/studio/").status_code == 303


@pytest.mark.parametrize("act", ["leave", "begin-anew", "end-sessions"])
def test_nobody_of_that_id_works_here(mara: Browser, act: str) -> None:
    assert mara.post(f"/studio/staff/0000000000000000/{act}", from_page="/studio/staff").status_code == 404


@pytest.mark.parametrize(("email", "role"), [("otto", "admin"), (OTTO, "owner"), (OTTO, ""), ("", "admin")])
def test_a_form_with_a_slip_comes_back_with_words(mara: Browser, email: str, role: str) -> None:
    answer = mara.post("/studio/staff", from_page="/studio/staff", email=email, role=role)
    assert answer.status_code == 422
    assert mara.site.count("staff") == 1


def test_staff_are_no_prospects_and_prospects_no_staff(mara: Browser) -> None:
    mara.post("/sign-in", email=MARA)
    assert not [mail for mail in mara.site.mails() if "/sign-in/link/" in mail.page]
    assert mara.site.count("people") == 0


def test_the_studio_shows_what_needs_work(mara: Browser) -> None:
    page = mara.get("/studio/").text
    assert "second-message" in page  # written, and not public here
    assert "Separation check" in page


class TestCommands:
    """What the command line does, on the same database."""

    @pytest.fixture(autouse=True)
    def here(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in site.environ.items():
            monkeypatch.setenv(name, value)

    def test_adding_prints_a_link_that_sets_a_password(self, site: Site) -> None:
        link = add_staff(" Otto@people.customerhub.net ", "admin")["link"]
        assert site.get(link.removeprefix(site.settings.url)).status_code == 200
        assert json.loads(json.dumps(list_staff()))[0]["email"] == OTTO
        again = add_staff(OTTO, "privacy")["link"]
        assert site.get(link.removeprefix(site.settings.url)).status_code == 410
        assert site.get(again.removeprefix(site.settings.url)).status_code == 200
        assert list_staff()[0]["role"] == "privacy"

    def test_an_address_that_is_none_is_refused(self) -> None:
        with pytest.raises(NotAnAddress):
            add_staff("otto@leads.example", "admin")

    def test_a_start_link_is_new_each_time_and_empty_without_sample_staff(self, site: Site) -> None:
        assert make_start_link() == ""
        add_staff(MARA, "admin")
        first, second = make_start_link(), make_start_link()
        assert first != second
        assert Browser(site).post(second.removeprefix(site.settings.url)).location == "/studio/"

    def test_outside_development_there_is_no_start_link(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        add_staff(MARA, "admin")
        monkeypatch.setenv("PEOPLE_URL", "https://learn.people.customerhub.net")
        monkeypatch.setenv("MAIL_URL", "smtp://localhost:2525")
        monkeypatch.setenv("PEOPLE_SECRET_KEYS", site.settings.secret_keys[0])
        assert make_start_link() == ""
