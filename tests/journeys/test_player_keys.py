"""Every key of the player: what it does, and when it is not the player’s."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import violations
from tests.journeys.watching import CHAPTERS, button, get, is_paused, moment, open_player, put, until
from tests.support.running import Running

pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]


@pytest.mark.parametrize("key", ["k", "K", " "])
def test_a_key_plays_and_pauses_with_nothing_in_focus(visitor: Visitor, site: Running, key: str) -> None:
    page = visitor()
    video = open_player(page, site)
    page.keyboard.press(key)
    expect(button(page, "Pause")).to_be_visible()
    assert not is_paused(video)
    page.keyboard.press(key)
    expect(button(page, "Play")).to_be_visible()
    assert is_paused(video)


@pytest.mark.parametrize(
    ("key", "start", "reached"),
    [
        ("j", 60, 50),
        ("l", 60, 70),
        ("ArrowLeft", 60, 55),
        ("ArrowRight", 60, 65),
        ("j", 4, 0),
        ("n", 60, CHAPTERS[2]),
        ("]", 60, CHAPTERS[2]),
        ("p", 60, CHAPTERS[1]),
        ("p", 44, CHAPTERS[0]),
        ("[", 60, CHAPTERS[1]),
        ("Home", 60, 0),
        ("0", 60, 0),
    ],
)
def test_a_key_leads_to_another_moment(visitor: Visitor, site: Running, key: str, start: float, reached: float) -> None:
    page = visitor()
    video = open_player(page, site)
    page.locator(".player").focus()
    put(video, currentTime=start)
    page.keyboard.press(key)
    deadline = time.monotonic() + 5
    while abs(moment(video) - reached) > 0.1 and time.monotonic() < deadline:
        page.wait_for_timeout(50)  # on a busy machine a key takes its time
    assert moment(video) == pytest.approx(reached, abs=0.1)


def test_digits_lead_to_tenths_and_end_to_the_end(visitor: Visitor, site: Running) -> None:
    page = visitor()
    video = open_player(page, site)
    whole = float(video.evaluate("(video) => video.duration"))
    for digit in range(10):
        page.keyboard.press(str(digit))
        assert moment(video) == pytest.approx(whole * digit / 10, abs=0.1)
    page.locator(".player").focus()
    page.keyboard.press("End")
    assert moment(video) == pytest.approx(whole, abs=0.1)
    page.keyboard.press("n")
    expect(page.get_by_role("status").filter(has_text="This is the last chapter")).to_be_visible()


def test_keys_change_sound_speed_and_captions_and_say_so(visitor: Visitor, site: Running) -> None:
    page = visitor()
    video = open_player(page, site)
    said = page.locator(".player [role=status]")
    page.locator(".player").focus()
    page.keyboard.press("m")
    expect(said).to_have_text("Sound on")
    page.keyboard.press("ArrowDown")
    expect(said).to_have_text("Volume 95 percent")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(said).to_have_text("Volume 95 percent")
    assert get(video, "volume") == pytest.approx(0.95)
    page.keyboard.press("m")
    expect(said).to_have_text("Sound off")
    for speed in ("1.25", "1.5", "2", "2"):
        page.keyboard.press(">")
        expect(said).to_have_text(f"Speed {speed}")
    page.keyboard.press("<")
    expect(said).to_have_text("Speed 1.5")
    assert get(video, "playbackRate") == 1.5
    page.keyboard.press("c")
    expect(said).to_have_text("Captions off")
    expect(button(page, "Turn captions on")).to_be_visible()
    page.keyboard.press("c")
    expect(said).to_have_text("Captions on")
    expect(said).to_be_empty()  # and quiet again


def test_a_key_fills_the_screen_with_the_controls_and_gives_it_back(visitor: Visitor, site: Running) -> None:
    page = visitor()
    open_player(page, site)
    page.keyboard.press("f")
    expect(button(page, "Leave full screen")).to_be_visible()
    assert page.evaluate("document.fullscreenElement.className") == "player screen"
    page.keyboard.press("f")
    expect(button(page, "Full screen")).to_be_visible()
    assert page.evaluate("document.fullscreenElement") is None


def test_picture_in_picture_is_offered_where_the_browser_has_it(visitor: Visitor, site: Running) -> None:
    page = visitor()
    open_player(page, site)
    assert page.evaluate("document.pictureInPictureEnabled") is True
    page.keyboard.press("i")
    expect(button(page, "Back into the page")).to_be_visible()
    assert page.evaluate("document.pictureInPictureElement.localName") == "video"
    button(page, "Back into the page").click()
    expect(button(page, "Picture in picture")).to_be_visible()

    elsewhere = visitor()
    elsewhere.add_init_script("Object.defineProperty(Document.prototype, 'pictureInPictureEnabled', { value: false })")
    open_player(elsewhere, site)
    expect(elsewhere.locator("[data-act=float]")).to_be_hidden()
    elsewhere.keyboard.press("i")
    expect(elsewhere.get_by_text("This browser has no picture in picture")).to_be_visible()


def test_a_question_mark_lists_the_keys_and_escape_gives_the_focus_back(visitor: Visitor, site: Running) -> None:
    page = visitor()
    video = open_player(page, site)
    button(page, "Settings").focus()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys of the player")
    expect(sheet).to_be_visible()
    page.keyboard.press("l")
    assert moment(video) == 0  # the sheet is not the player
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(button(page, "Settings")).to_be_focused()


def test_single_keys_outside_the_player_can_be_turned_off_and_stay_off(visitor: Visitor, site: Running) -> None:
    page = visitor()
    video = open_player(page, site)
    page.keyboard.press("?")
    page.get_by_label("Letters and digits work anywhere on this page").uncheck()
    button(page, "Close").click()
    page.reload()
    video = open_player(page, site)
    page.keyboard.press("l")
    assert moment(video) == 0
    page.locator(".player").focus()
    page.keyboard.press("l")
    assert moment(video) == pytest.approx(10, abs=0.1)


@pytest.mark.parametrize("press", ["Control+l", "Meta+k", "Alt+ArrowLeft", "Control+0"])
def test_keys_of_the_browser_stay_the_browsers(visitor: Visitor, site: Running, press: str) -> None:
    page = visitor()
    video = open_player(page, site)
    page.locator(".player").focus()
    put(video, currentTime=60)
    page.evaluate("document.addEventListener('keydown', (press) => { window.taken = press.defaultPrevented })")
    page.keyboard.press(press)
    assert page.evaluate("window.taken") is False
    assert moment(video) == 60
    assert is_paused(video)


def test_what_is_typed_into_a_field_stays_there(visitor: Visitor, site: Running) -> None:
    page = visitor()
    video = open_player(page, site)
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    page.locator("main > input").focus()
    page.keyboard.type("kill 9 jam?")
    expect(page.locator("main > input")).to_have_value("kill 9 jam?")
    assert moment(video) == 0
    assert is_paused(video)
    assert get(video, "muted") is True


def test_keys_that_scroll_the_page_scroll_it_until_the_player_has_the_focus(visitor: Visitor, site: Running) -> None:
    page = visitor(viewport={"width": 390, "height": 600}, reduced_motion="reduce")
    video = open_player(page, site)
    page.keyboard.press("End")
    until(page, lambda: bool(page.evaluate("scrollY") > 600))
    page.keyboard.press(" ")  # the player is out of sight
    assert moment(video) == 0
    assert is_paused(video)
