"""Many leads at once in a real browser: by key and with scripts, without them, and at 390 pixels."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import violations
from tests.journeys.test_test_drive import start
from tests.support.running import Running

# They are about the browser; what a form does is tested on each engine without one.
pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]


def test_by_keyboard_over_two_pages_to_a_tag_and_back(visitor: Visitor, site: Running) -> None:
    page = visitor()
    start(page, site)
    bar = page.locator("#picked")
    expect(bar).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(bar).to_contain_text("1 selected")
    page.get_by_role("link", name="Next page").click()  # at once: the tick is kept all the same
    expect(bar).to_contain_text("1 selected")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(bar).to_contain_text("2 selected")
    assert violations(page) == []
    page.keyboard.press("t")
    expect(page.get_by_role("heading", name="Tag 2 leads")).to_be_visible()
    page.locator("select[name=value]").select_option("Net 30")
    page.get_by_role("button", name="Show the effect").click()
    expect(page.get_by_role("heading", name="What would happen")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Tag 2 leads Net 30").click()
    expect(page.locator(".notice-title")).to_have_text("Tagged 2 leads Net 30")
    page.wait_for_load_state()  # its scripts run before that
    page.keyboard.press("Control+z")
    expect(page.locator(".notice-title")).to_have_text("Taken back: Tagged 2 leads Net 30")
    page.wait_for_load_state()
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()


def test_the_head_ticks_a_page_and_unticks_it(visitor: Visitor, site: Running) -> None:
    page = visitor()
    start(page, site)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_label("Select all on this page").check()
    expect(page.locator("#picked")).to_contain_text("50 selected")
    page.reload()
    expect(page.locator("tbody .list-pick input:checked")).to_have_count(50)
    page.get_by_role("button", name="Select all 1,000").click()
    expect(page.locator("#picked")).to_contain_text("1,000 selected, all of this list")
    page.locator("tbody .list-pick input").first.uncheck()
    expect(page.locator("#picked")).to_contain_text("999 selected")


def test_without_scripts_and_on_a_phone_the_buttons_do_the_same(visitor: Visitor, site: Running) -> None:
    page = visitor(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.goto(site.people)
    page.get_by_role("button", name="Start your test drive").click()
    page.get_by_role("button", name="Leave the tour").click()  # it stands where the bar will
    page.locator("tbody .list-pick input").first.check()
    page.get_by_role("button", name="Keep, next page").click()
    page.locator("tbody .list-pick input").nth(1).check()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Delete 2 leads")).to_be_visible()
    page.get_by_role("button", name="Delete 2 leads").click()
    expect(page.locator(".notice-title")).to_have_text("Deleted 2 leads")
