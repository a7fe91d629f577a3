"""A slip in one file of content keeps nothing else back, and the site starts: it is said by file and line."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli import portal
from portal.people.commands import publish, sample
from portal.people.commands.publish import publish_samples
from portal.people.outreach import campaigns
from portal.shared.environment import ROOT
from tests.people.site import Site

CONTENT = ROOT / "content"
SLIPS = {
    "tips/merge-doubles.md": ('level = "first steps"', 'level = "expert"'),
    "webinars/first-ten-minutes/webinar.toml": ('title = "', "title = "),
    "offers/winter-cards.md": ("places = ", "places = -"),
    "paths/first-look-to-first-habit.md": ("teaches = ", "teach = "),
}


@pytest.fixture
def desk(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    for name, value in site.environ.items():
        monkeypatch.setenv(name, value)
    return site


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what marketing wrote, which the commands publish from."""
    copy = tmp_path / "content"
    for name in ("tips", "webinars", "offers", "paths"):
        shutil.copytree(CONTENT / name, copy / name)
        monkeypatch.setattr(publish, name.upper(), copy / name)
    return copy


def slip(content: Path, name: str) -> None:
    path, (right, wrong) = content / name, SLIPS[name]
    assert right in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(right, wrong, 1), "utf-8")


def say(*words: str) -> Result:
    return CliRunner().invoke(portal, list(words))


def test_a_slip_in_each_kind_of_file_is_said_by_file_and_line_and_the_rest_is_published(
    desk: Site, content: Path
) -> None:
    for name in SLIPS:
        slip(content, name)
    said = publish_samples()
    assert [one.partition(", ")[0].rstrip("0123456789") for one in said] == [
        "winter-cards.md: Line ",
        "first-ten-minutes/webinar.toml: Line ",
        "merge-doubles.md: Line ",
        "first-look-to-first-habit.md: Line ",
    ]
    public = dict(desk.rows("select kind, count(*) from publications group by kind"))
    assert public == {
        "tip": len(list((CONTENT / "tips").glob("*.md"))) - 1,
        "webinar": len(list((CONTENT / "webinars").glob("*/webinar.toml"))) - 1,
        "path": len(list((CONTENT / "paths").glob("*.md"))) - 1,
    }
    assert desk.get("/offers/winter-cards").status_code == 200  # it was public before, as all offers are here
    assert desk.get("/tips/saved-views").status_code == 200
    assert desk.get("/tips/merge-doubles").status_code == 404


def test_what_was_public_before_the_slip_stays_as_it_was_and_comes_back_mended(desk: Site, content: Path) -> None:
    assert publish_samples() == []
    before = desk.get("/tips/merge-doubles").text
    slip(content, "tips/merge-doubles.md")
    assert len(publish_samples()) == 1
    assert desk.get("/tips/merge-doubles").text == before
    shutil.copy(CONTENT / "tips" / "merge-doubles.md", content / "tips")
    assert publish_samples() == []


def test_a_file_that_cannot_be_read_is_left_out_like_any_other(desk: Site, content: Path) -> None:
    (content / "tips" / "old-views.md").symlink_to("nowhere.md")
    assert publish_samples() == ["old-views.md: Line 1, file: It cannot be read: No such file or directory."]
    assert desk.get("/tips/saved-views").status_code == 200


def test_who_seeds_reads_what_was_left_out_and_nothing_has_failed(desk: Site, content: Path) -> None:
    slip(content, "tips/merge-doubles.md")
    done = say("people", "seed")
    assert done.exit_code == 0, done.output
    assert "Left out: merge-doubles.md: Line 7, level: Write one of" in done.stderr
    assert desk.count("people") == 0
    shutil.copy(CONTENT / "tips" / "merge-doubles.md", content / "tips")
    assert say("people", "seed").stderr == ""
    assert desk.count("people") == len(sample.PEOPLE)


def test_a_slip_in_a_campaign_keeps_the_invented_people_away_and_the_site_starts(
    desk: Site, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(CONTENT / "campaigns", content / "campaigns")
    monkeypatch.setattr(campaigns, "FOLDER", content / "campaigns")
    path = content / "campaigns" / "setup-day-places.md"
    path.write_text(path.read_text("utf-8").replace("segment = ", "segmet = "), "utf-8")
    done = say("people", "seed")
    assert done.exit_code == 0, done.output
    assert "No invented people are added: setup-day-places.md cannot be used.\nLine " in done.stderr
    assert desk.count("people") == 0
    assert desk.get("/tips/saved-views").status_code == 200
