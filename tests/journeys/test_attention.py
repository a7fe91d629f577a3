"""What is watched: counted by the browser, shown to the viewer first, sent without a name, taken back by a press."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Request, expect
from sqlalchemy import select

from portal.people.attention.models import Viewing
from portal.people.attention.seconds import bits_of, read_covered
from portal.people.database import Database
from portal.people.settings import load_settings
from tests.journeys.conftest import violations
from tests.journeys.watching import button, moment, open_player, put, until
from tests.support.running import Running

pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]
KEPT = "JSON.parse(localStorage.getItem('attention.second-message'))"
HIDE = "Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })"
SHOW = "delete document.visibilityState"
TELL = "document.dispatchEvent(new Event('visibilitychange'))"
GPC = "Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })"


def play(page: Page, video: Locator, start: float, stop: float, *, speed: float = 2) -> None:
    """Play that much of the film."""
    put(video, currentTime=start, playbackRate=speed)
    video.evaluate("(video) => video.play()")
    until(page, lambda: moment(video) >= stop)
    video.evaluate("(video) => video.pause()")


def own(page: Page, length: int) -> set[int]:
    """The seconds of the viewer's own strip."""
    until(page, lambda: page.evaluate(KEPT) is not None)
    bits = int.from_bytes(read_covered(page.evaluate(KEPT)["own"], seconds=length), "little")
    return {second for second in range(length) if bits >> second & 1}


def length_of(page: Page) -> int:
    """How many seconds the film has."""
    return int(str(page.locator("[data-attention]").get_attribute("data-seconds")))


def stored(site: Running) -> list[bytes | None]:
    """What the server knows of each viewing."""
    database = Database(load_settings(site.environment).database_url)
    with database.reading() as db:
        found = list(db.scalars(select(Viewing.covered)))
    database.close()
    return found


def listen(page: Page) -> list[Request]:
    """The requests about attention, as they come."""
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "/webinars/attention/" in request.url else None)
    return asked


def test_only_what_was_played_and_seen_counts_and_it_leaves_last_and_is_taken_back_by_a_press(
    visitor: Visitor, site: Running
) -> None:
    page = visitor()
    asked, before = listen(page), stored(site)
    video, strip = open_player(page, site), page.get_by_role("region", name="What you watched")
    length = length_of(page)
    expect(strip).to_contain_text("0:00 of")
    expect(strip.get_by_role("button", name="Delete")).to_be_disabled()
    play(page, video, 0, 3.4)
    page.evaluate(f"{HIDE}; {TELL}")
    play(page, video, 30, 33)  # in a hidden tab, say
    page.evaluate(f"{SHOW}; {TELL}")
    play(page, video, 60, 62.4)
    covered = own(page, length)
    assert {0, 1, 2, 60, 61} <= covered <= {0, 1, 2, 3, 60, 61, 62}
    expect(strip).to_contain_text(f"0:0{len(covered)} of")
    assert violations(page) == []

    strip.scroll_into_view_if_needed()
    page.goto(f"{site.people}/webinars/attention")
    until(page, lambda: len(stored(site)) == len(before) + 1)
    (sent,) = [one for one in stored(site) if one not in before]
    assert sent == bits_of(covered, seconds=length)

    open_player(page, site)
    expect(strip).to_contain_text("Counted among others")
    button(page, "Keep it to myself").click()
    expect(strip).to_contain_text("You keep it to yourself")
    until(page, lambda: sent not in stored(site))
    expect(strip).to_contain_text(f"0:0{len(covered)} of")
    strip.get_by_role("button", name="Delete").click()
    expect(strip).to_contain_text("0:00 of")
    assert page.evaluate(KEPT) is None
    assert [request.method for request in asked] == ["GET", "POST"]  # what is sent on leaving is told to nobody here
    for request in asked:
        assert "cookie" not in request.all_headers()


@pytest.mark.parametrize("way", ["asks not to be measured", "saves data", "keeps it to themselves"])
def test_nothing_leaves_of_who_said_no_and_the_strip_is_theirs(visitor: Visitor, site: Running, way: str) -> None:
    saves_data = way == "saves data"
    page = visitor(extra_http_headers={"Save-Data": "on"} if saves_data else {})
    if way == "asks not to be measured":
        page.add_init_script(GPC)
    asked = listen(page)
    video, strip = open_player(page, site, saves_data=saves_data), page.get_by_role("region", name="What you watched")
    if way == "keeps it to themselves":
        button(page, "Keep it to myself").click()
        expect(button(page, "Keep it to myself")).to_have_attribute("aria-pressed", "true")
    else:
        expect(button(page, "Keep it to myself")).to_be_hidden()
    expect(strip).to_contain_text(re.compile("nothing is sent"))
    play(page, video, 0, 2.4, speed=1)  # so that a busy machine has time to tell when it began
    assert own(page, length_of(page)) == {0, 1}
    page.goto(f"{site.people}/webinars/attention")
    open_player(page, site, saves_data=saves_data)
    expect(strip).to_contain_text("0:02 of")
    assert asked == []
