"""A prospect signs up for an offer: boxes unticked, a mail, a press, a code, and a no that works at once."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import violations
from tests.support.running import Running

# It is about the browser; what is kept where is told on each engine by the server's own tests, and that the running
# whole works on each by those of deploy/.
pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]


def sign_up(page: Page, site: Running, *, email: str, ticks: int) -> None:
    page.goto(site.people)
    page.get_by_role("link", name="See what you get").click()
    boxes = page.get_by_role("checkbox")
    expect(boxes.first).to_be_visible()
    for i in range(boxes.count()):
        expect(boxes.nth(i)).not_to_be_checked()
    assert violations(page) == []
    page.get_by_label("name").first.fill("Ada Example-Person")
    page.get_by_label(re.compile("mail", re.IGNORECASE)).first.fill(email)
    for i in range(ticks):
        boxes.nth(i).check()
    page.locator("#sign-up .button-main").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    assert violations(page) == []


def newest_mail(page: Page, site: Running, email: str) -> None:
    """Open the newest message to `email` in the outbox, as soon as the worker has sent it there."""
    for _ in range(50):
        page.goto(f"{site.people}/_outbox")
        if page.get_by_text(email).count():
            break
        page.wait_for_timeout(200)
    page.locator("main a", has_text=re.compile("")).filter(has=page.locator(f":text('{email}')")).or_(
        page.locator("main li", has_text=email).get_by_role("link")
    ).first.click()


def link_in_mail(page: Page, part: str) -> str:
    return str(page.locator(f"main a[href*='/{part}/']").first.get_attribute("href"))


def test_nothing_counts_before_the_press_and_everything_after_it(visitor: Visitor, site: Running) -> None:
    page = visitor()
    sign_up(page, site, email="ada@people.customerhub.net", ticks=1)
    assert page.context.cookies() == []
    page.goto(f"{site.people}/_outbox")
    assert violations(page) == []
    newest_mail(page, site, "ada@people.customerhub.net")
    assert violations(page) == []
    confirm, stop = link_in_mail(page, "confirm"), link_in_mail(page, "opt-out")
    page.goto(confirm)
    expect(page.get_by_role("heading", name="Is this you?")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Yes, that was me").click()
    expect(page.locator(".outcome-code").first).to_be_visible()
    assert violations(page) == []
    report = json.loads(site.portal("consent", "verify", "--json").stdout)
    assert report["is_sound"]
    assert report["records"] >= 2

    page.goto(stop)
    assert violations(page) == []
    page.locator("main form button").click()
    assert violations(page) == []
    assert json.loads(site.portal("consent", "verify", "--json").stdout)["records"] == report["records"] + 1


def test_who_agrees_to_nothing_gets_the_code_all_the_same(visitor: Visitor, site: Running) -> None:
    page = visitor(java_script_enabled=False)
    before = json.loads(site.portal("consent", "verify", "--json").stdout)["records"]
    page.goto(f"{site.people}/offers/setup-day")
    page.get_by_label("name").first.fill("Cleo Example-Person")
    page.get_by_label(re.compile("mail", re.IGNORECASE)).first.fill("cleo@people.customerhub.net")
    page.locator("#sign-up .button-main").click()
    newest_mail(page, site, "cleo@people.customerhub.net")
    page.goto(link_in_mail(page, "confirm"))
    page.get_by_role("button", name="Yes, that was me").click()
    expect(page.locator(".outcome-code").first).to_be_visible()
    assert json.loads(site.portal("consent", "verify", "--json").stdout)["records"] == before


def test_a_form_with_a_slip_keeps_what_was_typed_and_says_what_to_do(visitor: Visitor, site: Running) -> None:
    page = visitor()
    page.goto(f"{site.people}/offers/setup-day")
    page.get_by_label("name").first.fill("Ben Example-Person")
    page.get_by_label(re.compile("mail", re.IGNORECASE)).first.fill("ben@couriers.example")
    page.get_by_role("checkbox").first.check()
    page.locator("#sign-up .button-main").click()
    expect(page.locator(".problem")).to_be_focused()
    assert page.get_by_label("name").first.input_value() == "Ben Example-Person"
    assert page.get_by_role("checkbox").first.is_checked()
    assert violations(page) == []
