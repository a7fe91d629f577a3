"""One guard on the studio: staff, a second factor, and the role that each page names."""

import pytest
from flask import Flask

from portal.people.staff.roles import RIGHTS, Right, Role
from tests.people.browser import MARA, OTTO, Browser, Clerk
from tests.people.site import ADA, Site


def studio_routes(app: Flask) -> dict[tuple[str, str], Right]:
    """Method and address of everything in the studio, with the right that it needs."""
    return {
        (method, rule.rule.replace("<staff_id>", "0123456789abcdef")): vars(app.view_functions[rule.endpoint])["needs"]
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/studio")
        for method in (rule.methods or set()) & {"GET", "POST"}
    }


def send(browser: Browser, method: str, path: str) -> int:
    answer = browser.get(path) if method == "GET" else browser.post(path)
    if answer.status_code == 303 and "/sign-in/staff" in str(answer.location):
        return 401
    return answer.status_code


def test_everything_in_the_studio_names_a_right(site: Site) -> None:
    routes = studio_routes(site.app)
    assert len(routes) >= 12
    assert set(routes.values()) == set(Right)


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_what_it_gives_a_right_to_and_nothing_else(site: Site, role: Role) -> None:
    email = f"{role.value}@people.customerhub.net"
    for (method, path), right in studio_routes(site.app).items():
        browser = Browser(site).by_start_link(role=role.value, email=email)
        status = send(browser, method, path)
        assert (status == 403) == (right not in RIGHTS[role]), (method, path, status)
        assert status in (200, 303, 403, 404, 409, 422), (method, path, status)


def test_nobody_else_gets_in(site: Site) -> None:
    site.agreed(ADA)
    half = Clerk(site)
    half.begin()
    half.type_password()
    half.browser.form_page = "/sign-in/staff/second"
    for browser in (Browser(site), Browser(site).by_mail(ADA), half.browser):
        for method, path in studio_routes(site.app):
            assert send(browser, method, path) == 401, (method, path)


def test_a_page_is_come_back_to_after_signing_in(site: Site) -> None:
    assert Browser(site).get("/studio/log?page=2").location == "/sign-in/staff?next=/studio/log%3Fpage%3D2"


def test_what_is_refused_says_what_to_do(site: Site) -> None:
    answer = Browser(site).by_start_link(role="marketer").get("/studio/log")
    assert answer.status_code == 403
    assert "Ask someone who manages the staff" in answer.text


def test_a_change_of_role_holds_at_once(site: Site) -> None:
    otto = Browser(site).by_start_link(role="admin", email=OTTO)
    assert otto.get("/studio/staff").status_code == 200
    mara = Browser(site).by_start_link(email=MARA)
    mara.post("/studio/staff", from_page="/studio/staff", email=OTTO, role="marketer")
    assert otto.get("/studio/staff").status_code == 303
    assert otto.by_start_link(role="marketer", email=OTTO).get("/studio/staff").status_code == 403


def test_pages_of_the_studio_are_for_no_cache(site: Site) -> None:
    mara = Browser(site).by_start_link()
    for path in ("/studio/", "/studio/log", "/studio/staff", "/studio/me"):
        assert mara.get(path).headers["Cache-Control"] == "private, no-store"
