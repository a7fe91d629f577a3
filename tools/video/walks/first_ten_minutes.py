"""The only place that goes the way of “Your first ten minutes”: open, look, ask, write, take back, come again."""

from playwright.sync_api import Page

from tools.video.walks.steps import Marks, Walk, open_business


def _pick(page: Page) -> Marks:
    page.goto("/")
    businesses = page.locator(".pick")
    return {
        "small": businesses.nth(0).locator(".pick-text"),
        "middle": businesses.nth(1).locator(".pick-text"),
        "large": businesses.nth(2).locator(".pick-text"),
    }


def _list(page: Page) -> Marks:
    open_business(page, "fernhollow-cycles")
    page.goto("/leads")
    return {
        "band": page.locator(".band"),
        "rail": page.locator(".rail-pages"),
        "person": page.locator("tbody tr").nth(3),
        "last": page.locator("thead .list-last"),
        "views": page.locator(".tabs"),
    }


def _slip(page: Page) -> Marks:
    page.goto("/leads?q=bartolomew")
    return {"typed": page.locator(".search-field"), "similar": page.locator(".list-similar")}


def _palette(page: Page) -> Marks:
    page.goto("/leads")
    page.wait_for_timeout(1_500)  # until the scripts have offered it
    page.keyboard.press("Control+k")
    page.locator(".palette-sheet input[type=search]").type("undo", delay=60)
    page.wait_for_timeout(600)
    return {
        "asked": page.locator(".palette-sheet input[type=search]"),
        "found": page.locator(".palette-sheet .palette-found"),
    }


def _keys(page: Page) -> Marks:
    page.goto("/keys")
    tables = page.locator("main section, main table")
    return {"anywhere": tables.nth(0), "list": tables.nth(1)}


def _lead(page: Page) -> Marks:
    page.goto("/leads?stage=Proposal&sort=-value")
    page.locator("tbody .list-name a").first.click()
    return {
        "facts": page.locator(".lead-facts .panel").first,
        "story": page.locator(".timeline"),
        "write": page.locator(".composer"),
    }


def _note(page: Page) -> Marks:
    page.locator("[name=note]").fill("Rang at ten. Wants to see the frame before deciding. Free on Thursday.")
    page.get_by_role("button", name="Add note").click()
    return {"told": page.locator(".notice").first, "note": page.locator(".timeline .event").first}


def _delete(page: Page) -> Marks:
    page.get_by_role("button", name="Delete").click()
    return {"told": page.locator(".notice").first, "undo": page.locator("form[action='/undo'] button")}


def _back(page: Page) -> Marks:
    page.locator("form[action='/undo'] button").click()
    return {"told": page.locator(".notice").first}


def _history(page: Page) -> Marks:
    page.goto("/history")
    lines = page.locator(".history-page li")
    return {"struck": lines.nth(0), "here": lines.nth(1), "start": page.locator(".history-start")}


def _stay(page: Page) -> Marks:
    page.goto("/settings")
    panels = page.locator("main .panel")
    return {
        "kept": panels.filter(has_text="Kept until").first,
        "checkpoint": panels.filter(has_text="Checkpoints").first,
        "reset": panels.filter(has_text="Start over").first,
    }


WALK: Walk = {
    "pick": _pick,
    "list": _list,
    "slip": _slip,
    "palette": _palette,
    "keys": _keys,
    "lead": _lead,
    "note": _note,
    "deleted": _delete,
    "back": _back,
    "history": _history,
    "stay": _stay,
}
