"""A film that comes adaptively: real HLS by a real browser's Media Source, its sizes, previews and languages."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.journeys.conftest import violations
from tests.journeys.watching import button, is_paused, moment, put, until, use
from tests.support.running import Running
from tests.support.streaming import SLUG, publish_short_film

pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]


@pytest.fixture(scope="module")
def address(site: Running, tmp_path_factory: pytest.TempPathFactory) -> str:
    publish_short_film(site.environment, tmp_path_factory.mktemp("short"))
    return f"{site.people}/webinars/{SLUG}"


def watch(page: Page, address: str) -> tuple[Locator, list[str]]:
    """Open the page, silent; its video and what is asked for from the store, by name."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.split("/")[-1]) if "/media/" in request.url else None)
    page.goto(address)
    video = page.locator("video")
    expect(video).not_to_have_attribute("controls", re.compile(""))
    video.evaluate("(video) => { video.muted = true }")
    return video, asked


def test_a_film_is_streamed_sought_and_played_in_a_chosen_size(visitor: Visitor, address: str) -> None:
    page = visitor()
    video, asked = watch(page, address)
    until(page, lambda: video.evaluate("(video) => video.readyState") >= 2)
    assert str(video.evaluate("(video) => video.currentSrc")).startswith("blob:")
    assert not [name for name in asked if name.endswith(".mp4") and "init" not in name and "video" in name]
    button(page, "Play").click()
    until(page, lambda: moment(video) > 0.3)
    put(video, currentTime=20)
    until(page, lambda: moment(video) > 20.3 and not video.evaluate("(video) => video.seeking"))
    for height in ("360p", "480p"):
        use(page, "Settings")
        page.get_by_text(height, exact=True).click()
        put(video, currentTime=2)
        expect(video).to_have_js_property("videoHeight", int(height[:3]))
    assert page.evaluate("localStorage.getItem('player.quality')") == '"480"'
    page.reload()
    expect(page.get_by_role("radio", name="480p", exact=True, include_hidden=True)).to_be_checked()


def test_little_is_asked_for_before_the_first_byte_of_the_film(visitor: Visitor, address: str) -> None:
    page = visitor()
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    page.goto(address, wait_until="networkidle")
    names = [request.url.split("/")[-1] for request in asked]
    before = asked[: next(number for number, name in enumerate(names) if name.endswith((".m4s", ".mp4")))]
    assert len(before) <= 12, names
    assert sum(request.sizes()["responseBodySize"] for request in before) <= 250_000
    assert (
        1 <= len([name for name in names if name.endswith(".m4s")]) <= 2
    )  # and not all of it, unless somebody plays it
    assert "previews.vtt" in names  # but not before


def test_who_saves_data_gets_the_least_and_nothing_before_play(visitor: Visitor, address: str) -> None:
    page = visitor(extra_http_headers={"Save-Data": "on"})
    video, asked = watch(page, address)
    page.wait_for_load_state("networkidle")
    assert not [name for name in asked if name.endswith((".m3u8", ".m4s", ".mp4"))]
    page.get_by_role("slider", name="Position").hover()
    button(page, "Play").click()
    until(page, lambda: moment(video) > 0.3)
    assert video.evaluate("(video) => video.videoHeight") == 360
    assert not [name for name in asked if "sprite" in name or "preview" in name]
    assert not [name for name in asked if name.endswith(".mp4") and "init" not in name]  # nor the one file besides
    use(page, "Settings")
    expect(page.get_by_role("radio", name="Save data")).to_be_checked()


def test_a_look_ahead_shows_the_picture_and_the_chapter(visitor: Visitor, address: str) -> None:
    page = visitor()
    watch(page, address)
    slider = page.get_by_role("slider", name="Position")
    box = slider.bounding_box()
    assert box
    slider.hover(position={"x": box["width"] * 0.75, "y": box["height"] / 2})
    expect(page.locator(".player-preview")).to_be_visible()
    assert "url(" in page.locator(".player-preview").evaluate("(place) => getComputedStyle(place).backgroundImage")
    expect(page.locator(".player output")).to_have_text("0:18 The rest")
    assert violations(page) == []


def test_captions_and_transcript_are_read_in_another_language_and_stay_so(visitor: Visitor, address: str) -> None:
    page = visitor()
    watch(page, address)
    use(page, "Settings")
    assert violations(page) == []
    page.get_by_text("Español", exact=True).last.click()
    lines = page.locator(".transcript-lines")
    expect(lines).to_contain_text("Esto se dice primero.")
    page.keyboard.press("Escape")
    button(page, "Play").click()
    expect(page.locator(".player-caption span")).to_have_text("Esto se dice primero.")
    page.reload()
    expect(lines).to_contain_text("Y esto hasta el final.")
    expect(lines).to_have_attribute("lang", "es")
    page.get_by_role("searchbox", name="Find what was said").fill("hasta")
    expect(page.locator("[data-part=found]")).to_have_text("One sentence")


def test_a_link_to_a_sentence_goes_before_the_language_that_was_kept(visitor: Visitor, address: str) -> None:
    page = visitor()
    watch(page, address)
    use(page, "Settings")
    page.get_by_role("group", name="Captions in").get_by_text("Español", exact=True).click()
    lines = page.locator(".transcript-lines")
    expect(lines).to_have_attribute("lang", "es")
    page.goto(f"{address}?t=0&language=en")
    expect(page.locator(".player-caption")).to_have_attribute("lang", "en")
    expect(lines).to_have_attribute("lang", "en")
    page.goto(address)
    expect(page.locator(".player-caption")).to_have_attribute("lang", "es")


def test_where_the_stream_cannot_come_the_one_file_does(visitor: Visitor, address: str) -> None:
    page = visitor()
    page.route("**/*.m3u8", lambda route: route.fulfill(status=503))
    video, _ = watch(page, address)
    until(page, lambda: video.evaluate("(video) => video.readyState") >= 1)
    assert "/media/" in str(video.evaluate("(video) => video.currentSrc"))
    button(page, "Play").click()
    until(page, lambda: moment(video) > 0.3)
    assert not is_paused(video)


def test_without_scripts_the_one_file_is_there_to_be_played(visitor: Visitor, address: str) -> None:
    page = visitor(java_script_enabled=False)
    page.goto(f"{address}?language=es")
    assert page.locator("video source").count() == 2
    expect(page.locator("video source").first).to_have_attribute("type", "video/mp4")
    expect(page.locator("track[default]")).to_have_attribute("srclang", "es")
    expect(page.locator(".transcript-lines")).to_contain_text("Esto se dice primero.")
    with page.expect_download() as download:
        page.get_by_role("link", name="Transcript to read").click()
    assert download.value.suggested_filename == f"{SLUG}.es.txt"
