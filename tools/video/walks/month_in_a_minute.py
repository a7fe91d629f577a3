"""The only place that goes the way of “A month in a minute”: today, a task, thirty days on, the reports."""

from playwright.sync_api import Page

from tools.video.walks.steps import Marks, Walk, open_business


def _today(page: Page) -> Marks:
    open_business(page, "bramblewick-heating")
    page.goto("/today")
    return {
        "date": page.locator(".title-text"),
        "late": page.locator(".today-tasks .panel").nth(1),
        "quiet": page.locator(".today-leads .panel").first,
        "add": page.locator(".today-add"),
    }


def _task(page: Page) -> Marks:
    page.locator(".today-add [name=words]").fill("Ring about the flow temperature")
    page.locator(".today-add [name=due]").fill("in 3 weeks")
    return {
        "words": page.locator(".today-add [name=words]"),
        "due": page.locator(".today-add .composer-field"),
        "add": page.locator(".today-add"),
    }


def _added(page: Page) -> Marks:
    page.get_by_role("button", name="Add task").click()
    page.wait_for_load_state()
    return {"told": page.locator(".notice").first}


def _clock(page: Page) -> Marks:
    page.goto("/clock")
    return {
        "tiles": page.locator(".tiles"),
        "on": page.locator("main .button-practice"),
        "date": page.locator("section[aria-labelledby=to-a-date]"),
        "small": page.locator("section[aria-labelledby=to-a-date] .soft").last,
    }


def _later(page: Page) -> Marks:
    page.locator("main .button-practice").click()
    page.wait_for_load_state()
    return {
        "title": page.locator(".title-text").first,
        "tiles": page.locator(".tiles"),
        "segment": page.locator(".tile").last,
        "quiet": page.locator(".tile").nth(2),
        "came": page.locator(".moved .panel").nth(1),
    }


def _today_later(page: Page) -> Marks:
    page.goto("/today")
    return {
        "date": page.locator(".title-text"),
        "late": page.locator(".today-tasks .panel").nth(1),
        "clock": page.locator("form.clock"),
    }


def _back(page: Page) -> Marks:
    page.locator("form[action='/undo'] button").click()
    page.wait_for_load_state()
    return {"told": page.locator(".notice").first, "clock": page.locator("form.clock")}


def _funnel(page: Page) -> Marks:
    page.goto("/reports/funnel")
    return {
        "finding": page.locator("h1"),
        "chart": page.locator("svg.plot, .heat, figure table").first,
        "table": page.locator("main table").last,
    }


def _rows(page: Page) -> Marks:
    page.locator("main table a").nth(1).click()
    page.wait_for_load_state()
    return {"title": page.locator(".title-text, h1").first, "rows": page.locator("main table").first}


def _cohort(page: Page) -> Marks:
    page.goto("/reports/cohort")
    return {"finding": page.locator("h1"), "chart": page.locator("svg.plot, .heat, figure table").first}


def _activity(page: Page) -> Marks:
    page.goto("/reports/activity")
    return {"finding": page.locator("h1"), "chart": page.locator("svg.plot, .heat, figure table").first}


WALK: Walk = {
    "today": _today,
    "task": _task,
    "added": _added,
    "clock": _clock,
    "later": _later,
    "today-later": _today_later,
    "back": _back,
    "funnel": _funnel,
    "rows": _rows,
    "cohort": _cohort,
    "activity": _activity,
}
