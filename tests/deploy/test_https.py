"""The two sites over HTTPS, behind the shipped nginx: what exists only there."""

import re
import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.deploy.conftest import Production
from tests.support.browser import Visitor, visitors
from tests.support.nginx import FORGED, Reply

TOKEN = "x" * 43
HSTS = "max-age=31536000; includeSubDomains"


def start(page: Page, production: Production) -> None:
    page.goto(production.people)
    page.get_by_role("button", name="Start your test drive").click()
    expect(page.get_by_role("heading", name="Leads", level=1)).to_be_visible()
    page.wait_for_load_state()


def test_one_press_on_the_home_page_opens_a_drive_on_the_other_host(visitor: Visitor, production: Production) -> None:
    page = visitor()
    page.goto(production.people)
    assert page.context.cookies() == []
    start(page, production)
    assert page.url.startswith(f"{production.sandbox}/leads")
    assert page.context.cookies(production.people) == []
    cookies = page.context.cookies(production.sandbox)
    assert len(cookies) >= 2
    for cookie in cookies:
        assert cookie.get("name", "").startswith("__Host-")
        assert cookie.get("secure")
        assert cookie.get("httpOnly")
        assert cookie.get("path") == "/"
        assert cookie.get("domain") == "practice.example"


def test_the_forms_of_a_drive_work_with_session_token_and_referrer(visitor: Visitor, production: Production) -> None:
    page = visitor(java_script_enabled=False)
    start(page, production)
    page.locator("tbody a").first.click()
    page.get_by_label("Name").first.fill("Changed Under-Https")
    page.locator("form:has([name=name]) button").first.click()
    expect(page.get_by_role("heading", name="Changed Under-Https")).to_be_visible()
    page.goto(f"{production.sandbox}/leads")
    page.locator('form[action="/undo"] button').click()
    expect(page.get_by_text("Taken back")).to_be_visible()


def test_a_form_without_a_referrer_of_its_own_site_is_refused(production: Production) -> None:
    """Flask-WTF's rule for HTTPS; it is asked only where the site knows that it is reached by HTTPS."""
    started = production.ask(
        "POST", f"{production.sandbox}/drives", body=scenario(production), Origin=production.people
    )
    assert started.status == 303
    cookie = "; ".join(f"{name}={value}" for name, value in started.cookies().items())
    page = production.ask("GET", f"{production.sandbox}/leads", Cookie=cookie)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0]

    def undo(**headers: str) -> Reply:
        sent = {"Cookie": cookie, "Origin": production.sandbox} | headers
        return production.ask("POST", f"{production.sandbox}/undo", body=f"csrf_token={token}", **sent)

    assert undo().status == 403
    assert undo(**FORGED).status == 403  # believed, `X-Forwarded-Proto: http` would switch the rule off
    assert undo(Referer=f"{production.people}/").status == 403
    assert undo(Referer="http://practice.example/").status == 403
    assert undo(Referer=f"{production.sandbox}/").status in (303, 409)
    assert undo(Referer=f"{production.sandbox}/", Origin=production.people).status == 403


def test_only_the_home_page_may_open_a_drive_from_elsewhere(production: Production) -> None:
    for origin in ("https://attacker.example", "http://learn.example", "null"):
        body = scenario(production)
        assert production.ask("POST", f"{production.sandbox}/drives", body=body, Origin=origin).status == 403


@pytest.mark.parametrize("side", ["people", "sandbox"])
def test_every_security_header_comes_once(production: Production, side: str) -> None:
    site = getattr(production, side)
    for path in ("/", "/nothing-here", static_file(production, site)):
        answer = production.ask("GET", site + path)
        assert answer.header("X-Content-Type-Options") == "nosniff"
        assert answer.header("Referrer-Policy") == "strict-origin"
        assert answer.header("Content-Security-Policy")
        assert answer.header("Server") == "nginx"
        assert answer.header("Set-Cookie") == ""
        if "static" not in path:
            assert answer.header("Strict-Transport-Security") == HSTS


def test_once_seen_a_browser_never_asks_by_plain_http_again(chromium: Browser, production: Production) -> None:
    with visitors(chromium, production.people, "http://learn.example") as visitor:
        page = visitor()
        page.goto(production.people)
        before = production.nginx.logged().count('"place":"/offers"')
        page.goto("http://learn.example/offers/")
        assert page.url == f"{production.people}/offers/"
        assert production.nginx.logged().count('"place":"/offers"') == before + 1  # by https; no redirect was needed


@pytest.mark.parametrize("site", ["learn.example", "practice.example"])
def test_plain_http_leads_to_https_and_nothing_else(production: Production, site: str) -> None:
    answer = production.ask("GET", f"http://{site}/webinars/?t=1")
    assert answer.status == 301
    assert answer.header("Location") == f"https://{site}/webinars/?t=1"
    assert answer.header("Set-Cookie") == ""


