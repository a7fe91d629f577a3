"""Polls: one answer a browser, changed and taken back at will, told from five on, and nobody's in particular."""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.people.limits import NEW_BALLOTS
from portal.people.moments.models import Ballot
from portal.people.webinars.reading import read_folder
from tests.people.site import first
from tests.people.webinars.conftest import Studio
from tests.people.webinars.test_moment_files import MOMENTS, write
from tests.people.webinars.test_publish import count


@pytest.fixture
def poll(studio: Studio) -> str:
    """The address of a poll that is public."""
    write(studio.folder)
    studio.publish()
    studio.finish_film()
    page = studio.app.test_client().get("/webinars/second-message").text
    return first(r"/webinars/second-message/polls/[0-9a-f]{12}", page)


def browser(studio: Studio) -> FlaskClient:
    return studio.app.test_client()


def answer(client: FlaskClient, poll: str, choice: str = "0") -> TestResponse:
    return client.post(poll, data={"choice": choice})


def plain(page: TestResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def test_an_answer_leads_to_how_it_stands_and_is_told_from_five_on(studio: Studio, poll: str) -> None:
    for number in range(4):
        sent = answer(browser(studio), poll, str(number % 2))
        assert (sent.status_code, sent.location) == (303, poll)
    looking = browser(studio)
    page = looking.get(poll)
    assert "4 have answered so far. What was said is shown from five answers on" in plain(page)
    assert "%" not in plain(page)
    answer(looking, poll, "1")
    page = looking.get(poll)
    assert "Your answer counts: Two" in plain(page)
    assert "One 40 % Two your answer 60 %" in plain(page)
    assert "5 answers so far" in plain(page)
    assert page.headers["Cache-Control"] == "private, no-store"


def test_a_browser_has_one_answer_and_may_change_it(studio: Studio, poll: str) -> None:
    client = browser(studio)
    for choice in ("0", "1", "1"):
        answer(client, poll, choice)
    assert count(studio, Ballot) == 1
    assert "Your answer counts: Two" in plain(client.get(poll))


def test_an_answer_is_taken_back_for_good_and_the_cookie_with_it(studio: Studio, poll: str) -> None:
    client = browser(studio)
    answer(client, poll)
    for _ in range(2):
        assert client.post(f"{poll}/forget").location == poll
    assert count(studio, Ballot) == 0
    assert "Nobody has answered yet" in plain(client.get(poll))
    assert client.get_cookie("ballot", path=poll) is None


def test_the_cookie_is_that_polls_alone_and_the_row_says_nothing_of_who_it_is(studio: Studio, poll: str) -> None:
    client = browser(studio)
    kept = answer(client, poll).headers["Set-Cookie"]
    assert f"Path={poll}" in kept
    assert {"HttpOnly", "SameSite=Lax"} <= set(kept.split("; "))
    token = first(r"ballot=([^;]+)", kept)
    with studio.database.reading() as db:
        row = db.query(Ballot).one()
    assert set(Ballot.__table__.columns.keys()) == {"digest", "webinar", "poll", "choice"}
    assert token not in (row.digest, row.webinar, row.poll)
    assert "Set-Cookie" not in client.get("/webinars/second-message").headers
    assert "Set-Cookie" not in client.get(poll).headers


@pytest.mark.parametrize("choice", ["", "2", "-1", "1.0", "x", "9" * 30, "٠", "0; drop table ballots"])
def test_no_answer_is_refused_with_what_to_do_and_counts_nothing(studio: Studio, poll: str, choice: str) -> None:
    page = answer(browser(studio), poll, choice)
    assert page.status_code == 422
    assert "Choose one of the answers." in page.text
    assert "Set-Cookie" not in page.headers
    assert count(studio, Ballot) == 0


@pytest.mark.parametrize("cookie", ["x", "x" * 5000, "\\udce9", '"; Path=/', ""])
def test_a_cookie_of_ones_own_making_is_at_most_one_more_browser(studio: Studio, poll: str, cookie: str) -> None:
    client = studio.app.test_client(use_cookies=False)
    for _ in range(2):
        sent = client.post(poll, data={"choice": "0"}, headers={"Cookie": f"ballot={cookie}"})
        assert sent.status_code == 303
    assert count(studio, Ballot) <= 2


def test_a_poll_asked_in_other_words_begins_anew_and_the_old_address_says_so(studio: Studio, poll: str) -> None:
    answer(browser(studio), poll)
    write(studio.folder, MOMENTS.replace('"One", "Two"', '"One", "Three"'))
    studio.publish()
    gone = browser(studio).get(poll)
    assert gone.status_code == 404
    assert "It may have been asked anew since" in gone.text
    assert answer(browser(studio), poll).status_code == 404
    (asked_now,) = [one.id for one in read_folder(studio.folder).moments if one.kind == "poll"]  # type: ignore[attr-defined]
    assert "Nobody has answered yet" in plain(browser(studio).get(f"/webinars/second-message/polls/{asked_now}"))


def test_a_poll_of_no_webinar_is_not_found(studio: Studio, poll: str) -> None:
    elsewhere = poll.replace("second-message", "third-message")
    assert browser(studio).get(elsewhere).status_code == 404
    assert answer(browser(studio), elsewhere).status_code == 404
    assert browser(studio).post(f"{elsewhere}/forget").status_code == 404


def test_one_network_has_so_many_new_answers_an_hour_and_who_answered_may_still_change_theirs(
    studio: Studio, poll: str
) -> None:
    earlier = browser(studio)
    for number in range(NEW_BALLOTS.most):
        client = earlier if not number else studio.app.test_client(use_cookies=False)
        assert answer(client, poll).status_code == 303
    refused = answer(studio.app.test_client(use_cookies=False), poll)
    assert (refused.status_code, count(studio, Ballot)) == (429, NEW_BALLOTS.most)
    assert answer(earlier, poll, "1").status_code == 303


def test_an_answer_outlives_the_change_of_keys(studio: Studio, poll: str) -> None:
    client = browser(studio)
    answer(client, poll)
    settings = studio.app.extensions["settings"]
    keys = ("a newer key, of as many bits as the other", *settings.secret_keys)
    studio.app.extensions["settings"] = replace(settings, secret_keys=keys)
    assert "Your answer counts: One" in plain(client.get(poll))
    answer(client, poll, "1")
    assert count(studio, Ballot) == 1


def test_a_post_from_another_site_counts_nothing(studio: Studio, poll: str) -> None:
    sent = browser(studio).post(poll, data={"choice": "0"}, headers={"Origin": "https://elsewhere.example"})
    assert sent.status_code == 403
    assert count(studio, Ballot) == 0
