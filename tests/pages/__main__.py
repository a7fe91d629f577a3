"""`make screenshots`: every page in every state at three widths, light and dark, and a sheet to see them side by side.

`PAGES="people/offer* sandbox/lead"` takes some of them. `README=1` takes the few that the README shows instead; nothing
else changes a file that is kept.
"""

import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

import structlog

from portal.shared.environment import ROOT
from tests.pages.camera import SCHEMES, Camera, camera
from tests.pages.installation import installation
from tests.pages.seen import Seen
from tests.pages.sheet import write_sheet
from tests.pages.story import tell

FOLDER = ROOT / ".build" / "screenshots"
KEPT = ROOT / "docs" / "pictures"
IN_README = {"people/home": "home", "people/webinar": "webinar", "people/offer": "offer", "sandbox/leads": "leads"}
# What docs/sandbox.md shows, by day alone.
IN_DOCS = {
    "sandbox/leads-filtered": "filters",
    "sandbox/record": "record",
    "sandbox/pipeline": "pipeline",
    "sandbox/today-busy": "today",
    "sandbox/segment": "segment",
    "sandbox/bulk-tag-effect": "bulk",
    "sandbox/duplicates": "duplicates",
    "sandbox/history": "history",
    "sandbox/clock-30-days-later": "clock",
    "sandbox/reports": "reports",
    "sandbox/palette-found": "palette",
    "sandbox/shape-new": "shape",
}

# One person's life, as docs/consent.md tells it.
IN_A_LIFE = {
    "people/mail-confirm": "life-1-mail",
    "people/confirm": "life-2-confirm",
    "people/mail-campaign": "life-3-offer",
    "people/why-offer": "life-4-why",
    "people/preferences": "life-5-preferences",
    "people/stop-code": "life-6-stop-code",
}


def main() -> int:
    """Take them, and say where they are."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with (
        tempfile.TemporaryDirectory(prefix="portal-") as data,
        installation(Path(data)) as installed,
        camera(installed) as taking,
    ):
        pages = (page for page in tell(installed) if page.is_page)
        print(_for_the_readme(taking, pages) if os.environ.get("README") else _all(taking, pages))
    return 0


def _all(taking: Camera, pages: Iterable[Seen]) -> str:
    wanted = os.environ.get("PAGES", "*").split()
    shutil.rmtree(FOLDER, ignore_errors=True)
    pictures = {}
    for page in pages:
        if any(fnmatch(page.title, pattern) for pattern in wanted):
            taking.show(page)
            pictures[page.title] = list(taking.photograph(FOLDER))
    FOLDER.mkdir(exist_ok=True)
    write_sheet(FOLDER / "index.html", pictures)
    return f"{sum(map(len, pictures.values()))} pictures of {len(pictures)} pages: {FOLDER / 'index.html'}"


def _for_the_readme(taking: Camera, pages: Iterable[Seen]) -> str:
    KEPT.mkdir(exist_ok=True)
    for page in pages:
        if name := IN_A_LIFE.get(page.title):
            taking.show(page, width=720, height=860)
            taking.photograph_window(KEPT / f"{name}.webp", "light")
        if name := IN_README.get(page.title):
            taking.show(page, width=1120, height=700)
            for scheme in SCHEMES:
                taking.photograph_window(KEPT / f"{name}-{scheme}.webp", scheme)
        if name := IN_DOCS.get(page.title):
            taking.show(page, width=1120, height=700)
            taking.photograph_window(KEPT / f"sandbox-{name}-light.webp", "light")
    return f"{sum(path.stat().st_size for path in KEPT.glob('*.webp')) // 1000} kB in {KEPT}"


if __name__ == "__main__":
    sys.exit(main())
