"""The transcript: found without scripts, taken along as text and as WebVTT."""

import io
import re
from dataclasses import replace

import pytest
import webvtt
from flask.testing import FlaskClient

from portal.people.webinars.finding import find_said
from portal.people.webinars.library import find_webinar
from portal.people.webinars.recording import Recording
from portal.people.webinars.written_down import as_text, as_webvtt
from tests.people.webinars.conftest import NOW, Studio

PAGE = "/webinars/second-message"


@pytest.fixture
def recording(studio: Studio) -> Recording:
    """The webinar with a title that tries to be a cue, and a sentence that tries to be a script."""
    studio.publish()
    with studio.app.extensions["database"].reading() as db:
        webinar = find_webinar(db, "second-message", now=NOW)
    assert webinar is not None
    why, how = webinar.chapters
    hostile = replace(why, lines=(replace(why.lines[0], words="<script>1 --> 2</script> & so on"),))
    return replace(webinar, title="X --> Y\n\n00:00.000 --> 00:01.000\nZ", chapters=(hostile, how))


def test_what_was_said_is_found_whatever_its_case_accents_and_quotes(client: FlaskClient) -> None:
    for asked in ("reason", "REASON", "  answer  reason ", "rèason", "NEW reason"):
        page = client.get(PAGE, query_string={"find": asked}).text
        assert "1 sentence with" in page, asked
        assert "<mark>reason</mark>" in page, asked
        assert 'href="#said-1"' in page
    assert "<mark>isn’t</mark>" in client.get(PAGE, query_string={"find": "isn't"}).text


def test_a_link_out_of_what_was_found_keeps_what_was_looked_for(client: FlaskClient) -> None:
    assert 'href="?t=2&amp;find=a%20%26%20b' in client.get(PAGE, query_string={"find": "a & b"}).text


def test_nothing_found_says_what_to_try_and_shows_everything(client: FlaskClient) -> None:
    page = client.get(PAGE, query_string={"find": "<i>unsaid</i>"}).text
    assert "Nobody says “&lt;i&gt;unsaid&lt;/i&gt;” here" in page
    assert "It is a new reason to answer." in page
    assert "<mark>" not in page


@pytest.mark.parametrize("asked", ["", "   ", "\u0301"])
def test_to_look_for_nothing_finds_nothing(client: FlaskClient, asked: str) -> None:
    page = client.get(PAGE, query_string={"find": asked})
    assert page.status_code == 200
    assert "<mark>" not in page.text


def test_however_much_is_asked_the_first_hundred_characters_are_looked_for(client: FlaskClient) -> None:
    assert "Nobody says" in client.get(PAGE, query_string={"find": "é" * 50_000}).text


def test_it_is_downloaded_as_text_with_who_when_where_and_each_time(client: FlaskClient) -> None:
    answer = client.get(f"{PAGE}/transcript.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="second-message.txt"'
    assert answer.text.splitlines() == [
        "The second message",
        "Ines Okafor-Lind, March 12, 2026",
        "http://localhost:8000/webinars/second-message",
        *("", "", "Why (0:00)", ""),
        "   0:00  A second message isn’t a reminder & never was.",
        *("", "How (0:02)", ""),
        "   0:02  It is a new reason to answer.",
    ]


def test_whoever_begins_to_speak_is_named_in_the_text(recording: Recording) -> None:
    (first, second), (third,) = recording.chapters[0].lines[:1] * 2, recording.chapters[1].lines
    spoken = (replace(first, speaker="Ines Okafor-Lind"), replace(second, speaker="Paolo Venn"))
    chapters = (replace(recording.chapters[0], lines=spoken), replace(recording.chapters[1], lines=(third,)))
    two = replace(recording, chapters=chapters, speakers=("Ines Okafor-Lind", "Paolo Venn"))
    names = [line.strip() for line in as_text(two, url="https://x").splitlines() if line.endswith(":")]
    assert names == ["Ines Okafor-Lind:", "Paolo Venn:", "Ines Okafor-Lind and Paolo Venn:"]
    assert ":" not in {line[-1:] for line in as_text(recording, url="https://x").splitlines()}


def test_it_is_downloaded_as_webvtt_that_others_read(client: FlaskClient) -> None:
    answer = client.get(f"{PAGE}/transcript.vtt")
    assert answer.headers["Content-Type"] == "text/vtt; charset=utf-8"
    first, second = webvtt.from_buffer(io.StringIO(answer.text)).captions
    assert (first.start, first.end, first.voice) == ("00:00:00.500", "00:00:02.250", "Ines Okafor-Lind")
    assert second.text == "It is a new reason to answer."
    assert "NOTE Chapter: How" in answer.text


def test_hostile_words_stay_words_in_webvtt(recording: Recording) -> None:
    text = as_webvtt(recording, url="https://x")
    assert re.findall("-->", text) == ["-->", "-->"]
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_one_word_inside_another_is_lit_once(recording: Recording) -> None:
    found = find_said(recording, "re reason")
    assert found is not None
    assert found.parts(found.lines[0])[:2] == [("It is a new ", False), ("reason", True)]


@pytest.mark.parametrize("kind", ["txt", "vtt"])
def test_that_of_an_unknown_webinar_is_not_found(client: FlaskClient, kind: str) -> None:
    assert client.get(f"/webinars/third-message/transcript.{kind}").status_code == 404


def test_each_sentence_is_taken_along_and_quoted_by_who_says_it(studio: Studio) -> None:
    (studio.folder / "captions.en.vtt").write_text(
        "WEBVTT\n\n00:00.500 --> 00:02.000\n<v Ada Byrne>Hello.\n\n"
        "00:02.500 --> 00:04.000\nIt is a new reason to answer.\n"
    )
    studio.publish()
    client = studio.app.test_client()
    found = webvtt.from_string(client.get(f"{PAGE}/transcript.vtt").text)
    assert [caption.voice for caption in found.captions] == ["Ada Byrne", "Ines Okafor-Lind"]
    assert client.get(PAGE).text.count('data-speaker="Ada Byrne"') == 1
