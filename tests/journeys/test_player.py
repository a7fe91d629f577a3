"""Every control of the player: by keyboard alone, by mouse, by a finger; in the page and in full screen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import violations
from tests.journeys.watching import (
    CHAPTERS,
    button,
    get,
    is_paused,
    moment,
    open_player,
    play_at,
    put,
    until,
    use,
)
from tests.support.running import Running

pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_every_control_is_reached_and_used_by_keyboard_alone(visitor: Visitor, site: Running) -> None:
    page = visitor()
    video = open_player(page, site)
    names = []
    page.locator(".player").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if not page.evaluate("document.activeElement.closest('.player') !== null"):
            break
        names.append(page.evaluate(NAME_OF_FOCUS))
    assert names == [
        "Position",
        "Play",
        "Back 10 seconds",
        "Forward 10 seconds",
        "Unmute",
        "Volume",
        "Choose a chapter",
        "Turn captions off",
        "1× Choose the speed",
        "Settings",
        "Picture in picture",
        "Full screen",
    ]
    use(page, "Play")
    expect(button(page, "Pause")).to_be_focused()
    use(page, "Pause", key=" ")  # the button's own press, not the player's as well
    expect(button(page, "Play")).to_be_focused()
    put(video, currentTime=60)
    use(page, "Back 10 seconds")
    assert moment(video) == pytest.approx(50, abs=0.1)
    use(page, "Forward 10 seconds")
    assert moment(video) == pytest.approx(60, abs=0.1)
    use(page, "Unmute")
    expect(button(page, "Mute")).to_be_focused()
    use(page, "Turn captions off", key=" ")
    expect(button(page, "Turn captions on")).to_be_focused()
    assert is_paused(video)
    page.get_by_role("slider", name="Volume").focus()
    page.keyboard.press("ArrowLeft")
    assert get(video, "volume") == pytest.approx(0.95)
    assert moment(video) == pytest.approx(60, abs=0.1)
    use(page, "Full screen")
    expect(button(page, "Leave full screen")).to_be_focused()


NAME_OF_FOCUS = """() => {
  const { ariaLabel, textContent, children } = document.activeElement
  if (ariaLabel) return ariaLabel
  const seen = [...document.activeElement.querySelectorAll('b, .player-tip')].filter((part) => part.checkVisibility())
  return seen.map((part) => part.firstChild.textContent.trim()).join(' ')
}"""


def test_the_slider_says_where_we_are_in_words_and_shows_the_chapter(visitor: Visitor, site: Running) -> None:
    page = visitor()
    video = open_player(page, site, "?t=130")
    slider = page.get_by_role("slider", name="Position")
    until(page, lambda: moment(video) >= 130 and not get(video, "seeking"))
    expect(page.locator(".transcript-lines a[aria-current]")).to_have_attribute("href", "?t=130#player")
    slider.focus()
    words = "2 minutes 10 of 3 minutes 34, chapter Three parts, and one test"
    expect(slider).to_have_attribute("aria-valuetext", words)
    page.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", words.replace("10", "5"))
    expect(page.locator(".player output")).to_have_text("2:05 Three parts, and one test")
    page.keyboard.press("0")
    expect(slider).to_have_attribute("aria-valuetext", "0 seconds of 3 minutes 34, chapter Why a second message")
    box = slider.bounding_box()
    assert box
    slider.hover(position={"x": box["width"] / 2, "y": box["height"] / 2})
    expect(page.locator(".player output")).to_have_text("1:47 Read before you write")
    slider.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    assert moment(video) == pytest.approx(107, abs=1)


def test_a_chapter_is_chosen_from_the_menu_by_keys(visitor: Visitor, site: Running) -> None:
    page = visitor()
    video = open_player(page, site)
    use(page, "Choose a chapter")
    menu = page.get_by_role("group", name="Chapters")
    expect(menu.get_by_role("link", name="Why a second message")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(menu).to_be_hidden()
    expect(button(page, "Choose a chapter")).to_be_focused()
    assert moment(video) == pytest.approx(CHAPTERS[2], abs=1)
    use(page, "Choose a chapter")
    expect(menu.locator("[aria-current]")).to_contain_text("Read before you write")
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button(page, "Choose a chapter")).to_be_focused()


def test_a_speed_is_chosen_from_the_menu_and_kept(visitor: Visitor, site: Running) -> None:
    page = visitor()
    video = open_player(page, site)
    use(page, "1× Choose the speed")
    expect(page.get_by_role("radio", name="1×, as recorded")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert get(video, "playbackRate") == 1.5
    page.keyboard.press("Escape")
    expect(button(page, "1.5× Choose the speed")).to_be_focused()
    page.reload()
    video = open_player(page, site)
    expect(button(page, "1.5× Choose the speed")).to_be_visible()
    assert get(video, "playbackRate") == 1.5
    button(page, "1.5× Choose the speed").click()
    page.get_by_text("0.75×").click()
    expect(page.get_by_role("group", name="Speed")).to_be_hidden()
    assert get(video, "playbackRate") == 0.75


def test_captions_are_shown_above_the_controls_in_the_size_that_was_chosen(visitor: Visitor, site: Running) -> None:
    page = visitor()
    video = open_player(page, site)
    caption = page.locator(".player-caption span")
    use(page, "Settings")
    expect(page.get_by_role("radio", name="Medium")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Escape")
    play_at(page, video, 2)
    expect(caption).to_contain_text("and this is about the second message")
    medium = height_of_letters(caption)
    page.keyboard.press("f")
    expect(button(page, "Leave full screen")).to_be_visible()
    assert bottom_of(caption) <= top_of(page.locator(".player-bar"))
    page.keyboard.press("f")
    use(page, "Settings")
    expect(page.get_by_role("radio", name="Medium")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    page.reload()
    video = open_player(page, site)
    play_at(page, video, 2)
    expect(caption).to_contain_text("and this is about the second message")
    assert height_of_letters(caption) > medium
    page.keyboard.press("c")
    expect(caption).to_be_hidden()
    page.reload()
    open_player(page, site)
    expect(button(page, "Turn captions on")).to_be_visible()


def height_of_letters(line: Locator) -> float:
    return float(line.evaluate("(line) => parseFloat(getComputedStyle(line).fontSize)"))


def bottom_of(part: Locator) -> float:
    return float(part.evaluate("(part) => part.getBoundingClientRect().bottom"))


def top_of(part: Locator) -> float:
    return float(part.evaluate("(part) => part.getBoundingClientRect().top"))


def test_in_full_screen_the_controls_go_while_it_plays_and_come_back(visitor: Visitor, site: Running) -> None:
    page = visitor()
    video = open_player(page, site)
    bar = page.locator(".player-bar")
    button(page, "Full screen").click()
    page.keyboard.press("k")
    page.mouse.move(300, 200)
    expect(bar).to_have_css("opacity", "0")
    page.mouse.move(310, 210)
    expect(bar).to_have_css("opacity", "1")
    page.keyboard.press("Tab")
    for _ in range(8):
        page.wait_for_timeout(500)
        expect(bar).to_have_css("opacity", "1")  # a focus inside keeps them
    page.keyboard.press("f")
    expect(button(page, "Full screen")).to_be_visible()
    assert not is_paused(video)


def test_a_finger_uses_a_phone(visitor: Visitor, site: Running) -> None:
    page = visitor(**PHONE)
    video = open_player(page, site)
    for control in page.locator(".player-bar :is(button, input):visible").all():
        box = control.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44, control.get_attribute("data-act")
    before = page.locator(".player").bounding_box()
    video.tap()
    until(page, lambda: not is_paused(video))
    expect(page.locator(".player-caption span")).not_to_be_empty()
    assert page.locator(".player").bounding_box() == before
    video.tap()
    until(page, lambda: is_paused(video))
    button(page, "Choose a chapter").tap()
    page.get_by_role("group", name="Chapters").get_by_role("link", name="Your turn").tap()
    expect(page.get_by_role("group", name="Chapters")).to_be_hidden()
    until(page, lambda: moment(video) >= CHAPTERS[5])
    button(page, "Full screen").tap()
    bar = page.locator(".player-bar")
    expect(bar).to_have_css("opacity", "0")
    page.touchscreen.tap(200, 300)
    expect(bar).to_have_css("opacity", "1")
    assert not is_paused(video)  # the first touch only calls the controls
    page.touchscreen.tap(200, 300)
    until(page, lambda: is_paused(video))
    page.wait_for_timeout(3500)
    expect(bar).to_have_css("opacity", "1")
