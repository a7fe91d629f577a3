"""A running installation and a real browser: what visitors do, from the first press to the last."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.support.engines import Engine
from tests.support.running import Running
from tools.boot import BROWSERS

WIDTHS = (390, 1440)
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


@pytest.fixture(scope="session")
def site(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """People site, sandbox and worker, as `make run` starts them, with the sample content."""
    with Running(tmp_path_factory.mktemp("journeys") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium, which boot.py installs where none is."""
    path = next(filter(None, map(shutil.which, BROWSERS)))
    args = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    if os.geteuid() == 0:
        args.append("--no-sandbox")
    return {"executable_path": path, "args": args}


@pytest.fixture
def visitor(browser: Browser, site: Running) -> Iterator[Callable[..., Page]]:
    """Open a fresh browser profile; fails at the end if a page asked another site for anything or broke its policy."""
    contexts: list[BrowserContext] = []
    strangers: list[str] = []
    complaints: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((site.people, site.sandbox, "data:", "blob:")):
            strangers.append(request.url)

    def open_profile(**options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        context.on("request", note)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on(
            "console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_profile
    for context in contexts:
        context.close()
    assert strangers == []
    assert complaints == []


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page at both widths, light and dark: one line each."""
    found = []
    page.wait_for_load_state()
    for width in WIDTHS:
        for scheme in SCHEMES:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            results = Axe().run(page).response["violations"]
            found += [f"{width} {scheme}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in results]
            wide = page.evaluate("document.documentElement.scrollWidth") - width
            if wide > 0:
                found.append(f"{width} {scheme}: {wide} pixels wider than the window")
    return found
