"""A premiere: its page says when, a calendar takes it, and until then nothing of the recording is shown."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from time_machine import travel

from portal.cli import portal
from portal.people.forms import catalog
from portal.people.outreach import campaigns
from portal.people.webinars.premiere import as_calendar
from portal.people.webinars.reading import read_folder
from portal.people.webinars.recording import Recording, from_json
from tests.people.webinars.conftest import NOW, Studio

HERE = "/webinars/second-message"
AT = datetime(2026, 3, 20, 10, 5, tzinfo=timezone(timedelta(hours=1)))
URL = "https://learn.people.customerhub.net"


@pytest.fixture
def announced(studio: Studio) -> FlaskClient:
    about = studio.folder / "webinar.toml"
    about.write_text(about.read_text().replace("language =", "premiere = 2026-03-20T10:05:00+01:00\nlanguage ="))
    studio.publish()
    return studio.app.test_client()


@pytest.fixture
def webinar(studio: Studio) -> Recording:
    publication, _ = studio.publish()
    return replace(from_json(publication.content), title="Ask your list", seconds=213.6)


def test_until_then_its_page_says_when_and_nothing_of_it_is_shown(announced: FlaskClient) -> None:
    with travel(NOW, tick=False):
        page = announced.get(HERE).text
        assert "March 20, 2026, 9:05 am UTC" in page
        assert f'href="{HERE}/premiere.ics"' in page
        assert "new reason to answer" not in page
        for path in ("/transcript.txt", "/transcript.vtt"):
            assert announced.get(HERE + path).status_code == 404
        for path in ("/", "/feed.xml", "/sitemap.xml"):
            assert HERE not in announced.get(path).text
    with travel(AT, tick=False):
        assert "new reason to answer" in announced.get(HERE).text
        assert f"<updated>{AT.astimezone(NOW.tzinfo):%Y-%m-%dT%H:%M:%SZ}</updated>" in announced.get("/feed.xml").text
        assert announced.get(f"{HERE}/premiere.ics").status_code == 404


def test_its_page_leads_to_the_form_by_which_one_is_told_where_there_is_one(
    announced: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with travel(NOW, tick=False):
        page = announced.get(HERE).text
        assert ">1 minute<" in page
        assert 'href="/forms/webinar-invitations"' in page
        assert announced.get("/forms/webinar-invitations").status_code == 200
        monkeypatch.setattr(catalog, "FOLDER", tmp_path)
        catalog.forms.cache_clear()
        try:
            assert "/forms/" not in announced.get(HERE).text
        finally:
            catalog.forms.cache_clear()


def test_its_calendar_is_a_file_to_open(announced: FlaskClient) -> None:
    with travel(NOW, tick=False):
        answer = announced.get(f"{HERE}/premiere.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="second-message.ics"'
    lines = read(answer.text)
    assert (lines["DTSTART"], lines["SUMMARY"]) == ("20260320T090500Z", "The second message")


def test_a_calendar_says_what_when_for_how_long_and_where(webinar: Recording) -> None:
    lines = read(as_calendar(webinar, begins_at=AT, url=URL, told_at=AT - timedelta(days=7)))
    assert lines["DTSTART"] == "20260320T090500Z"
    assert lines["DTSTAMP"] == "20260313T090500Z"
    assert lines["DURATION"] == "PT214S"
    assert lines["UID"] == "second-message@learn.people.customerhub.net"
    assert lines["URL"] == f"{URL}/webinars/second-message"
    assert r"No account\, no e-mail address" in lines["DESCRIPTION"]


@pytest.mark.parametrize(
    "title",
    ["a; b, c \\ d", "x\r\nATTENDEE:mailto:all@people.customerhub.net\r\nX:", "é" * 80, "名" * 60, "\u2028\x00\x85"],
)
def test_no_title_adds_a_line_and_no_letter_is_cut_in_two(webinar: Recording, title: str) -> None:
    lines = read(as_calendar(replace(webinar, title=title), begins_at=AT, url=URL, told_at=AT))
    assert "ATTENDEE" not in lines
    shown = lines["SUMMARY"].replace(r"\;", ";").replace(r"\,", ",").replace("\\\\", "\\")
    assert shown.split() == "".join(letter if letter.isprintable() else " " for letter in title).split()


def test_a_campaign_is_drafted_only_when_asked_for_and_nobody_gets_it(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = studio.app.extensions["settings"]
    monkeypatch.setenv("DATA", str(settings.folder.parent))
    monkeypatch.setenv("PEOPLE_DATABASE_URL", settings.database_url)
    monkeypatch.setattr(campaigns, "FOLDER", tmp_path)
    studio.publish()
    with travel(NOW, tick=False):
        from portal.people.commands.announcing import NotAnnounced, draft_campaign

        said = draft_campaign("second-message")
        with pytest.raises(NotAnnounced, match="No webinar third-message is public or scheduled"):
            draft_campaign("third-message")
    assert "Nobody gets it until somebody sends it at /studio/campaigns/second-message-is-out" in said
    assert [path.name for path in tmp_path.glob("*.md")] == ["second-message-is-out.md"]
    with studio.database.reading() as db:
        assert db.connection().exec_driver_sql("select count(*) from messages").scalar() == 0
    refused = CliRunner().invoke(portal, ["publish", str(studio.folder / "page.md"), "--draft-campaign"])
    assert (refused.exit_code, "nothing else is announced" in refused.output) == (2, True)


def test_the_folder_says_the_premiere_in_its_own_zone(announced: FlaskClient, studio: Studio) -> None:
    assert read_folder(studio.folder).about.premiere == AT


def read(calendar: str) -> dict[str, str]:
    """Its lines, unfolded, by name."""
    assert calendar.endswith("\r\n")
    assert "\n" not in calendar.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in calendar.split("\r\n"))
    return dict(line.split(":", 1) for line in calendar.replace("\r\n ", "").strip().split("\r\n"))
