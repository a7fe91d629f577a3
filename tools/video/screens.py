"""The only place that takes the pictures of the sandbox which a webinar shows, and measures what is marked in them.

With the sandbox running, once, and again whenever it looks different:

    .venv-test/bin/python -m tools.video.screens http://127.0.0.1:8001 content/webinars/second-message
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from tools.boot import BROWSERS, ROOT, VIDEO

_WIDTH, _HEIGHT = 1024, 760
_SCALE = 2  # twice as fine, so that it stays sharp when the camera comes near
_QUIET_PROPOSALS = "/leads?stage=Proposal&tag=Fleet&sort=last"

Marks = dict[str, Locator]
"""What a line of the script can point at in a picture."""


def main(sandbox: str, folder: Path) -> None:
    """Goes through the sandbox as the script does, in one test drive, and leaves a picture at each step."""
    boxes = ["# What can be marked in each picture: left, top, width, height. Written by tools/video/screens.py.\n"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, BROWSERS))),
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        page = browser.new_page(
            base_url=sandbox,
            viewport={"width": _WIDTH, "height": _HEIGHT},
            device_scale_factor=_SCALE,
            reduced_motion="reduce",
        )
        for name, step in _WALK.items():
            marks = step(page)
            page.evaluate("document.fonts.ready")
            boxes.append(f"[{name}]\n" + "".join(f"{mark} = {_box(part)}\n" for mark, part in marks.items()))
            (folder / "slides" / f"{name}.webp").write_bytes(_picture(page))
        browser.close()
    (folder / "slides" / "marks.toml").write_text("\n".join(boxes), encoding="utf-8")


def _start(page: Page) -> Marks:
    page.goto("/")
    return {"open": page.locator("form[action='/drives'] button").first}


def _leads(page: Page) -> Marks:
    page.locator("form[action='/drives'] button").first.click()
    page.goto("/leads")  # anew, without the words of welcome
    return {"total": page.locator("#count")}


def _leads_by_stage(page: Page) -> Marks:
    page.goto("/leads?stage=Proposal")
    return {"stage": page.locator(".filters-field").nth(0)}


def _leads_by_tag(page: Page) -> Marks:
    page.goto("/leads?stage=Proposal&tag=Fleet")
    return {"tag": page.locator(".filters-field").nth(1)}


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
    return {"note": page.locator(".panel", has=page.locator("[name=note]"))}


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
    page.get_by_role("button", name="Save").click()
    return {"twin": page.locator(".notice-practice")}


_WALK: dict[str, Callable[[Page], Marks]] = {
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


def _box(part: Locator) -> list[int]:
    """Where it stands in the picture, in the picture's pixels; raises where it is not on the page."""
    box = part.bounding_box(timeout=5_000)
    assert box, f"{part} is not to be seen"
    seen = min(box["height"], _HEIGHT - box["y"])
    return [round(number * _SCALE) for number in (box["x"], box["y"], box["width"], seen)]


def _picture(page: Page) -> bytes:
    """The window as WebP; Pillow, which packs it best, lives in the environment of the film."""
    pack: list[str | Path] = [VIDEO / "bin" / "python", "-m", "tools.video.pack"]
    return subprocess.run(pack, input=page.screenshot(), capture_output=True, check=True, cwd=ROOT).stdout


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
