"""A prospect test-drives the CRM: one press, a lead changed, a twin seen, everything undone, back another day."""

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


def start(page: Page, site: Running) -> None:
    page.goto(site.people)
    page.get_by_role("button", name="Start your test drive").click()
    expect(page.get_by_role("heading", name="Leads", level=1)).to_be_visible()
    page.wait_for_load_state()  # its scripts run before that


def add_filter(page: Page, field: str, value: str) -> None:
    page.locator(".chips-more summary").click()
    page.locator("#filters").get_by_role("link", name=field, exact=True).click()
    page.get_by_role("checkbox", name=value, exact=True).check()
    page.get_by_role("button", name="Apply").first.click()


def leads_json(page: Page, site: Running) -> str:
    return page.request.get(f"{site.sandbox}/leads.json", max_retries=2).text()


def test_one_press_on_the_home_page_opens_a_crm_without_an_account(visitor: Visitor, site: Running) -> None:
    page = visitor()
    start(page, site)
    assert page.url.startswith(f"{site.sandbox}/leads")
    expect(page.get_by_text("Practice data: everyone here is invented")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(50)
    assert violations(page) == []


def test_filters_search_and_order_are_kept_by_the_address(visitor: Visitor, site: Running) -> None:
    page = visitor()
    start(page, site)
    add_filter(page, "Stage", "Proposal")
    expect(page).to_have_url(re.compile("stage=Proposal"))
    expect(page.locator("tbody tr").first).to_contain_text("Proposal")
    page.get_by_role("link", name="Name", exact=True).click()
    expect(page).to_have_url(re.compile("sort=name"))
    rows = page.locator("tbody tr").all_inner_texts()
    page.reload()
    assert page.locator("tbody tr").all_inner_texts() == rows
    page.get_by_label("Search leads").fill("zzzz")
    expect(page.get_by_role("heading", name="No lead fits")).to_be_visible()
    assert violations(page) == []


def test_what_looks_real_is_twinned_in_sight_and_every_act_is_undone(visitor: Visitor, site: Running) -> None:
    page = visitor()
    start(page, site)
    before = leads_json(page, site)
    page.locator("tbody .list-name a").first.click()
    page.get_by_label("E-mail").fill("jane.doe@gmail.com")
    page.get_by_role("textbox", name="Note").fill("Call her on 415 555 2671, she wants two wheels by 3/14 for $240.")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("looked real")).to_be_visible()
    expect(page.get_by_label("E-mail")).not_to_have_value(re.compile("gmail"))
    body = page.locator("body").inner_text()
    assert "415 555 2671" not in body
    assert "by 3/14 for $240" in body
    assert violations(page) == []
    page.get_by_label("Stage", exact=True).select_option("Won")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Leads", level=1)).to_be_visible()
    assert leads_json(page, site) != before
    for _ in range(3):
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Taken back")).to_be_visible()
    assert leads_json(page, site) == before


def test_two_visitors_never_see_each_others_changes(visitor: Visitor, site: Running) -> None:
    one, other = visitor(), visitor()
    for page in (one, other):
        start(page, site)
    untouched = leads_json(other, site)
    one.locator("tbody .list-name a").first.click()
    one.get_by_label("Name").fill("Only Mine To See")
    one.get_by_role("button", name="Save").first.click()
    expect(one.get_by_role("heading", name="Only Mine To See")).to_be_visible()
    assert leads_json(other, site) == untouched
    assert "Only Mine To See" in leads_json(one, site)


def test_a_drive_is_resumed_elsewhere_by_its_private_link_alone(visitor: Visitor, site: Running) -> None:
    page = visitor()
    start(page, site)
    page.locator("tbody .list-name a").first.click()
    page.get_by_label("Name").fill("Back Another Day")
    page.get_by_role("button", name="Save").first.click()
    page.goto(site.sandbox)
    assert violations(page) == []
    link = page.get_by_role("link", name="Private link").get_attribute("href")
    elsewhere = visitor()
    elsewhere.goto(f"{site.sandbox}{link}")
    assert violations(elsewhere) == []
    elsewhere.locator("main form").get_by_role("button").click()
    expect(elsewhere.get_by_role("link", name="Back Another Day")).to_be_visible()


def test_a_browser_that_keeps_no_cookie_is_told_so(visitor: Visitor, site: Running) -> None:
    page = visitor()
    page.goto(site.people)
    page.get_by_role("button", name="Start your test drive").click()
    page.context.clear_cookies()
    page.goto(f"{site.sandbox}/leads?started=1")
    expect(page.get_by_role("heading", name="Your browser keeps no cookie")).to_be_visible()
    assert violations(page) == []


def test_it_all_works_without_scripts(visitor: Visitor, site: Running) -> None:
    page = visitor(java_script_enabled=False)
    start(page, site)
    add_filter(page, "Stage", "Won")
    expect(page).to_have_url(re.compile("stage=Won"))
    page.locator("tbody .list-name a").first.click()
    page.get_by_role("textbox", name="Note").fill("Written without scripts")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Written without scripts").first).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back")).to_be_visible()


def test_the_keyboard_moves_opens_and_undoes(visitor: Visitor, site: Running) -> None:
    page = visitor()
    start(page, site)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_be_visible()
    page.get_by_label("Name").fill("Typed By Hand")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Typed By Hand")).to_be_visible()
    page.locator("h1").click()
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Taken back")).to_be_visible()
