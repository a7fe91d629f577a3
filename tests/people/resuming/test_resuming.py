"""Going on elsewhere by a code: made once, typed as one reads it, shown, told by the player, and forgotten."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.people.resuming import codes
from portal.people.resuming.models import ResumeCode, ResumePlace
from portal.people.webinars.library import find_webinar
from tests.people.webinars.conftest import NOW, Studio

KEYS = ("k" * 32,)
OLD_AND_NEW = ("n" * 32, *KEYS)


@pytest.fixture
def client(studio: Studio) -> FlaskClient:
    studio.publish()
    return studio.app.test_client()


def ask_for_code(client: FlaskClient, *places: str) -> str:
    answer = client.post("/webinars/resume/codes", data={"places": " ".join(places)})
    assert answer.status_code == 303
    return str(answer.location.rpartition("/")[2])


def test_nothing_is_kept_before_a_code_is_asked_for_and_never_a_cookie(studio: Studio, client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/webinars/resume").headers
    with studio.app.extensions["database"].reading() as db:
        assert db.scalar(select(func.count()).select_from(ResumeCode)) == 0
    code = ask_for_code(client, "second-message:3")
    shown = client.get(f"/webinars/resume/{code}")
    assert "Set-Cookie" not in shown.headers
    assert shown.headers["Cache-Control"] == "private, no-store"


def test_a_code_brings_what_the_browser_remembers_and_another_device_goes_on(client: FlaskClient) -> None:
    code = ask_for_code(client, "second-message:3", "never-published:9")
    page = client.get(f"/webinars/resume/{code}").text
    assert "-".join(re.findall("....", code)) in page
    assert 'href="/webinars/second-message?t=3#player"' in page
    assert "never-published" not in page
    assert client.get(f"/webinars/resume/{code}/second-message.json").json == {"position": 3}
    assert client.get(f"/webinars/resume/{code}/other.json").json == {"position": None}


@pytest.mark.parametrize("hand", [str.upper, lambda code: f" {code[:4]} {code[4:8]} – {code[8:]}  "])
def test_a_code_is_typed_as_one_reads_it(client: FlaskClient, hand: object) -> None:
    assert callable(hand)
    code = ask_for_code(client)
    typed = hand(code).replace("0", "O").replace("1", "l")
    answer = client.post("/webinars/resume", data={"code": typed})
    assert (answer.status_code, answer.location) == (303, f"/webinars/resume/{code}")


@pytest.mark.parametrize(("typed", "words"), [("", "Type the twelve"), ("k7fm-q2xd-9htw", "no such code"), ("<b>", "")])
def test_a_wrong_code_is_said_beside_the_box_and_what_was_typed_stays(
    client: FlaskClient, typed: str, words: str
) -> None:
    answer = client.post("/webinars/resume", data={"code": typed})
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{typed.replace("<", "&lt;").replace(">", "&gt;")}"' in answer.text


def test_the_player_tells_where_one_is_and_the_last_word_counts(client: FlaskClient) -> None:
    code = ask_for_code(client, "second-message:1")
    address = f"/webinars/resume/{code}/second-message"
    for position in (4, 2, 999):
        assert client.post(address, data={"position": position}).status_code == 204
    assert client.get(f"{address}.json").json == {"position": 6}
    assert client.post(address, data={"position": "x"}).status_code == 400
    assert client.post(f"/webinars/resume/{code}/unknown", data={"position": 1}).status_code == 404
    assert client.post("/webinars/resume/k7fmq2xd9htw/second-message", data={"position": 1}).status_code == 404


def test_one_press_forgets_the_code_and_its_places_and_twice_is_as_good(studio: Studio, client: FlaskClient) -> None:
    code = ask_for_code(client, "second-message:3")
    for _ in range(2):
        answer = client.post(f"/webinars/resume/{code}/forget")
        assert answer.location == "/webinars/resume?forgotten="
    assert "The code is forgotten" in client.get(answer.location).text
    assert client.get(f"/webinars/resume/{code}").status_code == 404
    assert client.get(f"/webinars/resume/{code}/second-message.json").status_code == 404
    with studio.app.extensions["database"].reading() as db:
        assert db.scalar(select(func.count()).select_from(ResumePlace)) == 0


def test_the_database_holds_the_code_only_under_a_key(studio: Studio, client: FlaskClient) -> None:
    code = ask_for_code(client, "second-message:3")
    with studio.app.extensions["database"].reading() as db:
        (row,) = db.scalars(select(ResumeCode)).all()
        assert {column.name for column in ResumeCode.__table__.columns} == {"digest", "used_at"}
    assert code not in row.digest
    assert row.digest != codes._digest(code, "another key")


def test_a_code_outlives_a_change_of_keys_and_ends_with_its_own(studio: Studio) -> None:
    studio.publish()
    database = studio.app.extensions["database"]
    with database.transaction() as db:
        code = codes.make_code(db, places={"second-message": 2}, keys=KEYS, now=NOW)
    with database.reading() as db:
        assert codes.find_place(db, code=code, slug="second-message", keys=OLD_AND_NEW, now=NOW) == 2
        with pytest.raises(codes.NoSuchCode):
            codes.find_place(db, code=code, slug="second-message", keys=OLD_AND_NEW[:1], now=NOW)


def test_ninety_days_without_use_end_a_code_and_retention_clears_it(studio: Studio) -> None:
    studio.publish()
    database = studio.app.extensions["database"]
    with database.transaction() as db:
        webinar = find_webinar(db, "second-message", now=NOW)
        assert webinar
        idle, used = (codes.make_code(db, places={"second-message": 2}, keys=KEYS, now=NOW) for _ in range(2))
        codes.note_place(db, code=used, webinar=webinar, position=4, keys=KEYS, now=NOW + timedelta(days=89))
    later = NOW + timedelta(days=90)
    with database.transaction() as db:
        with pytest.raises(codes.NoSuchCode):
            codes.use_code(db, code=idle, keys=KEYS, now=later)
        assert codes.clear_idle(db, now=later, most=50) == 1
        assert codes.find_place(db, code=used, slug="second-message", keys=KEYS, now=later) == 4
        assert db.scalar(select(func.count()).select_from(ResumePlace)) == 1


def test_forty_tries_an_hour_are_all_one_has_to_guess(client: FlaskClient) -> None:
    answers = [client.post("/webinars/resume", data={"code": f"guess{at}"}).status_code for at in range(41)]
    assert answers == [422] * 40 + [429]
    assert client.get("/webinars/resume/k7fmq2xd9htw").status_code == 429
