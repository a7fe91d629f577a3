"""The page of one lead, Today and companies in a browser: edited in place, walked by key, nothing for axe to find."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import violations
from tests.journeys.test_test_drive import start
from tests.support.running import Running

# They are about the browser; what a form does is tested on each engine without one.
pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]


def open_lead(page: Page, site: Running, query: str = "?sort=-value") -> None:
    start(page, site)
    page.goto(f"{site.sandbox}/leads{query}")
    page.locator("tbody .list-name a").first.click()
    page.wait_for_load_state()


def test_a_fact_is_edited_where_it_stands_and_escape_keeps_the_old_one(visitor: Visitor, site: Running) -> None:
    page = visitor()
    open_lead(page, site)
    role = page.get_by_label("Role", exact=True)
    before = role.input_value()
    role.fill("Head buyer")
    expect(page.get_by_role("button", name="Keep the old one")).to_be_visible()
    role.press("Escape")
    expect(role).to_have_value(before)
    expect(page.get_by_role("button", name="Keep the old one")).to_have_count(0)
    role.fill("Head buyer")
    role.press("Enter")
    expect(page.locator(".notice-title")).to_contain_text("Changed role of")
    expect(page.get_by_label("Role", exact=True)).to_have_value("Head buyer")
    page.locator(".history").get_by_role("button", name=re.compile("Undo ?: Role")).click()
    expect(page.get_by_label("Role", exact=True)).to_have_value(before)
    expect(page.locator(".history").get_by_role("button", name=re.compile("Redo ?: Role"))).to_be_visible()
    assert violations(page) == []


def test_notes_calls_and_tasks_are_written_in_one_place(visitor: Visitor, site: Running) -> None:
    page = visitor()
    open_lead(page, site)
    page.get_by_label("Note", exact=True).last.fill("Wants **two**")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".written strong").first).to_have_text("two")
    page.locator(".composer-kinds").get_by_text("Call").click()
    page.get_by_label("What was said").fill("Rang back")
    page.get_by_label("Minutes").fill("4")
    page.get_by_role("button", name="Log call").click()
    expect(page.get_by_text("Call, 4 min").first).to_be_visible()
    page.locator(".composer-kinds").get_by_text("Task").click()
    page.get_by_label("What to do").fill("Send the prices")
    page.get_by_role("button", name="Add task").click()
    expect(page.locator(".task")).to_contain_text("Send the prices")
    assert violations(page) == []
    page.get_by_role("button", name="Done: Send the prices").click()
    expect(page.locator(".task")).to_have_count(0)
    expect(page.get_by_text("Done: Send the prices").first).to_be_visible()


def test_j_and_k_walk_the_list_that_one_came_from(visitor: Visitor, site: Running) -> None:
    page = visitor()
    open_lead(page, site, "?stage=Proposal&sort=name")
    first = page.url
    page.keyboard.press("j")
    expect(page.get_by_text(re.compile("^2 of"))).to_be_visible()
    page.keyboard.press("k")
    expect(page).to_have_url(first)


def test_the_pages_beside_a_lead_are_whole(visitor: Visitor, site: Running) -> None:
    page = visitor()
    start(page, site)
    for address in ("/today", "/tasks", "/tasks/new", "/companies", "/companies?sort=value"):
        page.goto(site.sandbox + address)
        expect(page.locator("h1")).to_have_count(1)
        assert violations(page) == [], address
    page.locator("tbody .list-name a").first.click()
    page.locator(".nudge-text a").first.click()
    assert violations(page) == []
