"""Moments on the page of a webinar: all of them are there without scripts, under their chapters."""

import re
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from portal.people.offers.places import find_standing, give_place
from portal.people.offers.publishing import withdraw_offer
from portal.shared import clock
from tests.people.site import Site, first
from tests.people.webinars.conftest import NOW, Studio
from tests.people.webinars.test_moment_files import MOMENTS, write

PAGE = "/webinars/second-message"


@pytest.fixture
def watched(studio: Studio) -> FlaskClient:
    write(studio.folder)
    studio.publish()
    studio.finish_film()
    return studio.app.test_client(use_cookies=False)


def test_each_stands_under_its_chapter_with_its_time(watched: FlaskClient) -> None:
    page = watched.get(PAGE).text
    moments = page[page.index('aria-labelledby="moments"') : page.index('id="try"')]
    order = re.findall(r"<h3>([^<]+)</h3>|data-part=\"title\">([^<]+)<", moments)
    assert ["".join(one) for one in order] == [
        *("Why", "Is it a reminder?", "How many do you write?"),
        *("How", "One sheet", "Sit with us", "Find them"),
    ]
    assert 'href="?t=3#player"' in moments
    assert page.count('class="moment-mark"') == 5


def test_a_question_answers_without_a_script_and_sends_nothing(watched: FlaskClient) -> None:
    page = watched.get(PAGE).text
    question = page[page.index('class="answers"') : page.index('data-kind="poll"')]
    assert "<form" not in question
    assert re.search(r'data-right="no">\s*<summary>.*Yes</summary>\s*<p><b>Not quite.</b> A reminder', question, re.S)
    assert re.search(
        r'data-right="yes">\s*<summary>.*No</summary>\s*<p><b>Right.</b> It is a new reason', question, re.S
    )
    assert 'href="?t=2#player"' in question


def test_a_download_says_what_it_is_and_stands_with_the_files_too(watched: FlaskClient) -> None:
    page = watched.get(PAGE).text
    assert len(re.findall(r"/media/[0-9a-f]{64}/sheet\.pdf", page)) == 2
    assert page.count("PDF, 16 bytes") == 2


def test_a_door_opens_the_sandbox_at_its_page_and_carries_nothing_else(watched: FlaskClient) -> None:
    page = watched.get(PAGE).text
    door = first(r'(?s)<form method="post" action="[^"]+/drives" target="_blank".*?</form>', page)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', door))
    assert fields == {"scenario": "fernhollow-cycles", "page": "/leads?f=stage:is:Proposal"}
    assert "csrf" not in door


def test_hostile_words_are_shown_as_they_were_typed(studio: Studio) -> None:
    write(studio.folder, MOMENTS.replace("Find them", "<img src=x onerror=alert(1)>").replace('"One",', '"<b>One",'))
    studio.publish()
    page = studio.app.test_client().get(PAGE).text
    assert "<img src=x" not in page
    assert "<b>One" not in page
    assert "&lt;b&gt;One" in page


def test_while_the_film_is_made_its_moments_are_there_and_the_line_under_the_picture_is_not(studio: Studio) -> None:
    write(studio.folder)
    studio.publish()
    page = studio.app.test_client().get(PAGE).text
    assert 'data-making="' in page
    assert page.count('class="moment"') == 5
    assert "data-now" not in page


def test_a_webinar_without_moments_says_nothing_of_them(client: FlaskClient) -> None:
    page = client.get(PAGE).text
    assert "moment-now" not in page
    assert 'id="moments"' not in page


def offer_card(studio: Studio) -> str:
    client = studio.app.test_client(use_cookies=False)
    page = client.get(PAGE, headers={"Cookie": "any=1"}).text  # drawn anew, and not kept
    return " ".join(first(r'(?s)data-kind="offer".*?</details>', page).split())


def test_an_offer_says_how_it_stands_when_the_page_is_drawn(studio: Studio, watched: FlaskClient) -> None:
    assert "60 of 60 places left" in offer_card(studio)
    today = clock.now().date()
    with studio.database.transaction() as db:
        offer, now = find_standing(db, ["setup-day"], today=today)["setup-day"]
        for number in range(60):
            give_place(db, offer=offer, round_key=now.round.key, person_id=f"person-{number}", now=NOW)
    card = offer_card(studio)
    assert "All places of this round are taken. The next one opens on" in card
    assert 'href="/offers/setup-day"' in card
    with studio.database.transaction() as db:
        withdraw_offer(db, "setup-day", by="Mara", now=NOW)
    card = offer_card(studio)
    assert "This offer is not open any more." in card
    assert 'href="/offers/"' in card


def test_offers_that_are_over_or_to_come_say_when(studio: Studio) -> None:
    ended, to_come = MOMENTS.replace("setup-day", "winter-cards"), MOMENTS.replace("setup-day", "spring-table")
    write(studio.folder, ended)
    studio.publish()
    assert "It ended on" in offer_card(studio)
    write(studio.folder, to_come)
    studio.publish()
    assert "It opens on" in offer_card(studio)


def test_how_offers_stand_is_the_same_for_one_and_for_many(site: Site) -> None:
    from portal.people.offers.places import list_available

    for today in (date(2026, 1, 20), date(2026, 11, 26), date(2027, 3, 2)):
        with site.database.reading() as db:
            each = {offer.slug: (offer, now) for offer, now in list_available(db, today=today)}
            assert find_standing(db, list(each), today=today) == each
            assert find_standing(db, [], today=today) == {}


def statements(studio: Studio, client: FlaskClient) -> int:
    """How many statements the page takes that is drawn for one visitor."""
    told: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        told.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert client.get(PAGE, headers={"Cookie": "any=1"}).status_code == 200
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return len(told)


def test_moments_cost_the_page_one_statement_and_none_where_no_offer_is_among_them(studio: Studio) -> None:
    studio.publish()
    studio.finish_film()
    client = studio.app.test_client(use_cookies=False)
    before = statements(studio, client)
    without = MOMENTS.replace('kind = "offer"', 'kind = "download"').replace(
        'offer = "setup-day"', 'file = "downloads/sheet.pdf"'
    )
    write(studio.folder, without)
    studio.publish()
    assert statements(studio, client) == before
    write(studio.folder)
    studio.publish()
    assert statements(studio, client) == before + 1
