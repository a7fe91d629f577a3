"""A running installation and a real browser: what visitors do, from the first press to the last."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, Page

from tests.support.browser import Visitor, launch_arguments, visitors
from tests.support.engines import Engine
from tests.support.films import show_sample_film
from tests.support.running import Running

WIDTHS = (390, 1440)
Scheme = Literal["light", "dark"]
# A scheme changes colours and nothing else, by `light-dark()` in the tokens: in the dark, axe asks what is about them.
SCHEMES: dict[Scheme, dict[str, Any]] = {
    "light": {"resultTypes": ["violations"]},
    "dark": {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]},
}


@pytest.fixture(scope="session")
def site(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """People site, sandbox and worker, as `make run` starts them, with the sample content."""
    with Running(tmp_path_factory.mktemp("journeys") / "data") as running:
        show_sample_film(running.environment)
        yield running


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return launch_arguments()


@pytest.fixture
def visitor(browser: Browser, site: Running) -> Iterator[Visitor]:
    """Open a fresh browser profile; fails at the end if a page asked another site for anything or broke its policy."""
    with visitors(browser, site.people, site.sandbox) as open_profile:
        yield open_profile


def violations(page: Page, widths: Sequence[int] = WIDTHS) -> list[str]:
    """What axe finds wrong with the page at these widths, light and dark: one line each."""
    found = []
    page.wait_for_load_state()
    for width in widths:
        for scheme in SCHEMES:
            results = found_by_axe(page, width, scheme)
            found += [f"{width} {scheme}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in results]
            wide = page.evaluate("document.documentElement.scrollWidth") - width
            if wide > 0:
                found.append(f"{width} {scheme}: {wide} pixels wider than the window")
    return found


def found_by_axe(page: Page, width: int, scheme: Scheme, *, frame: Frame | None = None) -> list[dict[str, Any]]:
    """What axe finds at this width in this scheme, in the page or in a frame of it; it is read into each once."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    looked_at = frame or page
    if not looked_at.evaluate("'axe' in window"):
        looked_at.evaluate(Axe().axe_script)
    results = looked_at.evaluate("(options) => axe.run(document, options)", SCHEMES[scheme])
    found: list[dict[str, Any]] = results["violations"]
    return found
