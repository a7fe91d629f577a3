"""The only place that takes the pictures of the sandbox which a webinar shows, and measures what is marked in them.

With the sandbox running, once, and again whenever it looks different:

    .venv-test/bin/python -m tools.video.screens http://127.0.0.1:8001 content/webinars/second-message
"""

import base64
import re
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

_WIDTH, _HEIGHT = 1024, 525  # the room a slide has, in the sandbox's pixels
_SCALE = 2  # twice as fine, so that it stays sharp when the camera comes near

Marks = dict[str, Locator]


def main(sandbox: str, folder: Path) -> None:
    """Goes through the sandbox as the script does, in one test drive, and leaves a picture at each step."""
    boxes = ["# What can be marked in each picture: left, top, width, height. Written by tools/video/screens.py.\n"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(
            base_url=sandbox,
            viewport={"width": _WIDTH, "height": _HEIGHT},
            device_scale_factor=_SCALE,
            reduced_motion="reduce",
        )
        for name, step in _WALK.items():
            marks = step(page)
            boxes.append(f"[{name}]\n" + "".join(f"{mark} = {_box(part)}\n" for mark, part in marks.items()))
            (folder / "slides" / f"{name}.webp").write_bytes(_picture(page))
        browser.close()
    (folder / "slides" / "marks.toml").write_text("\n".join(boxes), encoding="utf-8")


def _start(page: Page) -> Marks:
    page.goto("/")
    return {"open": _open_button(page)}


def _leads(page: Page) -> Marks:
    _open_button(page).click()
    page.wait_for_url("**/leads**")
    return {"total": page.locator(".filters-count")}


def _leads_by_stage(page: Page) -> Marks:
    page.goto(f"/leads?stage={_choice(page, 'stage', 'Proposal')}")
    return {"stage": page.locator(".filters-field", has=page.locator("[name=stage]"))}


def _leads_by_tag(page: Page) -> Marks:
    page.goto(f"{page.url}&tag={_choice(page, 'tag', 'Fleet')}")
    return {"tag": page.locator(".filters-field", has=page.locator("[name=tag]"))}


def _leads_sorted(page: Page) -> Marks:
    page.goto(f"{page.url}&sort=last")
    return {"sort": page.locator(".list thead [aria-sort]")}


def _leads_searched(page: Page) -> Marks:
    last_name = page.locator(".list tbody .list-name a").first.inner_text().split()[-1]
    page.goto(f"/leads?q={last_name}")
    return {"search": page.locator("form[role=search]").first}


def _lead(page: Page) -> Marks:
    page.locator(".list tbody .list-name a").first.click()
    page.wait_for_url(re.compile(r"/leads/\w+"))
    return {"timeline": page.locator(".timeline").first}


def _lead_note(page: Page) -> Marks:
    page.locator("[name=note]").fill("Hello, you asked whether all eight could be ready by the first of May.")
    return {"note": page.locator("form", has=page.locator("[name=note]"))}
