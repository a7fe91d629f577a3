"""How light and how quick a webinar's page is: drawn beside a constant view, transferred, and its first picture."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from playwright.sync_api import Page, Request, sync_playwright

from bench.asking import beside_constant
from bench.figure import Figure
from portal.people.app import create_app
from portal.people.settings import load_settings
from tests.support import engines
from tests.support.browser import launch_arguments
from tests.support.engines import Sqlite
from tests.support.films import SAMPLE, show_sample_film
from tests.support.running import Running
from tests.support.streaming import SLUG, publish_short_film

PATH = f"/webinars/{SAMPLE}"
AT_ONCE = "(video) => video.requestVideoFrameCallback(() => document.documentElement.setAttribute('data-seen', ''))"
ROUNDS = 5


def figures() -> Iterator[Figure]:
    """The page of a sample webinar through WSGI; then a small film, as the worker makes films, in a browser."""
    engines.use(Sqlite())
    with tempfile.TemporaryDirectory() as folder, Running(Path(folder) / "data") as site:
        publish_short_film(site.environment, Path(folder))
        show_sample_film(site.environment)
        yield beside_constant(create_app(load_settings(site.environment)), PATH, name="Page of a webinar")
        yield from _seen(f"{site.people}/webinars/{SLUG}")


def _seen(address: str) -> Iterator[Figure]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(**launch_arguments("--autoplay-policy=no-user-gesture-required"))
        requests, kilobytes = _before_the_film(browser.new_page(), address)
        yield _limited("Before the first byte of the film: requests", requests, limit=12)
        yield _limited("Before the first byte of the film", kilobytes, limit=250, unit="kB")
        taken = sorted(_first_picture(browser.new_context().new_page(), address) for _ in range(ROUNDS))
        yield _limited("From play to the first picture, Chromium", taken[ROUNDS // 2], limit=1000, unit="ms")
        browser.close()


def _limited(name: str, value: float, *, limit: float, unit: str = "") -> Figure:
    return Figure(name=name, value=value, peer=limit, against="limit", unit=unit, goal=1)


def _before_the_film(page: Page, address: str) -> tuple[int, float]:
    """How much was asked for and transferred before the first segment was."""
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    page.goto(address, wait_until="networkidle")
    is_film = [request.url.endswith((".m4s", ".mp4")) for request in asked]
    before = asked[: is_film.index(True)]
    sizes = [request.sizes() for request in before]
    return len(before), sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes) / 1000


def _first_picture(page: Page, address: str) -> float:
    """Milliseconds from the press on play, in a fresh profile once the page stands, to the first picture."""
    page.goto(address, wait_until="networkidle")
    page.locator("video").evaluate("(video) => { video.muted = true }")
    page.locator("video").evaluate(AT_ONCE)
    began = perf_counter()
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_selector("html[data-seen]", state="attached")
    taken = (perf_counter() - began) * 1000
    page.context.close()
    return taken
