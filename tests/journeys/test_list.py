"""The list of leads without a mouse: along its rows, into a cell, to a filter, to a view; and at 390 pixels."""

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

NAMES = ".list tbody .list-name a"


def test_by_keyboard_along_the_rows_into_a_cell_and_back(visitor: Visitor, site: Running) -> None:
    page = visitor()
    start(page, site)
    rows = page.locator(NAMES)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    expect(rows.nth(2)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(1)).to_be_focused()
    before = rows.nth(1).inner_text()
    page.keyboard.press("e")
    cell = page.get_by_role("textbox", name="Name")
    expect(cell).to_be_focused()
    expect(cell).to_have_value(before)
    page.keyboard.type("jk?")
    expect(cell).to_have_value("jk?")
    page.keyboard.press("Escape")
    expect(cell).to_have_count(0)
    expect(rows.nth(1)).to_be_focused()
    expect(rows.nth(1)).to_have_text(before)
    page.keyboard.press("e")
    expect(cell).to_be_focused()
    page.keyboard.type("Typed Where It Stands")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Typed Where It Stands")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Taken back")).to_be_visible()
    expect(page.get_by_role("link", name="Typed Where It Stands")).to_have_count(0)


def test_a_cell_says_what_is_wrong_what_became_of_it_and_what_somebody_else_did(
    visitor: Visitor, site: Running
) -> None:
    page = visitor()
    start(page, site)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{site.sandbox}/leads?cols=name,email,stage&sort=name")
    cell = page.locator(".list tbody .list-email").first
    cell.dblclick()
    field = page.get_by_role("textbox", name="E-mail")
    field.fill("no address")
    page.keyboard.press("Enter")
    expect(page.locator(".inplace [role=alert]")).to_contain_text("Type one address")
    assert violations(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    field.fill("jane.doe@gmail.com")
    page.keyboard.press("Enter")
    expect(page.locator(".inplace")).to_contain_text("invented twin")
    expect(cell).to_have_text(re.compile(r"\.invalid$"))
    page.keyboard.press("j")
    expect(page.locator(".inplace")).to_have_count(0)

    cell.dblclick()
    expect(field).to_be_focused()
    other = page.context.new_page()
    other.goto(f"{site.sandbox}{page.locator(NAMES).first.get_attribute('href')}")
    other.get_by_label("E-mail").fill("faster@shop.example")
    other.get_by_role("button", name="Save").first.click()
    expect(other.get_by_text("Undo takes it back").first).to_be_visible()
    field.fill("slower@shop.example")
    page.keyboard.press("Enter")
    alert = page.locator(".inplace [role=alert]")
    expect(alert).to_contain_text("changed while you were writing")
    expect(alert).to_contain_text("faster@shop.example")
    expect(field).to_have_value("slower@shop.example")
    page.keyboard.press("Enter")
    expect(cell).to_have_text("slower@shop.example")

    page.locator(".list tbody .list-stage").first.dblclick()
    page.get_by_role("combobox", name="Stage").select_option("Lost")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".list tbody .list-stage").first).to_have_text("Lost")


def test_a_filter_says_how_many_it_would_find_and_a_list_is_kept_as_a_view(visitor: Visitor, site: Running) -> None:
    page = visitor()
    start(page, site)
    page.keyboard.press("f")
    page.keyboard.press("Enter")  # the first field: the stage
    won = page.get_by_role("checkbox", name="Won")
    won.check()
    expect(page.locator(".menu-sheet [data-count]:visible")).to_have_text(re.compile(r"^\d+ of 1,000$"))
    assert violations(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    said = page.locator(".menu-sheet [data-count]:visible").inner_text()
    won.press("Enter")
    expect(page).to_have_url(re.compile("stage=Won"))
    expect(page.locator("#count")).to_have_text(f"{said} leads")
    page.locator(".columns-menu summary").click()
    page.get_by_role("button", name="Move Company down").click()
    page.get_by_role("checkbox", name="Phone").check()
    assert violations(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator(".columns-menu").get_by_role("button", name="Apply").last.click()
    expect(page).to_have_url(re.compile("cols=name,stage,company,value,tags,owner,last,phone"))
    page.locator(".views-menu summary").click()
    page.get_by_role("textbox", name="Name").fill("Won, with a phone")
    page.keyboard.press("Enter")
    expect(page.locator(".tabs [aria-current]")).to_contain_text("Won, with a phone")
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(page).to_have_url(f"{site.sandbox}/leads")
    page.get_by_label("Saved views").get_by_role("link", name="Won, with a phone").click()
    expect(page.locator("#count")).to_have_text(f"{said} leads")
    assert violations(page) == []


def test_groups_board_and_contacts_fit_a_phone(visitor: Visitor, site: Running) -> None:
    page = visitor()
    start(page, site)
    for address in ("?layout=grouped", "?layout=board", "?cols=name,email,phone,owner,source", "?q=nobody&stage=Won"):
        page.goto(f"{site.sandbox}/leads{address}")
        assert violations(page) == [], address
    for address in (
        "/contacts",
        "/views",
        "/keys",
        "/leads/columns?list=/leads",
        "/leads/filter?list=/leads&field=last",
    ):
        page.goto(f"{site.sandbox}{address}")
        assert violations(page) == [], address
