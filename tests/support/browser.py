"""A real browser, and profiles of it that let no page ask strangers or break its own policy."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Request

from tools.boot import BROWSERS

Visitor = Callable[..., Page]


def launch_arguments(*more: str) -> dict[str, Any]:
    """How to launch Debian's Chromium, which boot.py installs where none is."""
    path = next(filter(None, map(shutil.which, BROWSERS)))
    args = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", *more]
    if os.geteuid() == 0:
        args.append("--no-sandbox")
    return {"executable_path": path, "args": args}


@contextmanager
def visitors(browser: Browser, *sites: str) -> Iterator[Visitor]:
    """Open fresh browser profiles; fails at the end if a page asked others than `sites` or broke its policy."""
    contexts: list[BrowserContext] = []
    strangers: list[str] = []
    complaints: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((*sites, "data:", "blob:")):
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
