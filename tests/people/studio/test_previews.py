"""A page previewed as of a moment and as a reader: as visitors will see it, marked, and without any effect."""

import json
import re
from dataclasses import asdict
from datetime import timedelta

import pytest

from portal.people.moments.moment import Poll
from portal.people.publications import records
from portal.people.studio.previewing import PAGES, READERS
from portal.shared import clock
from tests.people.browser import Browser
from tests.people.site import CLEO, Site
from tests.people.studio.test_publications import TIP, publish, recording

TO_COME = timedelta(days=9)
WEBINAR = "/webinars/ask"
OUTSIDE = re.compile(
    "/(static|media|studio|offers|privacy|questions|stop|sign-|account|_outbox|feed|webinars/(resume|attention))"
)


@pytest.fixture
def mara(site: Site) -> Browser:
    """A marketer; a tip that will say something else in nine days, and a webinar that comes then."""
    now = clock.now()
    publish(site, title="As it is")
    publish(site, title="As it will be", later=TO_COME)
    with site.database.transaction() as db:
        records.publish(
            db, kind="webinar", slug="ask", content=recording(), by="Mara", now=now, public_from=now + TO_COME
        )
    return Browser(site).by_start_link(role="marketer", email=CLEO)


def at(later: timedelta) -> str:
    return f"{clock.now() + later:%Y-%m-%dT%H:%MZ}"


def address(page: str, *, later: timedelta = timedelta(days=10), reader: str = "visitor") -> str:
    return f"/studio/previews/{at(later)}/{reader}{page}"


def test_a_page_is_shown_as_of_a_moment_to_come_and_of_one_before(mara: Browser) -> None:
    assert "As it is" in mara.get(f"/studio/previews/now/visitor/tips/{TIP}").text
    assert "As it will be" in mara.get(address(f"/tips/{TIP}")).text
    assert mara.get(address(f"/tips/{TIP}", later=timedelta(days=-1))).status_code == 404
    assert WEBINAR not in mara.get("/webinars/").text
    assert WEBINAR in mara.get(address("/webinars/")).text
    assert WEBINAR in mara.get(address("/")).text
    assert "Ask them." in mara.get(address(WEBINAR)).text
    assert mara.get(address(f"{WEBINAR}/transcript.txt")).headers["Content-Disposition"]
    assert mara.get(WEBINAR).status_code == 404


def test_it_is_marked_and_neither_kept_nor_listed(mara: Browser) -> None:
    for page in (WEBINAR, "/webinars/nothing", f"{WEBINAR}/film.json"):
        answer = mara.get(address(page))
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
    page = mara.get(address(WEBINAR)).text
    assert "<title>Preview: Ask" in page
    assert '<section class="preview-bar"' in page
    assert "Nothing that is done here is counted, kept or sent." in page
    assert '<section class="preview-bar"' in mara.get(address("/webinars/nothing")).text


def test_links_stay_in_the_preview_as_far_as_it_goes(mara: Browser) -> None:
    root = address("")
    for page in ("/", "/webinars/", WEBINAR, "/tips/", f"/tips/{TIP}"):
        html = mara.get(address(page)).text
        for link in re.findall(r'(?:href|action|data-making)="(/[^"]*)"', html.partition("</section>")[2]):
            is_outside = re.match(
                r"/(static|media|studio|offers|privacy|questions|stop|sign-|account|_outbox|feed|webinars/(resume|attention))",
                link,
            )
            assert link.startswith(f"{root}/") or is_outside, link
    assert f'href="{root}{WEBINAR}/transcript.txt"' in mara.get(address(WEBINAR)).text


def test_each_reader_sees_their_own(mara: Browser) -> None:
    visitor = mara.get(address(WEBINAR)).text
    assert ">Sign in</a>" in visitor
    assert "This page set no cookie" in visitor
    person = mara.get(address(WEBINAR, reader="person")).text
    assert ">Account</a>" in person
    assert "data-watched" not in person
    assert "Go on with another device" not in person
    policy = mara.get(address(WEBINAR, reader="person-without-scripts")).headers["Content-Security-Policy"]
    assert "sandbox allow-forms" in policy
    assert "allow-scripts" not in policy
    assert "sandbox" not in mara.get(address(WEBINAR)).headers["Content-Security-Policy"].replace("http://sandbox", "")


