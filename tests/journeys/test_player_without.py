"""The player without what it would like to have: a recording, scripts, colours, a screen."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.journeys.conftest import violations
from tests.journeys.watching import (
    ADDRESS,
    button,
    moment,
    open_player,
    until,
)
from tests.support.running import Running

pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]


def test_a_recording_that_cannot_come_says_what_to_do(visitor: Visitor, site: Running) -> None:
    page = visitor()
    page.route("**/*.mp4", lambda route: route.abort())
    page.goto(site.people + ADDRESS)
    trouble = page.get_by_role("alert")
    expect(trouble).to_contain_text("The recording cannot be played just now")
    assert violations(page) == []
    expect(trouble.get_by_role("link", name="transcript")).to_have_attribute("href", "#transcript")
    page.unroute("**/*.mp4")
    button(page, "Try again").click()
    expect(trouble).to_be_hidden()
    expect(button(page, "Pause")).to_be_visible()
    until(page, lambda: moment(page.locator("video")) > 0)


def test_a_recording_that_is_late_says_so_and_moves_nothing(visitor: Visitor, site: Running) -> None:
    page = visitor(reduced_motion="reduce")
    held: list[Route] = []
    page.route("**/*.mp4", lambda route: held.append(route))
    page.goto(site.people + ADDRESS)
    expect(page.locator(".player-bar")).to_be_visible()
    before = page.locator(".player").bounding_box()
    button(page, "Play").click()
    page.locator("video").evaluate("(video) => video.dispatchEvent(new Event('waiting'))")
    expect(page.get_by_role("status").filter(has_text="Loading")).to_be_visible()
    expect(page.locator(".player-busy")).to_be_visible()
    assert page.locator(".player").bounding_box() == before
    for route in held:
        route.continue_()
    page.unroute("**/*.mp4")
    expect(page.locator(".player-busy")).to_be_hidden()


def test_without_scripts_the_browsers_own_controls_are_there_and_ours_are_not(visitor: Visitor, site: Running) -> None:
    page = visitor(java_script_enabled=False)
    page.goto(site.people + ADDRESS)
    expect(page.locator("video")).to_have_attribute("controls", "")
    expect(page.locator(".player button:visible, .player input:visible")).to_have_count(0)
    video, player = page.locator("video").bounding_box(), page.locator(".player").bounding_box()
    assert video
    assert player
    assert video["height"] == player["height"]


def test_a_script_that_never_comes_leaves_the_browsers_own_controls(visitor: Visitor, site: Running) -> None:
    page = visitor()
    page.route("**/static/watching-*.js", lambda route: route.fulfill(status=503))
    page.goto(site.people + ADDRESS, wait_until="networkidle")
    expect(page.locator("video")).to_have_attribute("controls", "")
    expect(page.locator(".player button:visible")).to_have_count(0)


def test_controls_arrive_without_moving_anything(visitor: Visitor, site: Running) -> None:
    page = visitor()
    page.add_init_script(
        "window.shifts = []; new PerformanceObserver((list) => window.shifts.push(...list.getEntries()))"
        ".observe({ type: 'layout-shift', buffered: true })"
    )
    open_player(page, site)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shifts.map(({ value }) => value)") == []


def test_the_player_asks_for_its_script_and_its_icons_and_home_for_neither(visitor: Visitor, site: Running) -> None:
    page = visitor()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(re.sub(r"-[0-9A-Z]{8}\b", "", request.url.split("/")[-1])))
    page.goto(site.people, wait_until="networkidle")
    assert "watching.js" not in asked
    asked.clear()
    page = visitor()
    page.on("request", lambda request: asked.append(re.sub(r"-[0-9A-Z]{8}\b", "", request.url.split("/")[-1])))
    page.goto(site.people + ADDRESS, wait_until="networkidle")
    assert sorted({name for name in asked if name.endswith((".js", ".svg", ".css"))}) == [
        "favicon.svg",
        "icons.svg",
        "people.css",
        "people.js",
        "watching.js",
    ]


def test_on_paper_and_in_high_contrast_the_page_is_usable(visitor: Visitor, site: Running) -> None:
    page = visitor(forced_colors="active")
    open_player(page, site)
    expect(button(page, "Play")).to_be_visible()
    painted = [paint_of(page.locator(f".player-seek {part}").first) for part in (".whole", ".seen", "line")]
    assert len(set(painted)) == 3
    page.emulate_media(media="print")
    expect(page.locator(".player")).to_be_hidden()
    expect(page.locator(".transcript-lines")).to_be_visible()


def paint_of(drawn: Locator) -> str:
    paint = "(drawn) => getComputedStyle(drawn)[drawn.localName === 'line' ? 'stroke' : 'fill']"
    return str(drawn.evaluate(paint))
