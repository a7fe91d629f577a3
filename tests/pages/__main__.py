"""`make screenshots`: every page in every state at three widths, light and dark, and a sheet to see them side by side.

`PAGES="people/offer* sandbox/lead"` takes some of them. `README=1` takes the few that the README and the docs show
instead, `README=first-webinar` those of docs/publishing.md alone; nothing else changes a file that is kept. `AXE=1`
takes none: it asks axe what is wrong with each, and whether it is wider than its window, and fails where something is.
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
from playwright.sync_api import FilePayload

from portal.shared.environment import ROOT
from tests.journeys.conftest import violations
from tests.pages import first_webinar
from tests.pages.camera import SCHEMES, WIDTHS, Camera, camera
from tests.pages.installation import installation
from tests.pages.seen import Seen
from tests.pages.sheet import write_sheet
from tests.pages.story import tell

FOLDER = ROOT / ".build" / "screenshots"
KEPT = ROOT / "docs" / "pictures"
IN_README = {"people/home": "home", "people/webinar": "webinar", "people/offer": "offer", "sandbox/leads": "leads"}
# What docs/sandbox.md shows, point by point.
IN_DOCS = {
    "sandbox/start": "start",
    "sandbox/leads-just-started": "tour",
    "sandbox/leads-filtered": "filters",
    "sandbox/leads-in-groups": "groups",
    "sandbox/duplicates": "duplicates",
    "sandbox/record": "record",
    "sandbox/pipeline": "pipeline",
    "sandbox/today-busy": "today",
    "sandbox/segment": "segment",
    "sandbox/bulk-tag-effect": "bulk",
    "sandbox/history": "history",
    "sandbox/settings-shared": "settings",
    "sandbox/clock-ahead": "ahead",
    "sandbox/export": "export",
    "sandbox/palette-found": "palette",
    "sandbox/reports": "reports",
    "sandbox/shape-new": "shape",
}
SIZES = {"": (1440, 900), "-phone": (390, 844)}
SHRUNK = 0.5  # as wide as the page of the docs shows them
A_LIST = b"Status,Signed on,Remarks\n" + b"".join(
    b"%s,2025-%02d-%02d,\n" % (status, number % 9 + 1, number % 27 + 1)
    for number in range(200)
    for status in (b"New", b"In talks", b"Closed Won")[number % 3 :][:1]
)

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
        if asked := os.environ.get("README", ""):
            _of_a_first_webinar(taking, first_webinar.tell(installed, Path(data) / "desk"))
        if asked == "first-webinar":
            return 0
        pages = (page for page in tell(installed) if page.is_page)
        if os.environ.get("AXE"):
            return _faults(taking, pages)
        print(_for_the_readme(taking, pages) if asked else _all(taking, pages))
    return 0


def _faults(taking: Camera, pages: Iterable[Seen]) -> int:
    found = count = 0
    for page in filter(_is_wanted, pages):
        taking.show(page)
        faults = violations(taking.page, WIDTHS)
        if page.name.startswith("mail-"):  # its heading is the subject, which the mail program shows
            faults = [fault for fault in faults if "page-has-heading-one" not in fault]
        print("\n".join(f"{page.title} {fault}" for fault in faults) or f"{page.title} ok", flush=True)
        found, count = found + len(faults), count + 1
    print(f"{found} faults on {count} pages, each at {len(WIDTHS)} widths, light and dark")
    return 1 if found else 0


def _is_wanted(page: Seen) -> bool:
    return any(fnmatch(page.title, pattern) for pattern in os.environ.get("PAGES", "*").split())


def _all(taking: Camera, pages: Iterable[Seen]) -> str:
    shutil.rmtree(FOLDER, ignore_errors=True)
    pictures = {}
    for page in filter(_is_wanted, pages):
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
            _for_the_docs(taking, page, name)
    return f"{sum(path.stat().st_size for path in KEPT.glob('*.webp')) // 1000} kB in {KEPT}"


def _for_the_docs(taking: Camera, page: Seen, name: str) -> None:
    for window, (width, height) in SIZES.items():
        taking.show(page, width=width, height=height)
        if name == "shape":
            _read_a_list(taking)
        for scheme in SCHEMES:
            taking.photograph_window(KEPT / f"sandbox-{name}{window}-{scheme}.webp", scheme, scale=SHRUNK)


def _read_a_list(taking: Camera) -> None:
    """What a page shows of a file is made in the browser alone."""
    file: FilePayload = {"name": "list.csv", "mimeType": "text/csv", "buffer": A_LIST}
    taking.page.get_by_label("A CSV or XLSX file").set_input_files(file)
    taking.page.get_by_role("heading", name="2. Look at the columns").scroll_into_view_if_needed()


def _of_a_first_webinar(taking: Camera, pages: Iterable[Seen]) -> None:
    """What docs/publishing.md shows: commands in a window as low as they need, pages as their top."""
    for page in pages:
        taking.show(page, width=960, height=640)
        if not page.url:
            taking.fit()
        taking.photograph_window(KEPT / f"{page.name}.webp", "light")


if __name__ == "__main__":
    sys.exit(main())
