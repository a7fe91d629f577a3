"""What was said, beside the recording: found by typing, gone through by keys, and taken along with its time."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import violations
from tests.journeys.watching import ADDRESS, open_player
from tests.support.running import Running

pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]


def test_what_was_said_is_found_and_gone_through_by_keyboard_alone(visitor: Visitor, site: Running) -> None:
    page = visitor()
    open_player(page, site)
    box = page.get_by_role("searchbox", name="Find what was said")
    told, hit = page.locator("[data-part=found]"), page.locator(".transcript-lines [data-hit]")
    box.focus()
    page.keyboard.type("SECOND message")
    expect(told).to_have_text("1 of 6 sentences")
    expect(hit).to_contain_text("and this is about the second message")
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(told).to_have_text("2 of 6 sentences")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    expect(told).to_have_text("6 of 6 sentences")
    assert page.evaluate("CSS.highlights.get('found').size") >= 12
    page.keyboard.press("ArrowDown")
    expect(hit).to_be_focused()
    box.focus()
    page.keyboard.press("Escape")
    expect(box).to_have_value("")
    expect(told).to_be_empty()
    page.keyboard.type("nobody ever said so")
    expect(told).to_have_text("Nobody says “nobody ever said so” here.")
    expect(page.get_by_role("button", name="The next one")).to_be_hidden()


def test_a_sentence_is_copied_with_who_said_it_and_a_link_to_its_moment(visitor: Visitor, site: Running) -> None:
    page = visitor(permissions=["clipboard-read", "clipboard-write"])
    open_player(page, site)
    line = page.locator(".transcript-lines a").nth(3)
    line.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Copied, with its time 0:12")).to_be_visible()
    quote = (
        "“Most people don’t answer a first message.”\n"
        "Ines Okafor-Lind, The second message: following up without nagging, 0:12\n"
        f"{site.people}{ADDRESS}?t=12"
    )
    assert page.evaluate("navigator.clipboard.readText()") == quote
    page.locator(".transcript-lines a").nth(5).focus()
    page.keyboard.press("q")
    expect(page.get_by_text("Copied, with its time 0:18")).to_be_visible()
    assert "Then the day goes on." in page.evaluate("navigator.clipboard.readText()")


def test_without_scripts_it_is_found_by_the_server_and_downloaded(visitor: Visitor, site: Running) -> None:
    page = visitor(java_script_enabled=False)
    page.goto(site.people + ADDRESS)
    page.get_by_role("searchbox", name="Find what was said").fill("second message")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.locator("[data-part=found]")).to_contain_text("6 sentences with “second message”")
    page.locator("[data-part=found] a").last.click()
    expect(page.locator(".transcript-lines a:target mark").first).to_be_in_viewport()
    with page.expect_download() as download:
        page.get_by_role("link", name="Transcript to read").click()
    assert download.value.suggested_filename == "second-message.txt"
