"""A form of ours in a page of somebody else: framed by the lines to copy, or drawn by that page and posted."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from portal.people.forms.catalog import find_form
from portal.people.forms.snippets import snippets
from tests.journeys.conftest import SCHEMES, WIDTHS, found_by_axe, violations
from tests.journeys.test_offer import newest_mail
from tests.support.browser import Visitor, visitors
from tests.support.running import Running

pytestmark = pytest.mark.one_engine

FORM = "webinar-invitations"


class Foreign:
    """Somebody's site on another origin, whose one page holds what it is told to."""

    def __init__(self) -> None:
        foreign = self
        self.body = ""

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                head = "<!doctype html><html lang=en><meta charset=utf-8><title>A shop</title>"
                head += '<meta name=viewport content="width=device-width"><h1>A shop</h1>'
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(f"{head}{foreign.body}".encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def foreign() -> Iterator[Foreign]:
    somebody = Foreign()
    yield somebody
    somebody.server.shutdown()
    somebody.server.server_close()


@pytest.fixture
def guest(browser: Browser, site: Running, foreign: Foreign) -> Iterator[Visitor]:
    """A visitor of the foreign page."""
    with visitors(browser, site.people, foreign.origin) as open_profile:
        yield open_profile


def test_the_lines_to_copy_put_the_form_into_a_page_as_high_as_it_needs(
    guest: Visitor, site: Running, foreign: Foreign
) -> None:
    foreign.body = snippet(site, "In your page")
    page = guest(viewport={"width": 390, "height": 800})
    page.goto(foreign.origin)
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Be told when a webinar is out")).to_be_visible()
    expect(frame.get_by_role("checkbox")).not_to_be_checked()
    assert as_high_as_its_form(page)
    assert in_frame_violations(page) == []
    fill_in(frame, "frame@people.customerhub.net")
    expect(frame.locator("input[name=altcha]")).not_to_have_value("")
    frame.get_by_role("button", name="Tell me").click()
    expect(frame.get_by_role("heading", name="Check your mail")).to_be_visible()
    assert as_high_as_its_form(page)
    assert page.context.cookies() == []
    newest_mail(page, site, "frame@people.customerhub.net")
    expect(page.get_by_text("Confirm your e-mail address").first).to_be_visible()


def test_without_scripts_the_frame_works_all_the_same(guest: Visitor, site: Running, foreign: Foreign) -> None:
    foreign.body = snippet(site, "In your page, without a script")
    page = guest(java_script_enabled=False)
    page.goto(foreign.origin)
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Tell me").click()
    expect(frame.get_by_text("Type your e-mail address.").first).to_be_visible()
    fill_in(frame, "plain@people.customerhub.net")
    frame.get_by_role("button", name="Tell me").click()
    expect(frame.get_by_role("heading", name="Check your mail")).to_be_visible()


def test_a_page_draws_the_form_itself_and_posts_what_was_ticked(
    guest: Visitor, site: Running, foreign: Foreign
) -> None:
    lines = snippet(site, "A form of your own, in your page").replace("ada@", "drawn@")
    foreign.body = f"<p id=said></p><script type=module>{lines}\nsaid.textContent = answer.status</script>"
    page = guest()
    page.goto(foreign.origin)
    expect(page.locator("#said")).to_have_text("202")
    newest_mail(page, site, "drawn@people.customerhub.net")


def test_no_other_page_of_ours_lets_itself_be_framed(browser: Browser, site: Running, foreign: Foreign) -> None:
    foreign.body = f'<iframe src="{site.people}/forms/{FORM}"></iframe>'
    page = browser.new_page()
    page.goto(foreign.origin)
    expect(page.frame_locator("iframe").get_by_role("heading", name="Be told")).to_have_count(0)
    page.context.close()


def test_a_hosted_form_is_sound_and_its_proof_is_ready_before_the_press(visitor: Visitor, site: Running) -> None:
    page = visitor()
    page.goto(f"{site.people}/forms/{FORM}")
    assert violations(page) == []
    page.get_by_label("Your name").fill("Ada")
    expect(page.locator("input[name=altcha]")).not_to_have_value("")
    expect(page.locator("input[name=website]")).not_to_be_in_viewport()
    page.get_by_label("E-mail address").fill("hosted@people.customerhub.net")
    page.get_by_role("button", name="Tell me").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    assert violations(page) == []


def snippet(site: Running, name: str) -> str:
    written = find_form(FORM)
    assert written
    return next(one.text for one in snippets(written, url=site.people) if one.name == name)


def fill_in(frame: FrameLocator, email: str) -> None:
    frame.get_by_label("Your name").fill("Ada Lindqvar")
    frame.get_by_label("E-mail address").fill(email)
    frame.get_by_role("checkbox").check()


def as_high_as_its_form(page: Page) -> bool:
    """The frame needs no scroll bar, and stands no more than a little above what it holds."""
    inner = page.frames[1]
    for _ in range(50):
        page.wait_for_timeout(50)
        frame = page.locator("iframe").bounding_box()
        assert frame
        needed = inner.evaluate("document.querySelector('main').getBoundingClientRect().bottom")
        if 0 <= frame["height"] - needed <= 40:
            return True
    return False


def in_frame_violations(page: Page) -> list[str]:
    """What axe finds within the frame, light and dark, and whether it is wider than it was given."""
    found = []
    for width in WIDTHS:
        for scheme in SCHEMES:
            inner = page.frames[1]
            found += [f"{width} {scheme}: {one['id']}" for one in found_by_axe(page, width, scheme, frame=inner)]
            wide = inner.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            found += [f"{width} {scheme}: {wide} pixels wider than its frame"] if wide > 0 else []
    page.set_viewport_size({"width": 390, "height": 800})
    return found
