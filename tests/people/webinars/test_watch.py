"""Watching: the page works without scripts, the bytes come by range."""

import re

import pytest
from flask.testing import FlaskClient

from portal.people.media.delivering import MOST_BYTES_AN_ANSWER
from tests.people.webinars.conftest import VIDEO, Studio


def video_address(client: FlaskClient) -> str:
    found = re.search(r"/media/[0-9a-f]{64}/second-message\.mp4", client.get("/webinars/second-message").text)
    assert found
    return found[0]


def test_the_page_holds_player_captions_chapters_and_the_whole_transcript(client: FlaskClient) -> None:
    page = client.get("/webinars/second-message").text
    assert "<video controls" in page
    assert page.count("<track ") == 2
    assert "It is a new reason to answer." in page
    assert 'href="?t=2#player"' in page
    assert "Set-Cookie" not in client.get("/webinars/second-message").headers


def test_the_page_says_for_whom_it_is_and_leads_to_all_that_is_about_the_same(studio: Studio) -> None:
    about = studio.folder / "webinar.toml"
    about.write_text(about.read_text() + '\ntopics = ["Following up", "Clean lists"]\nlevel = "advanced"\n')
    studio.publish()
    client = studio.app.test_client()
    page = client.get("/webinars/second-message").text
    assert "<span>Advanced</span>" in page
    for topic in ("Following%20up", "Clean%20lists"):
        assert f'<a href="/webinars/?topic={topic}">' in page
        assert 'href="/webinars/second-message"' in client.get(f"/webinars/?topic={topic}").text


def test_a_page_without_captions_promises_no_transcript(studio: Studio) -> None:
    (studio.folder / "captions.en.vtt").unlink()
    studio.publish(reason="A silent film")
    client = studio.app.test_client()
    making = client.get("/webinars/second-message").text
    studio.finish_film()
    page = client.get("/webinars/second-message").text
    assert "is in the transcript" not in making + page
    assert "published without captions" in page
    for promise in ("/transcript.txt", "Find what was said", "Captions size", 'id="files"'):
        assert promise not in page
    for name in ("transcript.txt", "transcript.vtt"):
        assert client.get(f"/webinars/second-message/{name}").status_code == 404


def test_a_moment_in_the_address_starts_there(client: FlaskClient) -> None:
    assert ".mp4#t=4" in client.get("/webinars/second-message?t=4").text
    assert ".mp4#t=6" in client.get("/webinars/second-message?t=999").text
    # What a link leads to is marked, though it begins half a second later.
    assert '<a href="?t=2#player" data-at="2.5" aria-current="step">' in client.get("/webinars/second-message?t=2").text
    for bad in ("x", "-1", "1.5", "9" * 20, "٣"):
        assert client.get("/webinars/second-message", query_string={"t": bad}).status_code == 400


def test_the_library_lists_it_and_an_unknown_one_is_not_found(client: FlaskClient) -> None:
    assert "/webinars/second-message" in client.get("/webinars/").text
    missing = client.get("/webinars/third-message")
    assert missing.status_code == 404
    assert "listed under Webinars" in missing.text


def test_an_empty_library_says_what_to_do(studio: Studio) -> None:
    assert "Nothing is published yet" in studio.app.test_client().get("/webinars/").text


@pytest.mark.parametrize(
    ("asked", "start", "length"),
    [
        ("bytes=0-", 0, MOST_BYTES_AN_ANSWER),
        ("bytes=0-99", 0, 100),
        ("bytes=1000000-2999999", 1_000_000, MOST_BYTES_AN_ANSWER),
        ("bytes=3071990-", 3_071_990, 10),
        ("bytes=-5", len(VIDEO) - 5, 5),
    ],
)
def test_a_range_is_answered_by_at_most_a_megabyte(client: FlaskClient, asked: str, start: int, length: int) -> None:
    answer = client.get(video_address(client), headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.data == VIDEO[start : start + length]
    assert answer.headers["Content-Range"] == f"bytes {start}-{start + length - 1}/{len(VIDEO)}"
    assert answer.content_length == length


def test_a_player_that_asks_on_gets_the_whole_film(client: FlaskClient) -> None:
    address, got = video_address(client), b""
    while len(got) < len(VIDEO):
        got += client.get(address, headers={"Range": f"bytes={len(got)}-"}).data
    assert got == VIDEO


def test_without_a_range_the_whole_file_comes(client: FlaskClient) -> None:
    with client.get(video_address(client)) as answer:
        assert answer.status_code == 200
        assert answer.data == VIDEO
        assert answer.content_type == "video/mp4"
        assert "immutable" in answer.headers["Cache-Control"]
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_range_beyond_the_end_is_refused_in_words(client: FlaskClient) -> None:
    answer = client.get(video_address(client), headers={"Range": "bytes=9999999-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(VIDEO)}"
    assert f"{len(VIDEO):,}" in answer.text


@pytest.mark.parametrize("asked", ["lines=0-5", "bytes=0-1,5-9", "bytes=", "nonsense"])
def test_a_range_that_is_not_understood_is_as_good_as_none(client: FlaskClient, asked: str) -> None:
    with client.get(video_address(client), headers={"Range": asked}) as answer:
        assert answer.status_code == 200
        assert answer.data == VIDEO


@pytest.mark.parametrize(
    "address", ["/media/" + "0" * 64 + "/x.mp4", "/media/../people.db", "/media/%2e%2e/secret_key"]
)
def test_nothing_else_can_be_had_from_the_store(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404
