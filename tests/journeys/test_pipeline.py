"""A prospect moves deals: dragged, carried by key, chosen from a menu; refused with a word; without scripts as well."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import violations
from tests.journeys.test_test_drive import start
from tests.support.running import Running

# They are about the browser; what a form does is tested on each engine without one.
pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]

PATIENCE = 30_000  # ms; while a large business is being loaded, a change waits for its turn


def at_the_pipeline(page: Page, site: Running) -> Page:
    start(page, site)
    page.set_default_timeout(PATIENCE)
    page.set_viewport_size({"width": 1440, "height": 1300})  # no scrolling between press and drag
    page.goto(f"{site.sandbox}/pipeline")
    page.wait_for_load_state()
    return page


def lane(page: Page, name: str) -> Locator:
    return page.locator(f'[data-lane="{name}"]')


def first_card(page: Page, stage: str = "Proposal") -> tuple[Locator, str]:
    card = lane(page, stage).locator(".deal").first
    return card, str(card.get_attribute("data-deal"))


def moved_to(page: Page, deal: str, stage: str) -> None:
    expect(lane(page, stage).locator(f'[data-deal="{deal}"][data-stage="{stage}"]')).to_be_visible(timeout=PATIENCE)


def test_a_card_is_dragged_to_another_stage_and_undone(visitor: Visitor, site: Running) -> None:
    page = at_the_pipeline(visitor(), site)
    card, deal = first_card(page)
    card.drag_to(lane(page, "Qualified"))
    moved_to(page, deal, "Qualified")
    expect(page.get_by_text("Undo takes it back")).to_be_visible(timeout=PATIENCE)
    page.reload()
    moved_to(page, deal, "Qualified")
    page.locator("h1").click()
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Taken back")).to_be_visible(timeout=PATIENCE)
    moved_to(page, deal, "Proposal")


def test_a_card_is_carried_by_key_dropped_and_put_back(visitor: Visitor, site: Running) -> None:
    page = at_the_pipeline(visitor(), site)
    card, deal = first_card(page)
    card.get_by_role("link").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-hint]")).to_contain_text("from Proposal to Contacted")
    page.keyboard.press("Escape")
    expect(page.locator("[data-hint]")).to_contain_text("is back on Proposal")
    moved_to(page, deal, "Proposal")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    moved_to(page, deal, "Qualified")
    expect(page.locator(f'[data-deal="{deal}"] .deal-title a')).to_be_focused()
    page.keyboard.press("1")
    moved_to(page, deal, "New")
    page.keyboard.press("m")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    moved_to(page, deal, "Qualified")


def test_a_refusal_stands_on_the_card_and_is_put_right_there(visitor: Visitor, site: Running) -> None:
    page = at_the_pipeline(visitor(), site)
    card, deal = first_card(page)
    card.drag_to(lane(page, "Lost"))
    here = page.locator(f'[data-deal="{deal}"]')
    expect(here.get_by_role("alert")).to_contain_text("Not moved to Lost", timeout=PATIENCE)
    expect(here).to_have_attribute("data-stage", "Proposal")
    assert violations(page) == []
    here.get_by_label("Reason").fill("Too expensive")
    here.get_by_role("button", name="Add it and move").click()
    moved_to(page, deal, "Lost")


def test_a_move_that_nobody_answers_is_rolled_back_with_a_word(visitor: Visitor, site: Running) -> None:
    page = at_the_pipeline(visitor(), site)
    card, deal = first_card(page)
    page.route("**/move*", lambda route: route.abort())
    card.get_by_role("button", name=re.compile("^Move")).click()
    card.get_by_role("button", name="Qualified").click()
    expect(page.locator("[data-hint]")).to_contain_text("could not be reached. Nothing was changed.")
    moved_to(page, deal, "Proposal")


def test_the_same_works_without_scripts(visitor: Visitor, site: Running) -> None:
    page = at_the_pipeline(visitor(java_script_enabled=False), site)
    card, deal = first_card(page)
    card.get_by_role("button", name=re.compile("^Move")).click()
    card.get_by_role("button", name="Lost").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was changed", timeout=PATIENCE)
    page.get_by_label("Reason").fill("Too expensive")
    page.get_by_role("button", name="Add it and move").click()
    moved_to(page, deal, "Lost")
