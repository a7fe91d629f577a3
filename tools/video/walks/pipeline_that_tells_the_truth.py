"""The only place that goes the way of “A pipeline that tells the truth”: board, rules, what waits, forecast."""

from playwright.sync_api import Page

from tools.video.walks.steps import Marks, Walk, open_business


def _board(page: Page) -> Marks:
    open_business(page, "bramblewick-heating")
    page.goto("/pipeline")
    return {
        "finding": page.locator(".outlook-main h2"),
        "bar": page.locator(".outlook-bar"),
        "figures": page.locator(".figures"),
        "waiting": page.locator(".figures > div").nth(2),
        "open": page.locator(".figures > div").nth(0),
        "weighted": page.locator(".figures > div").nth(1),
    }


def _lane(page: Page) -> Marks:
    page.goto("/pipeline")
    page.locator(".figures").evaluate("figures => figures.scrollIntoView({block: 'start'})")
    lanes = page.locator(".lane")
    return {
        "offer": lanes.nth(3),
        "sum": lanes.nth(3).locator(".lane-head"),
        "chance": lanes.nth(0).locator(".lane-head"),
        "card": lanes.nth(3).locator(".deal").first,
        "old": page.locator(".deal-old").first,
    }


def _moves(page: Page) -> Marks:
    card = page.locator(".lane").nth(2).locator(".deal").first
    card.locator(".deal-move").click()
    return {"menu": page.locator(".moves:popover-open")}


def _refused(page: Page) -> Marks:
    page.locator(".moves:popover-open button[value=Gone]").click()
    page.wait_for_timeout(400)
    return {"why": page.locator(".deal-refusal")}


def _waiting(page: Page) -> Marks:
    page.goto("/deals?waiting=long")
    return {
        "how_many": page.locator(".title-text"),
        "ages": page.locator("tbody .age-old:visible").first,
        "first": page.locator("tbody tr").first,
    }


def _deal(page: Page) -> Marks:
    page.locator("tbody tr").first.locator("a").first.click()
    return {
        "facts": page.locator("main .panel").first,
        "ways": page.locator("main .panel", has_text="Move to").first,
        "about": page.locator("main .panel", has_text="About").last,
    }


def _mine(page: Page) -> Marks:
    page.goto("/pipeline")
    owner = page.locator("[name=owner]")
    owner.select_option(index=3)
    page.get_by_role("button", name="Filter").click()
    page.wait_for_load_state()
    return {"owner": page.locator(".board-filters"), "finding": page.locator(".outlook-main")}


def _forecast(page: Page) -> Marks:
    page.goto("/reports/forecast")
    return {"finding": page.locator(".title-text"), "chart": page.locator("svg.plot")}


def _rows(page: Page) -> Marks:
    page.locator("main table a").first.scroll_into_view_if_needed()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    return {"table": page.locator("main table")}


WALK: Walk = {
    "board": _board,
    "lanes": _lane,
    "moves": _moves,
    "refused": _refused,
    "waiting": _waiting,
    "deal": _deal,
    "owner": _mine,
    "forecast": _forecast,
    "table": _rows,
}
