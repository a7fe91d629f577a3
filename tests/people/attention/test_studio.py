"""How a webinar is watched, in the studio: by second, by sentence, as a file, and for staff alone."""

import csv
from io import StringIO

import pytest

from portal.people.attention.sample import add_sample_viewings
from portal.people.webinars.library import find_webinar
from tests.people.attention.conftest import SLUG, Cinema
from tests.people.browser import Browser
from tests.people.quick import quick_passwords
from tests.people.site import Site
from tests.people.webinars.conftest import CAPTIONS, NOW

__all__ = ["quick_passwords"]

PAGE = f"/studio/webinars/{SLUG}/attention"


@pytest.fixture
def mara(cinema: Cinema) -> Browser:
    return Browser(Site(cinema.studio.app)).by_start_link("marketer")


def test_before_there_are_five_it_says_why_there_is_nothing(cinema: Cinema, mara: Browser) -> None:
    for _ in range(4):
        cinema.watch(0, 1)
    cinema.wait(days=2)
    page = mara.get(PAGE)
    assert page.status_code == 200
    assert "Nothing is shown before five viewings are closed." in page.text
    assert "%" not in page.text
    assert mara.get(f"{PAGE}.csv").text.splitlines() == ["second,covered_by_nearest_5,of_viewings,share"]


def test_with_five_it_shows_the_strip_and_each_sentence_with_its_share(cinema: Cinema, mara: Browser) -> None:
    for _ in range(5):
        cinema.watch(0, 1, 2)
    cinema.wait(days=2)
    page = mara.get(PAGE).text
    assert "5 viewings" in page
    assert "50 % of it covered on average" in page
    assert "67 in a hundred leave before “How”" not in page
    assert 'd="M0 1V0H3V1H6V1Z"' in page
    first, second = page.split("A second message")[1], page.split("It is a new")[1]
    assert "100 %" in first[:300]
    assert "33 %" in second[:300]
    assert mara.get(page.split('href="')[1].split('"')[0]).status_code == 200
    rows = list(csv.DictReader(StringIO(mara.get(f"{PAGE}.csv").text)))
    assert [row["covered_by_nearest_5"] for row in rows] == ["5", "5", "5", "0", "0", "0"]
    assert {row["of_viewings"] for row in rows} == {"5"}


def test_each_version_of_the_film_is_counted_by_itself(cinema: Cinema, mara: Browser) -> None:
    for _ in range(5):
        cinema.watch(0)
    cinema.wait(days=2)
    before = cinema.film
    (cinema.studio.folder / "recording.mp4").write_bytes(b"filmed again")
    (cinema.studio.folder / "captions.en.vtt").write_text(CAPTIONS.replace("reminder", "nudge"))
    cinema.studio.publish()
    page = mara.get(PAGE).text
    assert "Nothing to show yet" in page
    assert f"{PAGE}?film={before}" in page
    older = mara.get(f"{PAGE}?film={before}").text
    assert "5 viewings" in older
    assert "a reminder" in older
    assert f"{PAGE}.csv?film={before}" in older


def test_it_is_for_staff_and_for_webinars_that_were_public(cinema: Cinema, mara: Browser) -> None:
    assert cinema.client.get(PAGE).status_code in (302, 303)
    assert cinema.client.get(f"{PAGE}.csv").status_code in (302, 303)
    for bad in ("/studio/webinars/nothing/attention", f"{PAGE}?film=nothing", f"{PAGE}.csv?film=0"):
        answer = mara.get(bad)
        assert answer.status_code == 404
        assert "first page lists what is public" in answer.text


def test_who_works_here_is_not_counted_nor_is_a_preview(cinema: Cinema, mara: Browser) -> None:
    assert " data-staff" not in cinema.client.get(f"/webinars/{SLUG}").text
    for page in (f"/webinars/{SLUG}", f"/studio/previews/now/visitor/webinars/{SLUG}"):
        assert " data-staff" in mara.get(page).text, page


def test_the_sample_is_marked_as_invented_and_added_once(cinema: Cinema, mara: Browser) -> None:
    with cinema.studio.database.transaction() as db:
        webinar = find_webinar(db, SLUG, now=NOW)
        assert webinar
        assert add_sample_viewings(db, webinar=webinar, today=NOW.date())
        assert not add_sample_viewings(db, webinar=webinar, today=NOW.date())
    page = mara.get(PAGE).text
    assert "These viewings are invented" in page
    assert "60 viewings" in page
