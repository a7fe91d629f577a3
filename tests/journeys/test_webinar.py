"""A prospect watches the recorded webinar: native player, captions, chapters, a transcript that follows and seeks."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import violations
from tests.support.running import Running

# It is about the browser; what is kept where is told on each engine by the server's own tests, and that the running
# whole works on each by those of deploy/.
pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]
TRACKS_ARE_READ = "(video) => [...video.textTracks].map((track) => (track.mode = 'hidden', track.cues?.length ?? 0))"


def watch(page: Page, site: Running) -> None:
    page.goto(site.people)
    page.get_by_role("link", name="Watch", exact=True).click()
    expect(page.locator("video")).to_be_visible()


def reaches(page: Page, seconds: float) -> None:
    """Wait until the recording plays beyond `seconds`: asked again and again, since `wait_for_function` is eval."""
    for _ in range(100):
        if page.locator("video").evaluate("(video) => video.currentTime") > seconds:
            return
        page.wait_for_timeout(100)
    pytest.fail(f"the recording never reached {seconds} s")


def test_the_recording_plays_with_sound_captions_and_chapters(visitor: Visitor, site: Running) -> None:
    page = visitor()
    watch(page, site)
    assert violations(page) == []
    page.locator("video").evaluate("(video) => { video.muted = true; return video.play() }")
    reaches(page, 1)
    assert page.locator("video").evaluate("(video) => video.duration") > 180
    assert page.locator("video").evaluate("(video) => video.videoWidth") == 1280
    for _ in range(50):
        captions, chapters = page.locator("video").evaluate(TRACKS_ARE_READ)
        if captions and chapters:
            break
        page.wait_for_timeout(100)
    assert captions > 30
    assert chapters >= 4


def test_the_transcript_seeks_and_follows(visitor: Visitor, site: Running) -> None:
    page = visitor()
    watch(page, site)
    page.locator("video").evaluate("(video) => { video.muted = true }")
    line = page.locator(".transcript-lines a").nth(20)
    at = float(line.get_attribute("data-at") or 0)
    line.click()
    reaches(page, at)
    expect(page.locator(".transcript-lines a[aria-current]")).to_have_count(1)
    expect(page.locator(".chapters a[aria-current]")).to_have_count(1)
    assert page.url.endswith("/webinars/second-message")


def test_without_scripts_a_sentence_leads_to_its_moment(visitor: Visitor, site: Running) -> None:
    page = visitor(java_script_enabled=False)
    watch(page, site)
    line = page.locator(".transcript-lines a").nth(20)
    seconds = int(float(line.get_attribute("data-at") or 0))
    line.click()
    expect(page.locator("video source")).to_have_attribute("src", f"{_video(page)}#t={seconds}")
    expect(page.locator(".transcript-lines a[aria-current]")).to_have_count(1)


def test_watching_sets_no_cookie(visitor: Visitor, site: Running) -> None:
    page = visitor()
    watch(page, site)
    assert page.context.cookies() == []


def _video(page: Page) -> str:
    return str(page.locator("video source").get_attribute("src")).partition("#")[0]
