"""Signing in, in a real browser: a link by mail, a passkey, staff from a link to the studio, and out again."""

import re
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import violations
from tests.journeys.test_offer import link_in_mail, newest_mail
from tests.journeys.watching import open_player, play_at
from tests.support.running import Running

# It is about the browser; what is kept where is told on each engine by the server's own tests, and that the running
# whole works on each by those of deploy/.
pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]
PASSWORD = "plain anchors drift on tuesdays"


def confirmed(page: Page, site: Running, email: str) -> None:
    """Somebody who signed up with a tick and pressed the button of the mail."""
    page.goto(f"{site.people}/sign-up")
    page.get_by_label("name").first.fill("Ada Lindqvar")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("checkbox").first.check()
    page.locator("#sign-up .button-main").click()
    newest_mail(page, site, email)
    page.goto(link_in_mail(page, "confirm"))
    page.get_by_role("button", name="Yes, that was me").click()


def signed_in_by_mail(page: Page, site: Running, email: str) -> str:
    """Ask for a link, open it, press its button; the link."""
    page.goto(f"{site.people}/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    assert page.context.cookies() == []
    for _ in range(50):
        newest_mail(page, site, email)
        if page.get_by_role("heading", name="Your link to sign in").count():
            break
    link = link_in_mail(page, "sign-in/link")
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    return link


def test_where_one_stopped_is_on_the_account_and_in_another_browser(visitor: Visitor, site: Running) -> None:
    email = "dora.watching@people.customerhub.net"
    page, other = visitor(), visitor()
    confirmed(page, site, email)
    signed_in_by_mail(page, site, email)
    with page.expect_response(lambda answer: answer.url.endswith("/watched") and answer.status == 204):
        play_at(page, open_player(page, site), 102)
    page.goto(f"{site.people}/account")
    expect(page.get_by_role("link", name="The second message")).to_be_visible()

    signed_in_by_mail(other, site, email)
    open_player(other, site)
    expect(other.get_by_text("You stopped at 1:4")).to_be_visible()
    expect(other.get_by_text("on your account")).to_be_visible()
    with other.expect_response(lambda answer: answer.url.endswith("/watched/forget")):
        other.get_by_role("button", name="Forget", exact=True).click()
    other.goto(f"{site.people}/account")
    expect(other.get_by_role("link", name="The second message")).to_be_hidden()


def with_authenticator(page: Page) -> None:
    """Give the browser a device that keeps passkeys and knows its owner."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def added_to_staff(site: Running, email: str, role: str) -> str:
    """The link that the command prints."""
    done = site.portal("staff", "add", email, "--role", role)
    assert done.returncode == 0, done.stderr
    return str(re.findall(r"https?://\S+", done.stdout)[0])


def test_a_link_by_mail_signs_in_without_scripts_and_signing_out_kills_a_saved_cookie(
    visitor: Visitor, site: Running
) -> None:
    page = visitor(java_script_enabled=False)
    confirmed(page, site, "dora@people.customerhub.net")
    link = signed_in_by_mail(page, site, "dora@people.customerhub.net")
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    assert page.context.cookies() == []
    page.context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": site.people}])
    page.goto(f"{site.people}/account")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    page.goto(link)
    expect(page.get_by_role("heading", name="This link was used")).to_be_visible()


def test_a_passkey_is_added_used_and_removed(visitor: Visitor, site: Running) -> None:
    page = visitor()
    with_authenticator(page)
    confirmed(page, site, "ella@people.customerhub.net")
    signed_in_by_mail(page, site, "ella@people.customerhub.net")
    assert violations(page) == []
    page.get_by_label("Name of this passkey").fill("Laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("not used yet")).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    page.goto(f"{site.people}/sign-in")
    assert violations(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    page.get_by_role("button", name="Remove Laptop").click()
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    page.goto(f"{site.people}/sign-in")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("That passkey did not work here")).to_be_visible()
    assert violations(page) == []


def test_a_session_is_ended_from_another_browser(visitor: Visitor, site: Running) -> None:
    one, other = visitor(), visitor()
    confirmed(one, site, "fay@people.customerhub.net")
    for page in (one, other):
        signed_in_by_mail(page, site, "fay@people.customerhub.net")
    other.get_by_role("button", name="Sign out everywhere else").click()
    one.reload()
    expect(one.get_by_role("heading", name="Sign in")).to_be_visible()
    other.reload()
    expect(other.get_by_role("heading", name="Your account")).to_be_visible()


def test_what_is_agreed_is_taken_back_by_one_press(visitor: Visitor, site: Running) -> None:
    page = visitor()
    confirmed(page, site, "gwen@people.customerhub.net")
    signed_in_by_mail(page, site, "gwen@people.customerhub.net")
    expect(page.locator(".state[data-state=confirmed]")).to_have_count(1)
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator(".state[data-state=withdrawn]")).to_have_count(1)


def test_the_printed_link_leads_into_the_studio_once(visitor: Visitor, site: Running) -> None:
    (link,) = re.findall(r"Staff, once\s+(\S+)", site.output.read_text())
    page = visitor()
    page.goto(link)
    assert violations(page) == []
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mara")
    for address in ("/studio/", "/studio/log", "/studio/staff", "/studio/me", "/sign-in/staff/factor"):
        page.goto(site.people + address)
        assert violations(page) == [], address
    stranger = visitor()
    stranger.goto(link)
    expect(stranger.get_by_role("heading", name="This link was used")).to_be_visible()
    assert violations(stranger) == []


def test_staff_begin_with_a_password_and_an_app_and_come_back_by_both(visitor: Visitor, site: Running) -> None:
    page = visitor()
    page.goto(added_to_staff(site, "otto@people.customerhub.net", "privacy"))
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Show the password").click()
    expect(page.get_by_label("New password")).to_have_attribute("type", "text")
    assert violations(page) == []
    page.get_by_role("button", name="Set it and go on").click()
    assert violations(page) == []
    app = pyotp.TOTP(page.locator("code", has_text=re.compile("^[A-Z2-7]{32}$")).inner_text())
    page.get_by_label("Code that the app shows").fill(app.now())
    page.get_by_role("button", name="Keep this app").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    assert violations(page) == []
    code = page.locator(".codes code").first.inner_text()
    page.get_by_role("link", name="I have them").click()
    expect(page.get_by_role("link", name="Audit log")).to_be_visible()
    expect(page.get_by_role("link", name="Staff", exact=True)).to_have_count(0)

    other = visitor()
    other.goto(f"{site.people}/studio/log")
    other.get_by_label("E-mail address").fill("otto@people.customerhub.net")
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.get_by_role("button", name="Go on").click()
    assert violations(other) == []
    other.get_by_label("Code").fill(code)
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_role("heading", name="Audit log")).to_be_visible()


def test_staff_begin_with_a_passkey_and_come_back_by_it_alone(visitor: Visitor, site: Running) -> None:
    page = visitor()
    with_authenticator(page)
    page.goto(added_to_staff(site, "paul@people.customerhub.net", "publisher"))
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set it and go on").click()
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("link", name="I have them").click()
    page.goto(f"{site.people}/sign-out")
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{site.people}/studio/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Paul")
