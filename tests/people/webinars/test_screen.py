"""How a page plays its film: nothing of it yet, one size of it, all of it; and for who saves data."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from portal.people.films.models import FilmState
from tests.people.webinars.conftest import CAPTIONS, NOW, Studio

PAGE = "/webinars/second-message"


def test_while_its_film_is_being_made_a_page_says_how_far_it_is_and_has_every_word(studio: Studio) -> None:
    studio.publish()
    client = studio.app.test_client()
    page = client.get(PAGE).text
    assert "The recording waits for its turn to be made." in page
    assert "It is a new reason to answer." in page
    assert "<video" not in page
    with studio.database.transaction() as db:
        db.execute(update(FilmState).values(state="working", percent=40))
    assert "The recording is being made: 40 %" in client.get(PAGE).text
    told = {"percent": 40, "words": "The recording is being made: 40 %", "is_playable": False}
    assert client.get(f"{PAGE}/film.json").json == told


def test_what_kept_a_film_from_being_made_is_no_visitors_business(studio: Studio) -> None:
    studio.publish()
    with studio.database.transaction() as db:
        db.execute(update(FilmState).values(state="failed", words="/srv/originals/x: moov atom not found"))
    page = studio.app.test_client().get(PAGE).text
    assert "could not be made yet" in page
    assert "moov" not in page


def test_as_soon_as_there_is_something_to_play_it_is_played(client: FlaskClient) -> None:
    assert client.get(f"{PAGE}/film.json").json == {
        "percent": 100,
        "words": "The recording is made.",
        "is_playable": True,
    }
    assert "data-making" not in client.get(PAGE).text


@pytest.mark.parametrize(("said", "fetched"), [("on", "none"), (" ON ", "none"), ("off", "metadata"), ("", "metadata")])
def test_who_asks_to_save_data_gets_nothing_before_play(client: FlaskClient, said: str, fetched: str) -> None:
    answer = client.get(PAGE, headers={"Save-Data": said})
    assert f'preload="{fetched}"' in answer.text
    assert ("data-saves" in answer.text) is (fetched == "none")
    assert "Save-Data" in answer.headers["Vary"]


def test_only_a_page_that_plays_may_play_what_its_script_has_fetched(client: FlaskClient) -> None:
    policy = client.get(PAGE).headers["Content-Security-Policy"]
    assert "media-src 'self' blob:" in policy
    assert policy.replace(" blob:", "") == client.get("/webinars/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy


def test_captions_in_two_languages_are_two_tracks_and_the_transcript_is_in_the_one_asked_for(studio: Studio) -> None:
    spanish = CAPTIONS.replace("A second message", "Un segundo mensaje").replace("It is a new", "Es una nueva")
    (studio.folder / "captions.es.vtt").write_text(spanish)
    studio.publish(now=NOW + timedelta(days=1))
    studio.finish_film()
    client = studio.app.test_client()
    english, other = client.get(PAGE).text, client.get(f"{PAGE}?language=es").text
    assert english.count('kind="captions"') == other.count('kind="captions"') == 2
    assert 'lang="en" data-follow' in english
    assert 'lang="es" data-follow' in other
    assert "Un segundo mensaje" not in english
    assert "Un segundo mensaje" in other
    assert 'href="?t=2&amp;language=es#player"' in other
    assert "Un segundo mensaje" in client.get(f"{PAGE}/transcript.vtt?language=es").text
    assert client.get(f"{PAGE}?language=xx").text.count("Un segundo mensaje") == 0
