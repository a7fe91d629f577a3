"""How light the home page is: what a browser transfers and asks for."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Response, sync_playwright

from bench.figure import Figure
from tests.support import engines
from tests.support.engines import Sqlite
from tests.support.running import Running
from tools.boot import BROWSERS


def figures() -> Iterator[Figure]:
    """Kilobytes and requests of the home page, scrolled to its end, beside the limits of the product."""
    answers: list[Response] = []
    engines.use(Sqlite())
    browser_path = next(filter(None, map(shutil.which, BROWSERS)))
    with tempfile.TemporaryDirectory() as folder, Running(Path(folder) / "data") as site, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("response", lambda answer: answers.append(answer))
        page.goto(site.people, wait_until="networkidle")
        page.mouse.wheel(0, 10_000)
        page.wait_for_load_state("networkidle")
        sizes = [answer.request.sizes() for answer in answers]
        browser.close()
    kilobytes = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes) / 1000
    yield Figure(name="home page, transferred", value=kilobytes, peer=100, against="limit", unit="kB", goal=1)
    yield Figure(name="home page, requests", value=len(answers), peer=10, against="limit", unit="", goal=1)
