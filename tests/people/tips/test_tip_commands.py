"""Tips at the command line: a file is told apart from an offer's, published once, and checked."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli import portal
from portal.people.commands.publish import publish_samples
from portal.people.offers.reading import FOLDER as OFFERS
from portal.people.tips import reading
from tests.people.site import Site
from tests.people.tips.conftest import TIP, Write


def say(*words: str) -> Result:
    return CliRunner().invoke(portal, list(words))


def test_a_file_is_published_once(at_the_desk: Site, write: Write) -> None:
    path = str(write())
    assert say("publish", path).output == "call-before-ten is public\n"
    assert say("publish", path).output == "call-before-ten is public, as it was\n"
    assert at_the_desk.get("/tips/call-before-ten").status_code == 200


def test_what_a_file_is_shows_in_its_folder_or_else_in_its_keys(at_the_desk: Site, tmp_path: Path) -> None:
    (tmp_path / "morning.md").write_text(TIP, "utf-8")
    (tmp_path / "autumn.md").write_text((OFFERS / "setup-day.md").read_text("utf-8"), "utf-8")
    (tmp_path / "neither.md").write_text("# Hello\n", "utf-8")
    assert say("publish", str(tmp_path / "morning.md")).exit_code == 0
    assert say("publish", str(tmp_path / "autumn.md")).exit_code == 0
    assert at_the_desk.get("/tips/morning").status_code == 200
    assert at_the_desk.get("/offers/autumn").status_code == 200
    refused = say("publish", str(tmp_path / "neither.md"))
    assert (refused.exit_code, "neither.md could be a tip, a path or an offer. Move it to" in refused.output) == (
        1,
        True,
    )


def test_a_file_that_is_wrong_is_not_published_and_says_why(at_the_desk: Site, write: Write) -> None:
    refused = say("publish", str(write(('"first steps"', '"easy"'))))
    assert refused.exit_code == 1
    assert "call-before-ten.md: Line 7, level: Write one of" in refused.output
    assert at_the_desk.count("publications") == 0


def test_the_check_reads_tips_too(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "FOLDER", write(('"first steps"', '"easy"')).parent)
    checked = say("content", "check")
    assert checked.exit_code == 1
    assert "call-before-ten.md: Line 7, level" in checked.output


def test_a_new_start_leaves_what_staff_wrote_anew(at_the_desk: Site, tmp_path: Path) -> None:
    path = tmp_path / "saved-views.md"
    path.write_text((reading.FOLDER / "saved-views.md").read_text("utf-8").replace("Five saved", "Four saved"), "utf-8")
    say("publish", str(path))
    publish_samples()
    publish_samples()
    assert "Four saved views" in at_the_desk.get("/tips/saved-views").text
    assert at_the_desk.rows("select count(*) from publications where kind = 'tip'") == [
        (len(list(reading.FOLDER.glob("*.md"))),)
    ]
