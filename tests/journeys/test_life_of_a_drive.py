"""The life of a drive in a browser: by key, by thumb, without scripts, and seen by a colleague."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import violations
from tests.journeys.test_test_drive import leads_json, start
from tests.support.running import Running

# It is about the browser; what is kept where is told on each engine by the server's own tests, and that the running
# whole works on each by those of deploy/.
pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]


def note(page: Page, site: Running, text: str) -> None:
    """Write a note about the first lead of the list."""
    page.goto(f"{site.sandbox}/leads")
    page.locator("tbody .list-name a").first.click()
    page.get_by_role("textbox", name="Note").fill(text)
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_text("Undo takes it back.").first).to_be_visible()
    page.wait_for_load_state()


def test_undo_and_redo_by_key_but_not_while_typing(visitor: Visitor, site: Running) -> None:
    page = visitor()
    start(page, site)
    before = leads_json(page, site)
    note(page, site, "Rang, will ring again")
    after = leads_json(page, site)
    page.get_by_role("textbox", name="Note").focus()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+Shift+Z")
    assert leads_json(page, site) == after
    page.locator("h1").click()
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Taken back: Wrote a note")).to_be_visible()
    assert leads_json(page, site) == before
    page.wait_for_load_state()
    page.keyboard.press("Control+Shift+Z")
    expect(page.get_by_text("Done again: Wrote a note")).to_be_visible()
    assert leads_json(page, site) == after


def test_the_history_clock_and_settings_are_for_everyone(visitor: Visitor, site: Running) -> None:
    page = visitor()
    start(page, site)
    note(page, site, "First")
    note(page, site, "Second")
    page.get_by_role("button", name="30 days on").click()
    expect(page.get_by_role("heading", name="30 days later")).to_be_visible()
    assert violations(page) == []
    page.goto(f"{site.sandbox}/history")
    page.get_by_role("button", name="Back to here").last.click()
    expect(page.get_by_text("2 acts taken back")).to_be_visible()
    assert violations(page) == []
    page.goto(f"{site.sandbox}/settings")
    page.get_by_role("button", name="Keep a checkpoint").click()
    expect(page.get_by_text("Change what you like: you can come back to this.")).to_be_visible()
    assert violations(page) == []
    page.goto(f"{site.sandbox}/drives")
    assert violations(page) == []


def test_a_colleague_opens_a_copy_of_the_exact_state(visitor: Visitor, site: Running) -> None:
    page, other = visitor(), visitor()
    start(page, site)
    note(page, site, "For you to see")
    shared = leads_json(page, site)
    page.goto(f"{site.sandbox}/settings")
    page.get_by_role("button", name="Share as it is now").click()
    link = page.locator(".kept code").first.inner_text()
    other.goto(link)
    assert violations(other) == []
    other.get_by_role("button", name="Open a copy of my own").click()
    expect(other.get_by_role("heading", name="Leads", level=1)).to_be_visible()
    assert leads_json(other, site) == shared
    note(other, site, "Mine alone")
    assert leads_json(page, site) == shared


def test_all_of_it_is_within_reach_of_a_thumb_and_without_scripts(visitor: Visitor, site: Running) -> None:
    page = visitor(java_script_enabled=False, viewport={"width": 390, "height": 844})
    start(page, site)
    page.get_by_text("More", exact=True).click()
    page.locator(".rail-more").get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings of this drive")).to_be_visible()
    page.get_by_label("Name of the fork").fill("By thumb")
    page.get_by_role("button", name="Fork this drive").click()
    expect(page.get_by_text("This is your fork: By thumb")).to_be_visible()
    page.get_by_role("button", name="30 days on").click()
    expect(page.get_by_role("heading", name="30 days later")).to_be_visible()
    page.get_by_text("More", exact=True).click()
    page.locator(".rail-more").get_by_role("link", name="History").click()
    page.locator(".history-here button").click()
    expect(page.get_by_text("Taken back: Moved the clock")).to_be_visible()
    page.get_by_text("More", exact=True).click()
    page.locator(".rail-more").get_by_role("link", name="Your test drives").click()
    page.get_by_role("button", name="End By thumb").click()
    page.get_by_role("button", name="Bring it back").click()
    page.get_by_role("button", name="Go on with By thumb").click()
    expect(page.get_by_role("heading", name="Leads", level=1)).to_be_visible()
