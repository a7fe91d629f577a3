"""Moments beside the recording: they show themselves at their time, wait for nobody, and can be worked by keyboard."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import violations
from tests.journeys.watching import ADDRESS, is_paused, moment, open_player, put, until
from tests.support.browser import Visitor
from tests.support.running import Running

pytestmark = pytest.mark.one_engine


def line_of(page: Page) -> Locator:
    """The line beneath the picture."""
    return page.get_by_role("region", name="The moment of the recording")


def test_a_moment_shows_itself_while_the_recording_goes_on(visitor: Visitor, site: Running) -> None:
    page = visitor()
    video = open_player(page, site)
    line, before = line_of(page), page.locator(".chapters").bounding_box()
    expect(line).to_contain_text("Poll at 0:22: How many messages")
    put(video, currentTime=21.5)
    video.evaluate("(video) => video.play()")
    expect(line.get_by_role("status")).to_have_text(re.compile("PollHow many messages"))
    assert not is_paused(video)
    assert page.locator(".chapters").bounding_box() == before  # nothing moved
    line.get_by_role("button", name="Not now").click()
    expect(line.get_by_role("status")).to_be_empty()
    expect(line).to_contain_text("Try it at 1:10: Find the ones who went quiet")
    assert not is_paused(video)
    put(video, currentTime=72)
    expect(line.get_by_role("button", name="Open the quiet ones (in a new tab)")).to_be_visible()
    put(video, currentTime=100)  # its time is over
    expect(line.get_by_role("button", name="Open the quiet ones (in a new tab)")).to_be_hidden()
    put(video, currentTime=150)
    expect(line.get_by_role("link", name=re.compile("Download PDF, 73 kB"))).to_be_visible()


def test_a_question_and_a_poll_are_answered_by_keyboard_beneath_the_picture(visitor: Visitor, site: Running) -> None:
    page = visitor()
    video = open_player(page, site)
    line = line_of(page)
    put(video, currentTime=104)
    line.get_by_role("button", name="Answer it here").focus()
    page.keyboard.press("Enter")
    expect(line.get_by_text("Ask whether it has arrived")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(line).to_contain_text("Right. Give them time to read it")
    put(video, currentTime=140)  # whoever is at it keeps it
    expect(line).to_contain_text("Right. Give them time to read it")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(line.get_by_role("status")).to_be_empty()
    put(video, currentTime=24)
    line.get_by_role("button", name="Answer it here").press("Enter")
    page.keyboard.press("ArrowDown")
    line.get_by_role("radio", name="Two").check()
    line.get_by_role("button", name="Answer", exact=True).press("Enter")
    expect(line.locator("[data-part=told]")).to_be_focused()
    assert page.url == f"{site.people}{ADDRESS}"
    line.get_by_role("button", name="Take it back").press("Enter")
    expect(line.get_by_role("button", name="Answer", exact=True)).to_be_visible()


def test_a_door_opens_the_sandbox_at_its_page_and_the_recording_waits(visitor: Visitor, site: Running) -> None:
    page = visitor()
    video = open_player(page, site)
    put(video, currentTime=72)
    video.evaluate("(video) => video.play()")
    until(page, lambda: moment(video) > 72)
    with page.expect_popup() as opened:
        line_of(page).get_by_role("button", name="Open the quiet ones (in a new tab)").click()
    expect(opened.value).to_have_url(re.compile(re.escape(f"{site.sandbox}/leads?f=stage:is:Proposal")))
    expect(opened.value.get_by_text("17 of 1,000 leads")).to_be_visible()
    assert is_paused(video)


def test_without_scripts_every_moment_unfolds_and_a_poll_leads_to_how_it_stands(
    visitor: Visitor, site: Running
) -> None:
    page = visitor(java_script_enabled=False)
    page.goto(site.people + ADDRESS)
    expect(line_of(page)).to_be_hidden()
    moments = page.locator(".moment")
    for nth in range(moments.count()):
        moments.nth(nth).locator("> summary").click()
    page.locator(".answer > summary").first.click()
    expect(page.get_by_text("Not quite. It has.")).to_be_visible()
    expect(page.get_by_text("of 4 places left")).to_be_visible()
    page.get_by_role("radio", name="Three").check()
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("How many messages do you write")
    expect(page.get_by_text("Your answer counts: Three")).to_be_visible()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Your answer counts")).to_be_hidden()
