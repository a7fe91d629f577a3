"""Publishing at the command line: from a folder with a video to a page that plays, and back again."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli import portal
from portal.people.commands import publish
from portal.people.webinars.recording import from_json
from tests.people.films.videos import write_video
from tests.people.site import Site
from tests.people.webinars.conftest import ABOUT, CAPTIONS

ADDRESS = "/webinars/second-message"


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("video") / "recording.mp4", seconds=6)


@pytest.fixture
def folder(tmp_path: Path, video: Path) -> Path:
    made = tmp_path / "webinars" / "second-message"
    made.mkdir(parents=True)
    (made / "webinar.toml").write_text(ABOUT)
    (made / "captions.en.vtt").write_text(CAPTIONS)
    (made / video.name).write_bytes(video.read_bytes())
    return made


@pytest.fixture
def desk(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    for name, value in site.environ.items():
        monkeypatch.setenv(name, value)
    return site


def say(*words: str) -> Result:
    return CliRunner().invoke(portal, list(words))


def test_a_folder_with_a_video_becomes_a_page_that_plays(desk: Site, folder: Path) -> None:
    done = say("publish", str(folder), "--by", "Mara")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "second-message is public")
    page = desk.get(ADDRESS).text
    assert ".m3u8" in page
    assert ".mp4" in page
    assert desk.rows("select published_by from publications") == [("Mara",)]
    assert say("publish", str(folder)).stdout == "second-message is public, as it was\n"


def test_the_last_chapter_ends_with_the_film_and_not_with_the_last_words(desk: Site, folder: Path) -> None:
    (folder / "captions.en.vtt").unlink()
    assert say("publish", str(folder), "--reason", "A silent film").exit_code == 0
    (content,) = desk.rows("select content from publications")[0]
    webinar = from_json(content)
    assert webinar.chapters[-1].stop == webinar.seconds
    assert round(webinar.seconds) == 6


ELSEWHERE = """
00:59:01.000 --> 00:59:05.000
Of another recording.

00:59:06.000 --> 00:59:07.000
And on.
"""
LATE = """[[moments]]
at = "59:01"
kind = "poll"
title = "Late?"
choices = ["Yes", "No"]
"""


def test_what_begins_after_the_film_has_ended_is_said_by_file_and_line_and_nothing_is_public(
    desk: Site, folder: Path
) -> None:
    (folder / "captions.en.vtt").write_text(CAPTIONS + ELSEWHERE)
    (folder / "chapters.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:05.000\nNow\n\n00:07.000 --> 00:09.000\nLate\n")
    (folder / "moments.toml").write_text(LATE)
    for _ in range(2):  # while its film is made, and once it is there
        refused = say("publish", str(folder))
        assert refused.exit_code == 1
        for words in (
            "second-message/captions.en.vtt: Line 16, times: It begins at 59:01, and 1 more after it, "
            "and the film ends at 0:06.",
            "second-message/chapters.vtt: Line 6, times: It begins at 0:07, and the film ends at 0:06.",
            "second-message/moments.toml: Line 2, at: The recording ends at 0:06.",
        ):
            assert words in refused.stderr
        assert desk.count("publications") == 0
        assert desk.get(ADDRESS).status_code == 404


def test_the_length_is_that_of_the_film_and_not_of_a_caption_that_stands_longer(desk: Site, folder: Path) -> None:
    (folder / "captions.en.vtt").write_text(CAPTIONS + "\n00:00:05.500 --> 00:59:05.000\nIt stands too long.\n")
    assert say("publish", str(folder)).exit_code == 0
    page = desk.get(ADDRESS).text
    assert "PT6S" in page
    assert "59:05" not in page


def test_a_video_that_cannot_be_played_leaves_what_is_public_while_one_writes(
    desk: Site, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(publish, "WEBINARS", folder.parent)
    for name in ("OFFERS", "PATHS", "TIPS"):
        monkeypatch.setattr(publish, name, tmp_path)
    say("content", "sync")
    (folder / "recording.mp4").write_text("cut short")
    assert "second-message: " in say("content", "sync").stdout
    assert desk.count("publications") == 1
    assert ".m3u8" in desk.get(ADDRESS).text


def test_what_is_no_video_is_refused_in_words_and_nothing_is_public(desk: Site, folder: Path) -> None:
    (folder / "recording.mp4").write_text("not a video")
    done = say("publish", str(folder))
    assert done.exit_code == 1
    assert done.output.count(desk.rows("select words from films")[0][0]) == 1  # no line of a log says it too
    assert "film.failed" not in done.output
    assert desk.get(ADDRESS).status_code == 404
    assert desk.count("publications") == 0


def test_what_is_to_come_is_no_page_yet_and_its_film_is_made_before(desk: Site, folder: Path) -> None:
    done = say("publish", str(folder), "--from", "2999-12-24T18:00")
    assert (done.exit_code, "will be public from 2999-12-24 18:00" in done.stdout) == (0, True)
    assert desk.get(ADDRESS).status_code == 404
    assert desk.rows("select state from films") == [("ready",)]
    assert "to come" in say("publications", "list", "webinar").stdout
    assert say("publish", str(folder), "--from", "2001-01-01").exit_code == 1


def test_a_version_is_listed_rolled_back_and_taken_off_the_site(desk: Site, folder: Path) -> None:
    say("publish", str(folder))
    first = desk.rows("select version from publications")[0][0]
    (folder / "page.md").write_text("Other words")
    say("publish", str(folder))
    assert "Other words" in desk.get(ADDRESS).text
    assert say("publications", "list", "webinar", "second-message").stdout.count("second-message") == 2
    assert say("publications", "roll-back", "webinar", "second-message", first[:8]).exit_code == 0
    assert "Other words" not in desk.get(ADDRESS).text
    assert say("publications", "unpublish", "webinar", "second-message", "--to", "//evil.example").exit_code == 2
    assert say("publications", "unpublish", "webinar", "second-message").exit_code == 0
    gone = desk.get(ADDRESS)
    assert (gone.status_code, gone.headers["Location"]) == (302, "/webinars/")
    assert say("publications", "unpublish", "webinar", "second-message").exit_code == 1


def test_content_is_kept_in_step_and_what_is_wrong_keeps_nothing_else_back(
    desk: Site, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(publish, "WEBINARS", folder.parent)
    for name in ("OFFERS", "PATHS", "TIPS"):
        monkeypatch.setattr(publish, name, tmp_path)
    broken = folder.parent / "a-broken-one"
    broken.mkdir()
    (broken / "webinar.toml").write_text("title = ")
    said = say("content", "sync").stdout
    assert "a-broken-one/webinar.toml: Line 1" in said
    assert "second-message is public as it reads now" in said
    assert "second-message" not in say("content", "sync").stdout
    seen: list[str] = []
    turns = iter([False, False, True])
    for line in publish.watch(is_over=lambda: next(turns)):
        seen.append(line)
        (folder / "page.md").write_text("Changed meanwhile")
    assert any("second-message is public as it reads now" in line for line in seen)
