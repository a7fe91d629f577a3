"""The only place that goes the way of “The second message”: who went quiet, one lead, a note, a change taken back."""

from playwright.sync_api import Page

from tools.video.walks.steps import Marks, Walk, open_business

_QUIET_PROPOSALS = "/leads?stage=Proposal&tag=Fleet&sort=last"


def _start(page: Page) -> Marks:
    page.goto("/")
    button = page.locator("form[action='/drives'] button").first
    button.evaluate("button => button.scrollIntoView({block: 'center'})")
    return {"open": button}


def _leads(page: Page) -> Marks:
    open_business(page, "fernhollow-cycles")
    page.goto("/leads")  # anew, without the words of welcome
    return {"total": page.locator("#count")}


def _leads_by_stage(page: Page) -> Marks:
    page.goto("/leads?stage=Proposal")
    return {"stage": page.locator(".chip").nth(0)}


def _leads_by_tag(page: Page) -> Marks:
    page.goto("/leads?stage=Proposal&tag=Fleet")
    return {"tag": page.locator(".chip").nth(1)}


def _leads_sorted(page: Page) -> Marks:
    page.goto(_QUIET_PROPOSALS)
    return {"sort": page.locator("[aria-sort] a")}


def _leads_searched(page: Page) -> Marks:
    last_name = page.locator("tbody .list-name a").first.inner_text().split()[-1]
    page.goto(f"/leads?q={last_name}")
    return {"search": page.locator(".bar-search")}


def _lead(page: Page) -> Marks:
    page.goto(_QUIET_PROPOSALS)
    page.locator("tbody .list-name a").first.click()
    return {"timeline": page.locator(".timeline")}


def _lead_note(page: Page) -> Marks:
    page.locator("[name=note]").fill("Draft: you asked whether all eight could be ready by the first of May. They can.")
    return {"note": page.locator(".composer")}


def _lead_edit(page: Page) -> Marks:
    page.goto(page.url)
    page.locator("[name=stage]").select_option("Won")
    return {"stage": page.locator(".fact", has=page.locator("[name=stage]"))}


def _lead_undo(page: Page) -> Marks:
    page.get_by_role("button", name="Save").click()
    return {"undo": page.locator("form[action='/undo'] button")}


def _lead_undone(page: Page) -> Marks:
    page.locator("form[action='/undo'] button").click()
    return {"told": page.locator(".notice").first}


def _lead_twin(page: Page) -> Marks:
    page.locator("[name=email]").fill("odalys.brandt@people.customerhub.net")
    page.locator("[name=email]").press("Enter")
    page.locator(".notice-practice").wait_for()
    return {"twin": page.locator(".notice-practice")}


WALK: Walk = {
    "start": _start,
    "leads": _leads,
    "leads-stage": _leads_by_stage,
    "leads-tag": _leads_by_tag,
    "leads-sorted": _leads_sorted,
    "leads-search": _leads_searched,
    "lead": _lead,
    "lead-note": _lead_note,
    "lead-edit": _lead_edit,
    "lead-undo": _lead_undo,
    "lead-undone": _lead_undone,
    "lead-twin": _lead_twin,
}
