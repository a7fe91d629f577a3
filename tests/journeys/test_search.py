"""From a few typed words to the sentence that answers them, playing, by keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import violations
from tests.journeys.watching import moment, until
from tests.support.running import Running

pytestmark = pytest.mark.one_engine


def test_typed_words_lead_to_the_sentence_and_it_plays(visitor: Callable[..., Page], site: Running) -> None:
    page = visitor()
    page.goto(f"{site.people}/webinars/")
    assert violations(page) == []
    box = page.get_by_role("combobox", name="Search every sentence")
    box.focus()
    page.keyboard.type("mess")
    offered = page.locator("#suggestions option")
    expect(offered.and_(page.locator('[value="message"]'))).to_have_count(1)
    page.keyboard.type("gae secnod")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("These are results for")
    assert violations(page) == []
    sentence = page.locator(".found-lines a").first
    expect(sentence.locator("mark").first).to_be_visible()
    second = int((sentence.get_attribute("href") or "").partition("?t=")[2].partition("#")[0])
    until(page, lambda: _tab_to(page, sentence.get_attribute("href") or ""))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/webinars/second-message?t={second}#player")
    video = page.locator("video")
    until(page, lambda: video.evaluate("(video) => video.readyState") >= 1)
    video.evaluate("(video) => { video.muted = true }")
    page.keyboard.press("k")
    until(page, lambda: moment(video) > second)
    page.keyboard.press("k")
    assert moment(video) < second + 10


def _tab_to(page: Page, href: str) -> bool:
    page.keyboard.press("Tab")
    return bool(page.evaluate("(href) => document.activeElement?.getAttribute('href') === href", href))
