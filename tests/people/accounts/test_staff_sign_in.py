"""Staff: a password that is hard to guess, a second factor that works once, a wait that grows, codes for a bad day."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from portal.people.accounts.tries import wait_after
from portal.people.staff import passwords
from tests.people.browser import OTTO, PASSWORD, Browser, Clerk, Device, log_of, start_link
from tests.people.site import ADA, Site, at
from tests.support.engines import Engine
from tests.support.sides import people_app

START = at("2026-03-01T09:00:00+00:00")
SECOND = "/sign-in/staff/second"


@pytest.fixture
def otto(site: Site) -> Clerk:
    """Otto, with a password and an app, signed in."""
    return Clerk(site).begin()


def later(otto: Clerk) -> str:
    """A code of the step after this one, which a phone whose clock is ahead shows."""
    return otto.code(later=30)


def test_a_link_sets_a_password_then_a_factor_then_opens_the_studio(otto: Clerk) -> None:
    assert otto.browser.get("/studio/").status_code == 200
    assert len(set(otto.codes)) == 10
    assert set(log_of(otto.site)[:2]) == {"signed in", "set up an authenticator app"}


def test_password_and_code_sign_in(otto: Clerk) -> None:
    assert otto.type_password(next="/studio/log").location == f"{SECOND}?next=/studio/log"
    assert otto.browser.get("/studio/").status_code == 303  # half signed in is not signed in
    assert otto.type_code(later(otto), next="/studio/log").location == "/studio/log"
    assert otto.browser.get("/studio/log").status_code == 200


def test_a_link_for_a_password_works_once_and_for_a_day(site: Site) -> None:
    with time_machine.travel(START, tick=False) as now:
        otto = Clerk(site)
        page = f"/sign-in/staff/password/{otto.token}"
        now.shift(timedelta(hours=23, minutes=59))
        otto.begin()
        answer = Browser(site).post(page, name="Eve", password="another plain and long one")
        assert answer.status_code == 410
        late = Clerk(site, "late@people.customerhub.net")
        now.shift(timedelta(hours=24))
        assert Browser(site).get(f"/sign-in/staff/password/{late.token}").status_code == 410


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_a_link_sets_nothing_and_signs_nobody_in(site: Site, method: str) -> None:
    token, start = Clerk(site).token, start_link(site)
    browser = Browser(site)
    for path in (f"/sign-in/staff/password/{token}", start):
        browser.client.open(path, method=method, base_url=site.settings.url)
    assert browser.cookie is None
    assert site.count("staff_passwords") == 0


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "12 characters or more"),
        ("password123456", "among the first"),
        ("qwertyuiop1234", "among the first"),
        ("aaaaaaaaaaaaaaaa", "among the first"),
        ("customerhub2026", "among the first"),
        ("otto otto otto", "among the first"),
        ("x" * 129, "128 or fewer"),
        ("x" * 10_000, "10,000 characters long"),
    ],
)
def test_a_weak_password_is_refused_in_words_and_the_link_still_works(site: Site, password: str, words: str) -> None:
    otto = Clerk(site)
    page = f"/sign-in/staff/password/{otto.token}"
    answer = otto.browser.post(page, from_page=page, name="Otto", password=password)
    assert answer.status_code == 422
    assert words in answer.text
    assert password not in answer.text
    otto.begin()


def test_a_password_of_ten_thousand_characters_is_not_hashed(otto: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "matches", None)  # calling it would raise
    answer = otto.type_password("x" * 10_000)
    assert answer.status_code == 422
    assert "128 or fewer" in answer.text


def test_the_same_password_typed_on_another_keyboard_matches(site: Site) -> None:
    otto = Clerk(site)
    page = f"/sign-in/staff/password/{otto.token}"
    otto.browser.post(page, from_page=page, name="Otto", password="cafe\u0301 anchors drift slowly")
    otto.add_app()
    assert otto.type_password("caf\u00e9 anchors drift slowly").status_code == 303


def test_a_password_is_hashed_anew_when_the_parameters_change(otto: Clerk) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with otto.site.database.transaction() as db:
        ((staff_id,),) = otto.site.rows("select id from staff")
        passwords.set_password(db, staff_id=staff_id, hashed=weak, now=START)
    assert otto.type_password().status_code == 303
    ((hashed,),) = otto.site.rows("select hashed from staff_passwords")
    assert hashed != weak
    assert hashed.startswith("$argon2id$")


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(otto: Clerk) -> None:
    pages = set()
    for email in (OTTO, "nobody@people.customerhub.net", ADA):
        otto.email = email
        answer = otto.type_password("not the password at all")
        assert answer.status_code == 422
        pages.add(answer.text.replace(email, ""))
    assert len(pages) == 1
    assert otto.site.count("wrong_tries") == 3


def test_after_fifty_wrong_tries_the_right_one_has_to_wait_and_then_works(site: Site) -> None:
    with time_machine.travel(START, tick=False) as now:
        otto = Clerk(site).begin()
        for number in range(50):
            assert otto.type_password(f"wrong for the {number}th time").status_code == 422
            now.shift(wait_after(number + 1))
        now.shift(-wait_after(50))
        answer = otto.type_password()
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) in range(890, 902)
        assert "Wait 16 minutes" in answer.text or "Wait 15 minutes" in answer.text
        now.shift(timedelta(minutes=15))
        assert otto.type_password().status_code == 303


@time_machine.travel(START, tick=False)
def test_an_unknown_address_has_to_wait_just_the_same(site: Site) -> None:
    otto = Clerk(site, "nobody@people.customerhub.net")
    with site.database.transaction() as db:
        db.connection().exec_driver_sql("delete from one_time_links")
        db.connection().exec_driver_sql("delete from staff")
    statuses = [otto.type_password("never the right one").status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


@time_machine.travel(START, tick=False)
def test_fifty_wrong_codes_in_a_row_are_not_looked_at_and_a_passkey_still_works(site: Site) -> None:
    otto, device = Clerk(site).begin(), Device()
    page = "/sign-in/staff/factor"
    options = otto.browser.post(f"{page}/passkey/options", from_page=page).text
    otto.browser.post(f"{page}/passkey", from_page=page, credential=device.make(options), passkey_name="Key")
    otto.type_password()
    statuses = [otto.type_code("000000").status_code for _ in range(50)]
    assert statuses == [422] * 5 + [429] * 45
    assert otto.type_code(later(otto)).status_code == 429
    options = otto.browser.post(f"{SECOND}/passkey/options", from_page=SECOND).text
    answer = otto.browser.post(f"{SECOND}/passkey", from_page=SECOND, credential=device.sign(options))
    assert answer.location == "/studio/"


def test_a_code_works_once(otto: Clerk) -> None:
    code = later(otto)
    otto.type_password()
    assert otto.type_code(code).status_code == 303
    otto.type_password()
    answer = otto.type_code(code)
    assert answer.status_code == 422
    assert "used before" in answer.text


def test_the_code_that_set_the_app_up_does_not_sign_in(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        otto = Clerk(site).begin()
        otto.type_password()
        assert otto.type_code(otto.code()).status_code == 422


def test_an_older_code_is_refused_after_a_newer_one(site: Site) -> None:
    with time_machine.travel(START, tick=False) as now:
        otto = Clerk(site).begin()
        now.shift(timedelta(minutes=5))
        older = otto.code()
        otto.type_password()
        assert otto.type_code(later(otto)).status_code == 303
        otto.type_password()
        assert otto.type_code(older).status_code == 422


@pytest.mark.parametrize("seconds", [-90, 90])
def test_a_code_of_another_time_is_refused(site: Site, seconds: int) -> None:
    with time_machine.travel(START, tick=False) as now:
        otto = Clerk(site).begin()
        now.shift(timedelta(minutes=5))
        otto.type_password()
        assert otto.type_code(otto.code(later=seconds)).status_code == 422


def test_a_recovery_code_works_once(otto: Clerk) -> None:
    otto.type_password()
    assert otto.type_code(f" {otto.codes[3].upper()} ").location == "/studio/"
    assert "9 left" in otto.browser.get("/studio/me").text
    otto.type_password()
    assert otto.type_code(otto.codes[3]).status_code == 422


def test_new_recovery_codes_end_the_old(otto: Clerk) -> None:
    page = otto.browser.post("/studio/me/recovery-codes", from_page="/studio/me")
    assert page.status_code == 200
    assert otto.codes[0] not in page.text
    otto.type_password()
    assert otto.type_code(otto.codes[0]).status_code == 422


def test_neither_codes_nor_secrets_nor_passwords_are_stored_as_they_are(otto: Clerk) -> None:
    stored = "\n".join(otto.site.dump())
    for secret in (PASSWORD, otto.secret, otto.token, *otto.codes, *(code.replace("-", "") for code in otto.codes)):
        assert secret not in stored


def test_who_is_half_signed_in_adds_no_factor_where_there_is_one(otto: Clerk) -> None:
    otto.type_password()
    for path in ("/sign-in/staff/factor", "/sign-in/staff/factor/authenticator", "/sign-in/staff/factor/passkey"):
        answer = otto.browser.get(path) if path.endswith("factor") else otto.browser.post(path, from_page=SECOND)
        assert answer.location == "/sign-in/staff"


def test_half_signed_in_ends_after_ten_minutes(site: Site) -> None:
    with time_machine.travel(START, tick=False) as now:
        otto = Clerk(site).begin()
        otto.type_password()
        now.shift(timedelta(minutes=11))
        assert otto.browser.get(SECOND).location == "/sign-in/staff"


def test_without_a_password_there_is_no_second_factor_to_show(site: Site) -> None:
    browser = Browser(site)
    assert browser.get(SECOND).location == "/sign-in/staff"
    for path in (SECOND, f"{SECOND}/passkey", f"{SECOND}/passkey/options", "/sign-in/staff/factor/authenticator"):
        assert browser.post(path, code="000000").location == "/sign-in/staff"


def test_what_is_dangerous_asks_for_the_second_factor_again_after_a_quarter_of_an_hour(site: Site) -> None:
    with time_machine.travel(START, tick=False) as now:
        otto = Clerk(site).begin()
        now.shift(timedelta(minutes=16))
        before = otto.browser.cookie
        answer = otto.browser.post("/studio/me/recovery-codes", from_page="/studio/me")
        assert answer.location == f"{SECOND}?next=/studio/me"
        assert otto.browser.get("/sign-in/staff/factor").location == f"{SECOND}?next=/sign-in/staff/factor"
        assert otto.type_code(otto.code(), next="/studio/me").location == "/studio/me"
        assert otto.browser.cookie != before
        assert otto.browser.post("/studio/me/recovery-codes", from_page="/studio/me").status_code == 200
        now.shift(timedelta(hours=11, minutes=40))
        otto.browser.get("/studio/")


def test_a_new_beginning_ends_everything_that_was_there(otto: Clerk) -> None:
    from tests.people.browser import invite

    before = otto.browser
    otto.token = invite(otto.site, OTTO, "admin")
    assert before.get("/studio/").status_code == 200  # a link that nobody used changes nothing
    old = otto.codes[0]
    otto.browser = Browser(otto.site)
    otto.begin()
    assert before.get("/studio/").status_code == 303
    otto.type_password()
    assert otto.type_code(old).status_code == 422


def test_a_change_of_password_ends_the_other_sessions(otto: Clerk) -> None:
    other = otto.browser
    otto.type_password()
    otto.type_code(later(otto))
    answer = otto.browser.post("/studio/me/password", from_page="/studio/me", password="seven green umbrellas hum")
    assert answer.status_code == 303
    assert other.get("/studio/").status_code == 303
    assert otto.browser.get("/studio/").status_code == 200
    assert otto.type_password().status_code == 422
    assert otto.type_password("seven green umbrellas hum").status_code == 303


def test_the_last_factor_stays(otto: Clerk) -> None:
    answer = otto.browser.post("/studio/me/authenticator/remove", from_page="/studio/me")
    assert answer.status_code == 409
    assert otto.site.count("authenticators") == 1


@pytest.mark.parametrize(
    "next_path",
    [
        "https://evil.people.customerhub.net/",
        "//evil.people.customerhub.net/",
        "///evil.people.customerhub.net/",
        "/\\evil.people.customerhub.net/",
        "\\\\evil",
        "/\t/evil.people.customerhub.net",
        "javascript:alert(1)",
        "studio",
        "/" + "x" * 500,
        "/\u00e4",
    ],
)
def test_signing_in_leads_nowhere_but_here(otto: Clerk, next_path: str) -> None:
    assert otto.type_password(next=next_path).location in (SECOND, f"{SECOND}?next=/studio/")
    assert otto.type_code(later(otto), next=next_path).location == "/studio/"


def test_the_link_of_a_machine_signs_in_once(site: Site) -> None:
    link = start_link(site)
    assert Browser(site).post(link).location == "/studio/"
    assert Browser(site).post(link).status_code == 410


def test_outside_development_there_is_no_link_of_a_machine(engine: Engine, tmp_path: Path) -> None:
    environ = {"PEOPLE_URL": "https://learn.people.customerhub.net", "PEOPLE_SECRET_KEYS": "k" * 32}
    site = Site(people_app(tmp_path, MAIL_URL="smtp://localhost:2525", **environ))
    link = start_link(site)
    assert site.get(link).status_code == 404
    assert site.post(link).status_code == 404
    assert site.count("sessions") == 0
