"""What the player remembers, for how long, and that it needs no memory."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import violations
from tests.journeys.watching import (
    button,
    get,
    is_paused,
    moment,
    open_player,
    play_at,
    put,
    until,
)
from tests.support.running import Running

pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]


def test_on_return_it_offers_to_go_on_where_one_stopped(visitor: Visitor, site: Running) -> None:
    page = visitor()
    play_at(page, open_player(page, site), 102)
    page.reload()
    video = open_player(page, site)
    expect(page.get_by_text("You stopped at 1:42")).to_be_visible()
    assert violations(page) == []
    button(page, "Go on at 1:42").click()
    expect(page.get_by_text("You stopped at")).to_be_hidden()
    until(page, lambda: moment(video) > 102)
    video.evaluate("(video) => video.pause()")
    assert page.context.cookies() == []

    page.reload()
    video = open_player(page, site)
    button(page, "From the start").click()
    until(page, lambda: not is_paused(video))
    assert moment(video) < 10


def test_a_moment_in_the_address_wins_over_the_one_that_is_kept(visitor: Visitor, site: Running) -> None:
    page = visitor()
    play_at(page, open_player(page, site), 102)
    video = open_player(page, site, "?t=20")
    until(page, lambda: moment(video) >= 20)
    expect(page.get_by_text("You stopped at")).to_be_hidden()


def test_the_moment_is_forgotten_by_a_press_and_at_the_end(visitor: Visitor, site: Running) -> None:
    page = visitor()
    play_at(page, open_player(page, site), 102)
    page.reload()
    video = open_player(page, site)
    button(page, "Forget").click()
    play_at(page, video, 60)  # having asked, one is not followed again until the next visit
    assert kept(page) is None
    page.reload()
    video = open_player(page, site)
    expect(page.get_by_text("You stopped at")).to_be_hidden()
    play_at(page, video, 102)
    assert kept(page) == "102"
    put(video, currentTime=float(video.evaluate("(video) => video.duration")) - 0.4)
    video.evaluate("(video) => video.play()")
    expect(button(page, "Play again")).to_be_visible()
    assert kept(page) is None
    button(page, "Play again").click()
    expect(button(page, "Pause")).to_be_visible()
    assert moment(video) < 10


def kept(page: Page) -> object:
    return page.evaluate("localStorage.getItem('webinar.second-message')")


@pytest.mark.parametrize(
    "fault",
    [
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })",
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }",
        "localStorage.setItem('webinar.second-message', '{'); localStorage.setItem('player.speed', '[]')",
        "localStorage.setItem('webinar.second-message', '1e99'); localStorage.setItem('player.volume', '\"loud\"')",
    ],
)
def test_a_memory_that_is_forbidden_full_or_spoiled_breaks_nothing(visitor: Visitor, site: Running, fault: str) -> None:
    page = visitor()
    page.add_init_script(fault)
    video = open_player(page, site)
    expect(page.get_by_text("You stopped at")).to_be_hidden()
    page.keyboard.press(">")
    assert get(video, "playbackRate") == 1.25
    play_at(page, video, 30)
    assert violations(page) == []
