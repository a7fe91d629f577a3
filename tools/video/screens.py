"""The only place that takes the pictures of the sandbox which a webinar shows, and measures what is marked in them.

Where it goes stands in `tools/video/walks/`, in a module named like the webinar.

With the sandbox running, once, and again whenever it looks different:

    .venv-test/bin/python -m tools.video.screens http://127.0.0.1:8001 content/webinars/second-message
"""

import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from tools.boot import BROWSERS, ROOT, VIDEO
from tools.video.walks.steps import Walk

_WIDTH, _HEIGHT = 1024, 760
_SCALE = 2  # twice as fine, so that it stays sharp when the camera comes near
_LEAST = 12
"""Pixels of the page; less of a part is not to be pointed at."""


def main(sandbox: str, folder: Path) -> None:
    """Goes through the sandbox as the script does, in one test drive, and leaves a picture at each step."""
    boxes = ["# What can be marked in each picture: left, top, width, height. Written by tools/video/screens.py.\n"]
    (folder / "slides").mkdir(parents=True, exist_ok=True)
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
        for name, step in _walk_of(folder).items():
            marks = step(page)
            page.evaluate("document.fonts.ready")
            boxes.append(f"[{name}]\n" + "".join(f"{mark} = {_box(part)}\n" for mark, part in marks.items()))
            (folder / "slides" / f"{name}.webp").write_bytes(_picture(page))
        browser.close()
    (folder / "slides" / "marks.toml").write_text("\n".join(boxes), encoding="utf-8")


def _walk_of(folder: Path) -> Walk:
    """The walk in the module that is named like the webinar."""
    walk: Walk = import_module(f"tools.video.walks.{folder.name.replace('-', '_')}").WALK
    return walk


def _box(part: Locator) -> list[int]:
    """Where it stands in the picture, in the picture's pixels; raises where it is not on the page."""
    box = part.bounding_box(timeout=5_000)
    assert box, f"{part} is not to be seen"
    left, top = max(0.0, box["x"]), max(0.0, box["y"])
    right, foot = min(_WIDTH, box["x"] + box["width"]), min(_HEIGHT, box["y"] + box["height"])
    assert min(right - left, foot - top) >= _LEAST, f"{part} is outside the window"
    return [round(number * _SCALE) for number in (left, top, right - left, foot - top)]


def _picture(page: Page) -> bytes:
    """The window as WebP; Pillow, which packs it best, lives in the environment of the film."""
    pack: list[str | Path] = [VIDEO / "bin" / "python", "-m", "tools.video.pack"]
    return subprocess.run(pack, input=page.screenshot(), capture_output=True, check=True, cwd=ROOT).stdout


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
