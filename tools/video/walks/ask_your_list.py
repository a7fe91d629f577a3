"""The only place that goes the way of “Ask your list a question”: filters, counts, columns, a saved view, a segment."""

from urllib.parse import quote

from playwright.sync_api import Page

from tools.video.walks.steps import Marks, Walk, open_business

_STAGE = "f=stage:is:Qualified,Proposal"
_QUIET = f"{_STAGE}&f=last:before:30d"
_ASKED = f"{_QUIET}&f=value:from:200000"


def _all(page: Page) -> Marks:
    open_business(page, "foxglove-and-tarn")
    page.goto("/leads")
    return {
        "total": page.locator("#count"),
        "filter": page.locator(".chips-more summary"),
        "views": page.locator(".tabs"),
    }


def _offers(page: Page) -> Marks:
    page.locator(".chips-more summary").click()
    page.wait_for_timeout(300)
    return {"fields": page.locator(".chips-more .menu-sheet")}


def _stage(page: Page) -> Marks:
    page.goto(f"/leads?{_STAGE}")
    page.locator(".chip summary").first.click()
    page.locator(".chip .menu-sheet label", has_text="Contacted").locator("input").check()
    page.wait_for_timeout(1500)
    return {"sheet": page.locator(".chip .menu-sheet").first, "count": page.locator(".chip [data-count]").first}


def _asked(page: Page) -> Marks:
    page.goto(f"/leads?{_ASKED}&sort=-value")
    return {
        "chips": page.locator(".chips"),
        "total": page.locator("#count"),
        "last": page.locator(".chip").last,
        "value": page.locator("[aria-sort] a"),
    }


def _any(page: Page) -> Marks:
    page.goto(f"/leads?{_ASKED}&any=1&sort=-value")
    return {"chips": page.locator(".chips"), "total": page.locator("#count")}


def _columns(page: Page) -> Marks:
    page.goto(f"/leads?{_ASKED}&sort=-value&cols=name,stage,value,owner,phone,last")
    return {"table": page.locator("thead"), "tools": page.locator("#filters")}


def _groups(page: Page) -> Marks:
    page.goto(f"/leads?{_ASKED}&layout=grouped&by=owner")
    return {"groups": page.locator(".list-group").first, "by": page.locator("#filters")}


def _view(page: Page) -> Marks:
    page.goto(f"/views/new?list={quote(f'/leads?{_ASKED}&sort=-value')}")
    page.locator("main [name=name]").fill("Worth a call")
    return {"sheet": page.locator("main form").first}


def _saved(page: Page) -> Marks:
    page.get_by_role("button", name="Save view").click()
    page.wait_for_load_state()
    return {"told": page.locator(".notice").first, "tabs": page.locator(".tabs")}


def _segment(page: Page) -> Marks:
    page.goto(f"/segments/new?{_ASKED}&name=Worth+a+call")
    return {
        "rules": page.locator(".builder-rules"),
        "words": page.locator(".builder-sentence"),
        "total": page.locator(".builder-means p").nth(1),
    }


def _kept(page: Page) -> Marks:
    page.get_by_role("button", name="Save segment").click()
    page.goto("/segments")
    return {"mine": page.locator("main .panel, main li").last}


WALK: Walk = {
    "all": _all,
    "fields": _offers,
    "stage": _stage,
    "asked": _asked,
    "any": _any,
    "columns": _columns,
    "groups": _groups,
    "view": _view,
    "saved": _saved,
    "segment": _segment,
    "segments": _kept,
}
