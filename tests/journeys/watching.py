"""Steps of whoever watches: open the player, press its controls, ask the recording where it is."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.running import Running

ADDRESS = "/webinars/second-message"
CHAPTERS = (0, 42.933, 83.533, 120, 154.733, 187.8)  # where each begins, in seconds


def open_player(page: Page, site: Running, query: str = "", *, saves_data: bool = False) -> Locator:
    """The page with our controls in place, its recording silent, and ready unless nothing is fetched before play."""
    page.goto(f"{site.people}{ADDRESS}{query}")
    video = page.locator("video")
    expect(video).not_to_have_attribute("controls", re.compile(""))
    video.evaluate("(video) => { video.muted = true }")
    until(page, lambda: saves_data or video.evaluate("(video) => video.readyState") >= 1)
    return video


def play_at(page: Page, video: Locator, seconds: float) -> None:
    """Play from there for a moment, and stop."""
    put(video, currentTime=seconds)
    video.evaluate("(video) => video.play()")
    until(page, lambda: moment(video) > seconds + 0.1)
    video.evaluate("(video) => video.pause()")


def until(page: Page, is_so: Callable[[], bool]) -> None:
    """Wait until `is_so`: asked again and again, since `wait_for_function` is eval."""
    for _ in range(100):
        if is_so():
            return
        page.wait_for_timeout(100)
    pytest.fail("it never came to be so")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def use(page: Page, name: str, key: str = "Enter") -> None:
    button(page, name).focus()
    page.keyboard.press(key)


def moment(video: Locator) -> float:
    return float(video.evaluate("(video) => video.currentTime"))


def is_paused(video: Locator) -> bool:
    return bool(video.evaluate("(video) => video.paused"))


def get(video: Locator, name: str) -> object:
    return video.evaluate("(video, name) => video[name]", name)


def put(video: Locator, **values: object) -> None:
    video.evaluate("(video, values) => Object.assign(video, values)", values)
