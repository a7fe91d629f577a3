"""The only place that photographs a page: a real browser shows what was answered, and gets what the page asks for."""

import base64
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page, Route, ViewportSize, sync_playwright

from tests.pages.installation import MOMENT, Installation
from tests.pages.seen import Seen
from tools.boot import BROWSERS

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WIDTHS = (390, 834, 1440)
QUALITY = 40
SHORTEST, TALLEST = 900, 6000  # pixels; a list of a thousand rows shows nothing new further down


class Camera:
    """A browser window in which time, motion and language stand still."""

    def __init__(self, page: Page, installed: Installation) -> None:
        self.page = page
        self.installed = installed
        self.shown: Seen | None = None
        page.context.route("**/*", self._answer)

    def show(self, seen: Seen, *, width: int = 1440, height: int = SHORTEST) -> None:
        """Load the page as it was answered, up to its last letter and picture."""
        self.shown = seen
        self.page.set_viewport_size(ViewportSize(width=width, height=height))
        self.page.goto(seen.url or self._home(seen.side), wait_until="networkidle")
        self.page.evaluate(_ALL_IS_THERE)

    def fit(self) -> None:
        """Make the window as tall as what it shows."""
        width = self.page.viewport_size["width"] if self.page.viewport_size else 0
        self.page.set_viewport_size(ViewportSize(width=width, height=1))
        tall = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size(ViewportSize(width=width, height=tall))

    def photograph(self, folder: Path) -> Iterator[Path]:
        """The page that is shown at every width, light and dark."""
        assert self.shown
        for width in WIDTHS:
            self._make_room(width)
            for scheme in SCHEMES:
                self.page.emulate_media(color_scheme=scheme)
                path = folder / f"{self.shown.title}-{width}-{scheme}.png"
                self.page.screenshot(path=path, animations="disabled")
                yield path

    def photograph_window(self, path: Path, scheme: Scheme, *, scale: float = 1) -> None:
        """What the window shows, as WebP; Playwright itself writes none."""
        self.page.emulate_media(color_scheme=scheme)
        chromium = self.page.context.new_cdp_session(self.page)
        asked: dict[str, Any] = {"format": "webp", "quality": QUALITY}
        if scale != 1:
            window = self.page.evaluate("({x: scrollX, y: scrollY, width: innerWidth, height: innerHeight})")
            asked["clip"] = {**window, "scale": scale}
        taken = chromium.send("Page.captureScreenshot", asked)
        path.write_bytes(base64.b64decode(taken["data"]))
        chromium.detach()

    def _make_room(self, width: int) -> None:
        """A window as tall as the page, so that what sticks to an edge of it stands at the page's own."""
        self.page.set_viewport_size(ViewportSize(width=width, height=SHORTEST))
        tall = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size(ViewportSize(width=width, height=min(tall, TALLEST)))
        self.page.evaluate("scrollTo(0, 0)")

    def _answer(self, route: Route) -> None:
        asked = route.request
        if asked.is_navigation_request() and asked.frame.parent_frame is None:
            assert self.shown
            route.fulfill(status=200, headers=_as_a_page(self.shown.headers), body=self.shown.text)
            return
        side = "people" if asked.url.startswith(self._home("people")) else "sandbox"
        headers = {name: value for name, value in asked.headers.items() if name == "range"}
        if self.shown and self.shown.side == side and self.shown.cookie:  # what a frame of the studio needs
            headers["Cookie"] = self.shown.cookie
        came = (
            self.installed.app(side)
            .test_client(use_cookies=False)
            .get(asked.url.removeprefix(self._home(side)), base_url=self._home(side), headers=headers)
        )
        route.fulfill(status=came.status_code, headers=_plain(came.headers), body=came.data)
        came.close()

    def _home(self, side: str) -> str:
        url: str = self.installed.app(side).extensions["settings"].url
        return url


@contextmanager
def camera(installed: Installation) -> Iterator[Camera]:
    """Debian's Chromium, which boot.py installs where none is."""
    path = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        context = browser.new_context(locale="en-US", timezone_id="UTC", reduced_motion="reduce")
        context.clock.set_fixed_time(MOMENT)
        yield Camera(context.new_page(), installed)
        browser.close()


_ALL_IS_THERE = """async () => {
  for (const image of document.images) image.loading = 'eager'
  await Promise.all(Array.from(document.images, (image) => image.decode().catch(() => {})))
  for (const video of document.querySelectorAll('video')) {
    if (video.preload === 'none') continue
    if (!video.readyState) await new Promise((resolve) => video.addEventListener('loadeddata', resolve, { once: true }))
    await new Promise((resolve) => setTimeout(resolve, 1000)) // the browser's wheel turns on a little
  }
  await document.fonts.ready
}"""


def _as_a_page(headers: Any) -> dict[str, str]:
    """Headers of what fills the window; a mail's body, which runs nothing in its frame, is looked at by script, too."""
    plain = _plain(headers)
    if plain.get("Content-Security-Policy", "").startswith("sandbox"):
        del plain["Content-Security-Policy"]
    return plain


def _plain(headers: Any) -> dict[str, str]:
    """Headers without those that speak of a body's journey."""
    return {name: value for name, value in dict(headers).items() if name not in ("Content-Length", "Set-Cookie")}
