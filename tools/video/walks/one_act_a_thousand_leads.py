"""The only place that goes the way of “One act, a thousand leads”: select, preview, do, take back, merge."""

from playwright.sync_api import Page

from tools.video.walks.steps import Marks, Walk, open_business

_LIST = "/leads?f=tag:has:Grower&f=stage:is:Contacted&sort=name"


def _list(page: Page) -> Marks:
    open_business(page, "foxglove-and-tarn")
    page.goto(_LIST)
    return {"chips": page.locator(".chips"), "total": page.locator("#count")}


def _picked(page: Page) -> Marks:
    page.locator("[data-pick-page]").check()
    page.wait_for_timeout(500)
    return {"bar": page.locator("#picked"), "head": page.locator("[data-pick-page]")}


def _all(page: Page) -> Marks:
    page.locator("button[value=all]").click()
    page.wait_for_load_state()
    page.wait_for_timeout(500)
    return {"bar": page.locator("#picked")}


def _tag(page: Page) -> Marks:
    page.goto("/leads/bulk/tag?do=add&value=Autumn+list")
    return {
        "sums": page.locator(".bulk-sums"),
        "ask": page.locator(".bulk-ask"),
        "first": page.locator(".bulk-rows tbody tr").first,
    }


def _done(page: Page) -> Marks:
    page.locator(".bulk-do button").click()
    page.wait_for_load_state()
    return {"told": page.locator(".notice").first, "undo": page.locator("form[action='/undo'] button")}


def _undone(page: Page) -> Marks:
    page.locator("form[action='/undo'] button").click()
    page.wait_for_load_state()
    return {"told": page.locator(".notice").first, "redo": page.locator("form[action='/redo'] button")}


def _stage(page: Page) -> Marks:
    page.goto("/leads/bulk/stage?value=Won")
    return {"sums": page.locator(".bulk-sums")}


def _why(page: Page) -> Marks:
    page.locator(".bulk-do").scroll_into_view_if_needed()
    return {"why": page.locator(".bulk-why"), "do": page.locator(".bulk-do")}


def _too_much(page: Page) -> Marks:
    page.goto("/leads")
    page.locator("[data-pick-page]").check()
    page.wait_for_timeout(500)
    page.locator("button[value=all]").click()
    page.wait_for_load_state()
    page.goto("/leads/bulk/owner")
    page.locator("[name=value]").select_option(index=2)
    page.get_by_role("button", name="Show the effect").click()
    page.wait_for_load_state()
    page.locator(".bulk > .notice").last.scroll_into_view_if_needed()
    return {"why": page.locator(".bulk > .notice").last, "sums": page.locator(".bulk-sums")}


def _doubles(page: Page) -> Marks:
    page.goto("/duplicates")
    return {
        "total": page.locator(".title-text"),
        "first": page.locator(".double").first,
        "apart": page.locator(".double").first.get_by_role("button", name="Not the same"),
    }


def _merge(page: Page) -> Marks:
    page.locator(".double").first.get_by_role("link", name="Merge").click()
    page.wait_for_load_state()
    return {
        "differs": page.locator(".merge-differs").first,
        "along": page.locator("tr", has_text="Comes along"),
        "stays": page.locator(".merge-rows thead"),
    }


def _merged(page: Page) -> Marks:
    page.locator(".merge button").click()
    page.wait_for_load_state()
    return {"told": page.locator(".notice").first}


def _export(page: Page) -> Marks:
    page.goto("/leads/export?stage=Proposal")
    return {"kinds": page.locator("main .panel, main fieldset").first}


WALK: Walk = {
    "list": _list,
    "page": _picked,
    "everyone": _all,
    "effect": _tag,
    "done": _done,
    "undone": _undone,
    "won": _stage,
    "rules": _why,
    "limit": _too_much,
    "doubles": _doubles,
    "merge": _merge,
    "merged": _merged,
    "export": _export,
}
