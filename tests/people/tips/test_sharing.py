"""What pages say to whoever links to them and to search engines: whole, true, and impossible to break out of."""

import json
import re
from typing import Any

import pytest

from portal.people.webinars.recording import Chapter, Line, Media, Recording
from portal.people.webinars.schema import graph_of
from portal.shared import clock
from portal.shared.structured import breadcrumbs, duration, graph
from tests.people.site import Site
from tests.people.tips.conftest import Publish

HOSTILE = "</script><script>alert(1)</script><!-- ]]> \u2028 & ' \\ \" {{ 7 }}"
TYPED = HOSTILE.replace("\u2028", "")
URL = "https://learn.people.customerhub.net"


def said_by(page: str) -> dict[str, dict[str, Any]]:
    """What the page says as data, by type."""
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    found = json.loads(data)
    assert found["@context"] == "https://schema.org"
    return {thing["@type"]: thing for thing in found["@graph"]}


def shared_by(page: str) -> dict[str, str]:
    return dict(re.findall(r'<meta property="(og:[\w:]+)" content="([^"]*)">', page))


def test_a_tip_is_an_article_that_says_where_it_stands(site: Site, publish: Publish) -> None:
    publish(('title = "Call before ten"', f"title = {json.dumps(TYPED)}"))
    page = site.get("/tips/call-before-ten").text
    things = said_by(page)
    assert things["Article"]["headline"] == TYPED
    assert things["Article"]["datePublished"] == "2026-03-03"
    assert [one["item"] for one in things["BreadcrumbList"]["itemListElement"]] == [
        f"{site.settings.url}{path}" for path in ("/", "/tips/", "/tips/call-before-ten")
    ]
    assert shared_by(page)["og:url"] == f"{site.settings.url}/tips/call-before-ten"
    assert shared_by(page)["og:type"] == "article"
    assert f'<link rel="canonical" href="{site.settings.url}/tips/call-before-ten">' in page
    assert page.count("<script") == 2  # the page's own file, and this data


def test_home_says_where_a_search_is_answered(site: Site) -> None:
    target = said_by(site.get("/").text)["WebSite"]["potentialAction"]["target"]["urlTemplate"]
    assert target == f"{site.settings.url}/webinars/search?q={{search_term_string}}"


def test_offers_and_lists_say_what_a_link_to_them_shows(site: Site) -> None:
    for path in ("/", "/webinars/", "/tips/", "/offers/", "/offers/setup-day"):
        shared = shared_by(site.get(path).text)
        assert shared["og:url"] == f"{site.settings.url}{path}"
        assert shared["og:title"]
        assert shared["og:description"]


def test_a_webinar_is_a_video_with_its_chapters_and_all_that_is_said() -> None:
    data = str(graph_of(recording(title=HOSTILE), url=URL, film=None))
    assert "<" not in data
    video = {thing["@type"]: thing for thing in json.loads(data)["@graph"]}["VideoObject"]
    assert video["name"] == HOSTILE
    assert (video["duration"], video["uploadDate"]) == ("PT1H1M5S", "2026-03-12")
    assert video["thumbnailUrl"] == f"{URL}/media/{'a' * 64}/poster.webp"
    assert [(one["@type"], one["name"]) for one in video["author"]] == [
        ("Person", "Ines Okafor-Lind"),
        ("Person", "Della Marchpane"),
    ]
    assert video["transcript"] == "Hello. Goodbye."
    assert [(clip["name"], clip["startOffset"], clip["endOffset"], clip["url"]) for clip in video["hasPart"]] == [
        ("Why", 0, 42, f"{URL}/webinars/two?t=0"),
        ("How", 42, 3665, f"{URL}/webinars/two?t=42"),
    ]


@pytest.mark.parametrize(
    ("seconds", "written"), [(0, "PT0S"), (59.9, "PT59S"), (60, "PT1M"), (3600, "PT1H"), (3665, "PT1H1M5S")]
)
def test_a_length_is_written_as_iso_8601_has_it(seconds: float, written: str) -> None:
    assert duration(seconds) == written


def test_nothing_that_a_title_holds_ends_the_script_that_it_stands_in() -> None:
    written = str(graph(breadcrumbs(URL, [(HOSTILE, "/")])))
    assert not set(written) & set("<>&'\u2028")
    assert json.loads(written)["@graph"][0]["itemListElement"][0]["name"] == HOSTILE


def recording(*, title: str) -> Recording:
    media = Media(sha256="a" * 64, name="chapters.vtt")
    lines = (Line(start=0.5, stop=2, words="Hello."), Line(start=43, stop=44, words="Goodbye."))
    return Recording(
        slug="two",
        title=title,
        summary="Two.",
        speakers=("Ines Okafor-Lind", "Della Marchpane"),
        topics=(),
        level="everyday",
        language="en",
        premiere_at=None,
        source="b" * 64,
        poster=Media(sha256="a" * 64, name="poster.webp"),
        tracks=(),
        held_on=clock.now().date().replace(year=2026, month=3, day=12),
        seconds=3665.0,
        chapter_track=media,
        chapters=(
            Chapter(start=0, stop=42.9, title="Why", lines=lines[:1]),
            Chapter(start=42.9, stop=3665, title="How", lines=lines[1:]),
        ),
        said=lines[0],
        notes_html="",
    )