def test_nothing_can_be_sent_from_it(mara: Browser) -> None:
    site = mara.site.settings.url
    for reader in READERS:
        policy = dict(
            part.split(" ", 1)
            for part in mara.get(address(WEBINAR, reader=reader)).headers["Content-Security-Policy"].split("; ")
        )
        assert policy["connect-src"] == f"{site}/studio/previews/ {site}/media/"
        assert policy["form-action"].split()[0] == f"{site}/studio/previews/"
    sent = mara.post(address(f"{WEBINAR}/watched"), position="12")
    assert sent.status_code == 409
    assert "A preview sends nothing" in sent.text


def test_a_poll_of_a_webinar_to_come_is_looked_at_and_counts_nothing(mara: Browser) -> None:
    poll = Poll(at=1, title="Whom first?", choices=("Her", "Him"))
    content = json.dumps(json.loads(recording()) | {"moments": [asdict(poll)]})
    with mara.site.database.transaction() as db:
        records.publish(db, kind="webinar", slug="ask", content=content, by="Mara", now=clock.now() + TO_COME * 2)
    later = address(f"{WEBINAR}/polls/{poll.id}", later=TO_COME * 3)
    assert f'action="{later}"' in mara.get(address(WEBINAR, later=TO_COME * 3)).text
    assert "Whom first?" in mara.get(later).text
    assert mara.post(later, choice="1").status_code == 409
    assert mara.site.count("ballots") == 0


def test_looking_leaves_no_trace(mara: Browser) -> None:
    mara.get(address("/webinars/"))
    before = mara.site.dump()
    for page in ("/", "/webinars/", WEBINAR, f"{WEBINAR}/film.json", "/webinars/search?q=ask", f"/tips/{TIP}"):
        for reader in READERS:
            mara.get(address(page, reader=reader))
    assert mara.site.dump() == before
    assert "As it is" in mara.get(f"/tips/{TIP}").text


def test_a_moment_and_a_reader_are_chosen_in_a_form(mara: Browser) -> None:
    where = "/studio/previews/"
    assert mara.get(where).status_code == 200
    chosen = mara.get(f"{where}?page={WEBINAR}?language=en&at=2026-12-24T18:00&as=person").location
    assert chosen == f"/studio/previews/2026-12-24T18:00Z/person{WEBINAR}?language=en"
    assert mara.get(f"{where}?page=/tips/&at=&as=visitor").location == "/studio/previews/now/visitor/tips/"
    copied = mara.get(f"{where}?page={mara.site.settings.url}/tips/&at=now&as=visitor")
    assert copied.location == "/studio/previews/now/visitor/tips/"
    wrong = mara.get(f"{where}?page=/tips/&at=soon&as=visitor")
    assert wrong.status_code == 422
    assert "Type a day and a time" in wrong.text


@pytest.mark.parametrize(
    "path",
    [
        "?page=/account&at=&as=visitor",
        "?page=//elsewhere.example/&at=&as=visitor",
        "?page=https://elsewhere.example/tips/&at=&as=visitor",
        "?page=/tips/&at=&as=mara",
        "now/visitor/studio/",
        "now/visitor/studio/previews/now/visitor/",
        "now/mara/tips/",
        "0001-01-01T00:00Z/visitor/tips/",
        "9999-12-31T23:59Z/visitor/tips/",
        "2026-13-45/visitor/tips/",
    ],
)
def test_what_cannot_be_previewed_says_what_can(mara: Browser, path: str) -> None:
    answer = mara.get(f"/studio/previews/{path}")
    assert answer.status_code == 404
    assert "There is no such preview" in answer.text


def test_every_page_it_names_is_one_that_only_reads(site: Site) -> None:
    rules = {rule.endpoint: rule.methods or set() for rule in site.app.url_map.iter_rules()}
    for endpoint in PAGES:
        assert rules[endpoint] == {"GET", "HEAD", "OPTIONS"}, endpoint