def test_what_a_client_claims_about_itself_has_no_effect(production: Production) -> None:
    """Believed, `X-Forwarded-Host` would be refused as a wrong host."""
    plain = production.ask("GET", f"{production.people}/")
    claimed = production.ask("GET", f"{production.people}/", **FORGED)
    assert (claimed.status, claimed.body) == (plain.status, plain.body)
    body = scenario(production)
    started = production.ask("POST", f"{production.sandbox}/drives", body=body, Origin=production.people, **FORGED)
    assert started.status == 303
    assert "attacker" not in started.header("Location")
    assert all(name.startswith("__Host-") for name in started.cookies())


def test_a_wrong_host_is_refused_whatever_name_the_line_was_opened_for(production: Production) -> None:
    for host in ("attacker.example", "practice.example:8001", "127.0.0.1"):
        answer = production.ask("GET", f"{production.people}/", host=host)
        assert "Start your test drive" not in answer.text
    assert production.ask("GET", f"{production.people}/", host="attacker.example").status == 421
    assert production.ask("GET", "http://attacker.example/").status == 421


def test_what_is_for_development_does_not_exist(production: Production) -> None:
    for path in ("/_outbox", "/_patterns"):
        assert production.ask("GET", production.people + path).status == 404


def test_a_film_comes_by_parts(production: Production) -> None:
    page = production.ask("GET", f"{production.people}/webinars/second-message").text
    film = re.findall(r"/media/[0-9a-f]{64}/[^\"#]+\.mp4", page)[0]
    part = production.ask("GET", production.people + film, Range="bytes=1000-1999")
    assert part.status == 206
    assert len(part.body) == 1000
    whole = production.ask("GET", production.people + film)
    assert whole.status == 200
    assert whole.body[1000:2000] == part.body
    assert part.header("Content-Range") == f"bytes 1000-1999/{len(whole.body)}"
    assert "immutable" in whole.header("Cache-Control")


@pytest.mark.parametrize("side", ["people", "sandbox"])
def test_static_files_are_kept_by_browsers_and_by_nginx(production: Production, side: str) -> None:
    site = getattr(production, side)
    path = static_file(production, site)
    before = len(logged_static(production))
    first = production.ask("GET", site + path, Accept_Encoding="gzip")
    again = production.ask("GET", f"{site}{path}?again", Accept_Encoding="gzip")
    plain = production.ask("GET", site + path)
    assert "immutable" in first.header("Cache-Control")
    assert first.header("Content-Encoding") == "gzip"
    assert again.body == first.body
    assert plain.header("Content-Encoding") == ""
    assert len(plain.body) > len(first.body)
    deadline = time.monotonic() + 10
    while len(logged_static(production)) < before + 3 and time.monotonic() < deadline:
        time.sleep(0.05)  # an answer is logged after it was sent
    assert '"cache":"HIT"' in logged_static(production)[before + 1]


def logged_static(production: Production) -> list[str]:
    return [line for line in production.nginx.logged().splitlines() if '"/static"' in line]


def test_too_much_at_once_is_said_in_words(production: Production) -> None:
    by_the_site = production.ask("POST", f"{production.people}/sign-up", body="name=" + "x" * 300_000)
    assert by_the_site.status == 413
    assert "<h1" in by_the_site.text
    by_nginx = production.ask("POST", f"{production.people}/sign-up", body="name=" + "x" * 2_000_000)
    assert by_nginx.status == 413
    assert "Shorten it" in by_nginx.text


def test_no_token_and_nothing_typed_is_logged(production: Production) -> None:
    typed = "words-somebody-typed"
    for path in (f"/confirm/{TOKEN}", f"/opt-out/{TOKEN}", f"/{TOKEN}", f"/webinars/search?q={typed}", f"/{typed}/"):
        production.ask("GET", production.people + path, Referer=f"{production.people}/why/{TOKEN}", User_Agent=typed)
        production.ask("GET", f"http://learn.example{path}")
    production.ask("GET", f"{production.sandbox}/resume/{TOKEN}")
    places = [f'"place":"{place}"' for place in ("/confirm", "/opt-out", "/resume", "other")]
    logged = production.nginx.logged(*places)
    assert all(place in logged for place in places)
    assert TOKEN not in logged
    assert typed not in logged.replace(f'"place":"/{typed}"', "")


def scenario(production: Production) -> str:
    """The form on the home page, as it would be sent."""
    page = production.ask("GET", f"{production.people}/").text
    value = re.findall(r'name="scenario" value="([^"]+)"', page)[0]
    return f"scenario={value}"


def static_file(production: Production, site: str) -> str:
    page = production.ask("GET", f"{site}/").text
    return str(re.findall(r'href="(/static/[^"]+\.css)"', page)[0])
