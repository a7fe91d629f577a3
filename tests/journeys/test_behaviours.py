"""What scripts add to pages that work without them."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import violations
from tests.support.running import Running

# They are about the browser; what a form does is tested on each engine without one.
pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]


def open_leads(page: Page, site: Running) -> None:
    page.goto(site.people)
    page.get_by_role("button", name="Start your test drive").click()
    expect(page.get_by_role("heading", name="Leads", level=1)).to_be_visible()
    page.wait_for_load_state()  # scripts have run


def test_the_list_follows_what_is_typed_and_the_address_holds_what_was_asked(visitor: Visitor, site: Running) -> None:
    page = visitor()
    open_leads(page, site)
    page.keyboard.press("/")
    page.keyboard.type("wheel")
    expect(page).to_have_url(re.compile(r"q=wheel"))
    expect(page.get_by_label("Search leads")).to_be_focused()
    assert "stage=" not in page.url
    assert page.url.endswith(page.locator('form[action="/undo"] input[name=back]').input_value())
    total = page.locator("#count b").inner_text()
    assert total != "1,000"
    page.reload()
    expect(page.locator("#count b")).to_have_text(total)


def test_a_question_mark_shows_the_keys_and_letters_typed_into_a_field_stay_letters(
    visitor: Visitor, site: Running
) -> None:
    page = visitor()
    open_leads(page, site)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_label("Search leads").focus()
    page.keyboard.type("j?")
    expect(page.get_by_label("Search leads")).to_have_value("j?")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_command_is_copied_by_one_press(visitor: Visitor, site: Running) -> None:
    page = visitor(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{site.people}/privacy/separation")
    page.get_by_role("button", name="the command that runs the check").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "bin/portal separation check"


def test_moments_are_told_in_the_readers_own_time(visitor: Visitor, site: Running) -> None:
    site.portal("separation", "check")
    page = visitor(timezone_id="America/New_York")
    page.goto(f"{site.people}/privacy/separation")
    expect(page.locator("time[data-moment]")).to_have_text(re.compile(r" at \d+:\d\d [AP]M E[SD]T$"))
    elsewhere = visitor(java_script_enabled=False)
    elsewhere.goto(f"{site.people}/privacy/separation")
    expect(elsewhere.locator("time[data-moment]")).to_have_text(re.compile(r", \d+:\d\d [ap]m UTC$"))
