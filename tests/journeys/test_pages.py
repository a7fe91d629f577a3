"""Every public page: nothing for axe to find, nothing too wide, nothing from another site, light to load."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Response, expect

from tests.journeys.conftest import violations
from tests.support.running import Running
from tests.support.waiting import eventually

# It is about the browser; what is kept where is told on each engine by the server's own tests, and that the running
# whole works on each by those of deploy/.
pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]

PEOPLE = ["/", "/webinars/", "/webinars/second-message", "/offers/", "/offers/setup-day", "/sign-up"]
PEOPLE += ["/privacy", "/privacy/separation", "/questions", "/nothing-here", "/confirm/x", "/opt-out/x", "/_patterns"]
PEOPLE += ["/sign-in", "/sign-in/sent", "/sign-in/staff", "/sign-in/link/x", "/sign-out"]
PEOPLE += ["/offers/second-month", "/offers/spring-table", "/offers/winter-cards", "/offers/spring-table/remind"]
PEOPLE += ["/tips/", "/tips/stages-with-rules", "/paths/", "/paths/first-look-to-first-habit", "/certificates/verify"]
PEOPLE += ["/stop", "/receipts/verify", "/forms/webinar-invitations", "/forms/webinar-invitations/embed", "/why/x"]
SANDBOX = ["/", "/leads", "/nothing-here", "/resume/x", "/shapes", "/_patterns"]


@pytest.mark.parametrize("address", PEOPLE)
def test_a_page_of_the_people_side_is_whole(visitor: Visitor, site: Running, address: str) -> None:
    page = visitor()
    page.goto(site.people + address)
    expect(page.locator("h1")).to_have_count(1)
    assert violations(page) == []
    assert page.context.cookies() == []


@pytest.mark.parametrize("address", SANDBOX)
def test_a_page_of_the_sandbox_is_whole_and_says_that_it_is_practice(
    visitor: Visitor, site: Running, address: str
) -> None:
    page = visitor()
    page.goto(site.sandbox + address)
    expect(page.locator("h1")).to_have_count(1)
    expect(page.get_by_text("Practice data: everyone here is invented")).to_be_visible()
    assert violations(page) == []


def test_the_home_page_is_light(visitor: Visitor, site: Running) -> None:
    page = visitor()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(site.people, wait_until="networkidle")
    page.mouse.wheel(0, 5000)
    page.wait_for_load_state("networkidle")
    sizes = {
        answer.url: sum(answer.request.sizes()[part] for part in ("responseBodySize", "responseHeadersSize"))
        for answer in answers
    }
    assert len(answers) <= 10, list(sizes)
    assert sum(sizes.values()) <= 100_000, sizes


def test_home_shows_the_crm_the_webinar_the_offer_and_the_promise(visitor: Visitor, site: Running) -> None:
    page = visitor()
    page.goto(site.people)
    expect(page.locator(".glimpse tbody tr")).to_have_count(5)
    for heading in ("Newest webinar", "One offer", "Our promise"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    assert not page.locator("input[type=email]").count()


def test_the_separation_page_shows_the_last_check_with_its_counts(visitor: Visitor, site: Running) -> None:
    page = visitor()
    eventually(lambda: page.goto(f"{site.people}/privacy/separation") and page.locator("li.claim").count())  # at start
    expect(page.locator("[data-verdict=fails]")).to_have_count(0)
    assert page.locator("li.claim").count() >= 10
    assert violations(page) == []
