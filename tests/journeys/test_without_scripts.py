"""A phone whose browser runs no scripts: every act of a test drive is there, and is taken back."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import violations
from tests.journeys.test_test_drive import start
from tests.support.running import Running

# It is about the browser; what a form does is tested on each engine without one.
pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]


@pytest.fixture
def phone(visitor: Visitor, site: Running) -> Page:
    page = visitor(java_script_enabled=False, viewport={"width": 390, "height": 844})
    start(page, site)
    return page


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name).first.click()


def says(page: Page, words: str) -> None:
    expect(page.locator(".notice-title").first).to_contain_text(words)
    fits(page)


def fits(page: Page) -> None:
    wide = page.locator("body").evaluate("() => document.documentElement.scrollWidth")
    assert wide <= 390, page.url


def test_lists_are_shaped_kept_and_taken_out(phone: Page, site: Running) -> None:
    page = phone
    page.get_by_role("button", name="Next: ask the list").click()
    page.get_by_role("button", name="Leave the tour").click()
    page.goto(f"{site.sandbox}/leads/columns?list=/leads")
    page.get_by_role("checkbox", name="Phone").check()
    page.locator("main .menu-foot").get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile("cols=.*phone"))
    fits(page)
    page.goto(f"{site.sandbox}/views/new?list=/leads?stage=Won")
    page.get_by_label("Name", exact=True).fill("By thumb")
    press(page, "Save view")
    expect(page).to_have_url(re.compile("view="))
    says(page, "By thumb")
    page.goto(f"{site.sandbox}/segments/new?stage=Won")
    page.get_by_label("Name", exact=True).fill("Our friends")
    press(page, "Save segment")
    expect(page.get_by_role("heading", name="Our friends")).to_be_visible()
    fits(page)
    page.goto(f"{site.sandbox}/leads/export?stage=Won")
    page.get_by_label("Address cards").check()
    with page.expect_download() as file:
        press(page, "Export")
    assert file.value.suggested_filename.startswith("practice-data-")
    page.goto(f"{site.sandbox}/palette")
    page.get_by_label("Search or do anything").fill("frends")
    press(page, "Find")
    page.get_by_role("link", name="Our friends").click()
    expect(page.get_by_role("heading", name="Our friends")).to_be_visible()


def test_records_are_changed_joined_and_made_contacts(phone: Page, site: Running) -> None:
    page = phone
    page.goto(f"{site.sandbox}/leads?sort=name")
    page.locator("tbody .list-name a").first.click()
    page.get_by_label("Role", exact=True).fill("Head of thumbs")
    press(page, "Save")
    says(page, "Changed role")
    page.locator(".composer-kinds").get_by_text("Task").click()
    page.get_by_label("What to do").fill("Ring by thumb")
    press(page, "Add task")
    says(page, "Ring by thumb")
    press(page, "Done: Ring by thumb")
    says(page, "Ring by thumb")
    page.get_by_role("link", name=re.compile("Make a contact|Further deal")).click()
    page.get_by_label("Title of the deal").fill("A deal by thumb")
    page.locator("main .button-main").click()
    expect(page.locator("main")).to_contain_text("A deal by thumb")
    fits(page)
    page.goto(f"{site.sandbox}/duplicates")
    page.get_by_role("link", name="Merge").first.click()
    press(page, "Merge")
    says(page, "Merged")
    page.get_by_role("button", name="Undo").click()
    says(page, "Taken back")
    page.get_by_role("button", name="Redo").click()
    says(page, "Done again")


def test_deals_time_and_copies(phone: Page, site: Running) -> None:
    page = phone
    page.goto(f"{site.sandbox}/clock")
    page.get_by_role("button", name="30 days", exact=True).click()
    expect(page.get_by_text("would come in").first).to_be_visible()
    press(page, "Go there")
    expect(page.get_by_role("heading", name="30 days later")).to_be_visible()
    fits(page)
    page.goto(f"{site.sandbox}/settings")
    page.get_by_role("button", name="Share as it is now").click()
    link = page.locator(".kept code").first.inner_text()
    page.goto(link)
    press(page, "Open a copy of my own")
    expect(page.get_by_role("heading", name="Leads", level=1)).to_be_visible()
    page.goto(f"{site.sandbox}/reports/forecast")
    page.locator(".figures-table a").last.click()
    expect(page.get_by_text("Likely to bring")).to_be_visible()
    fits(page)


# Beside what other journeys look at: the pages of a drive that none of them opens.
WHOLE = (
    "/pipeline",
    "/deals",
    "/deals/new",
    "/segments",
    "/reports",
    "/duplicates",
    "/leads/export",
    "/clock?ahead=30",
)


def test_the_other_pages_of_a_drive_and_what_opens_over_them_are_whole(visitor: Visitor, site: Running) -> None:
    page = visitor()
    start(page, site)
    for address in WHOLE:
        page.goto(site.sandbox + address)
        assert violations(page) == [], address
    page.goto(f"{site.sandbox}/pipeline")
    page.wait_for_load_state()
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="Search or do anything")
    dialog.get_by_role("searchbox").fill("pip")
    expect(dialog.get_by_role("link", name="Pipeline")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.locator(".deal-move").first.click()
    expect(page.locator(".moves-title").first).to_be_visible()
    assert violations(page) == []
