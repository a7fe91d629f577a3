"""Paths at the command line: published once, kept in step, rolled back, taken off, and checked."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli import portal
from portal.people.commands import publish as commands
from portal.people.paths import reading
from portal.people.publications.records import in_force
from portal.shared import clock
from tests.people.paths.conftest import HERE, PATH, Write
from tests.people.site import Site


def say(*words: str) -> Result:
    return CliRunner().invoke(portal, list(words))


def test_a_path_is_published_once_and_its_files_with_it(at_the_desk: Site, write: Write) -> None:
    path = str(write())
    assert say("publish", path).output == "call-then-write is public\n"
    assert say("publish", path).output == "call-then-write is public, as it was\n"
    assert at_the_desk.get(HERE).status_code == 200
    assert at_the_desk.count("media_names") == 1
    assert f'<a href="{HERE}">' in at_the_desk.get("/webinars/search?q=three+things").text


def test_what_a_file_is_shows_in_its_keys_too(at_the_desk: Site, write: Write, tmp_path: Path) -> None:
    folder = write().parent / "call-then-write"
    refused = say("publish", str(folder))
    assert (refused.exit_code, "holds the files of a path" in refused.output) == (1, True)
    begin, end = PATH.index("[[downloads]]"), PATH.index("+++\n\nThis")
    (tmp_path / "morning.md").write_text(PATH[:begin] + PATH[end:], "utf-8")
    assert say("publish", str(tmp_path / "morning.md")).output == "morning is public\n"
    assert at_the_desk.get("/paths/morning").status_code == 200


def test_a_path_that_is_wrong_is_not_published_and_says_why(at_the_desk: Site, write: Write) -> None:
    refused = say("publish", str(write(('"first steps"', '"easy"'))))
    assert refused.exit_code == 1
    assert "call-then-write.md: Line 7, level: Write one of" in refused.output
    assert at_the_desk.count("publications") == 0


def test_the_check_reads_paths_too(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "FOLDER", write(("/today", "/tomorrow")).parent)
    checked = say("content", "check")
    assert checked.exit_code == 1
    assert "call-then-write.md: Line 33, page: The sandbox has no page /tomorrow." in checked.output


def test_the_site_is_kept_in_step_with_what_is_written(
    at_the_desk: Site, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = write().parent.parent / "nothing"
    for name in ("WEBINARS", "TIPS", "OFFERS"):
        monkeypatch.setattr(commands, name, nothing)
    monkeypatch.setattr(commands, "PATHS", write().parent)
    assert list(commands.sync()) == ["call-then-write is public as it reads now"]
    assert list(commands.sync()) == []
    write(("Three things in an hour.", "Four things in an hour."))
    assert list(commands.sync()) == ["call-then-write is public as it reads now"]
    rows = commands.list_public("path", "call-then-write")
    assert [row["stands"] for row in rows] == ["public", "earlier"]
    versions = [row["version"] for row in rows]
    assert say("publications", "roll-back", "path", "call-then-write", versions[-1][:12]).exit_code == 0
    assert "Three things in an hour." in at_the_desk.get(HERE).text
    assert say("publications", "unpublish", "path", "call-then-write").exit_code == 0
    assert at_the_desk.get(HERE).location == "/paths/"
    rows = commands.list_public("path", "call-then-write")
    assert [row["stands"] for row in rows] == ["off the site", "earlier", "earlier", "earlier"]
    assert list(commands.sync()) == []
    assert at_the_desk.get(HERE).location == "/paths/"


def test_ours_are_there_from_the_start(at_the_desk: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("WEBINARS", "TIPS", "OFFERS"):
        monkeypatch.setattr(commands, name, tmp_path)
    commands.publish_samples()
    with at_the_desk.database.reading() as db:
        found = [record.slug for record in in_force(db, kind="path", at=clock.now())]
    assert found == sorted(path.stem for path in reading.FOLDER.glob("*.md"))
