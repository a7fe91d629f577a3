"""The sample webinars are what `bin/portal content check` passes, and are told apart by what the library filters by."""

from pathlib import Path

import pytest

from portal.people.commands.publish import publish_samples
from portal.people.films.recipes import source_of_recipe
from portal.people.webinars.reading import FOLDER, check, read_folder
from tests.people.site import Site

FOLDERS = sorted(path.parent for path in FOLDER.glob("*/webinar.toml"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_sample_webinar_can_be_published_and_says_what_the_library_asks(folder: Path) -> None:
    assert check(folder / "webinar.toml") == []
    read = read_folder(folder)
    assert read.about.topics
    assert read.poster
    assert read.chapters[-1].stop >= 180
    assert read.source == source_of_recipe(folder)


def test_together_they_fill_every_level_and_more_than_three_topics() -> None:
    read = [read_folder(folder).about for folder in FOLDERS]
    assert {about.level for about in read} == {"first steps", "everyday", "advanced"}
    assert len({topic for about in read for topic in about.topics}) > 3


def test_the_film_of_the_newest_is_made_first(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in site.environ.items():
        monkeypatch.setenv(name, value)
    publish_samples()
    asked = site.rows("select path from films order by asked_at desc")
    newest_first = sorted(FOLDERS, key=lambda folder: read_folder(folder).about.date, reverse=True)
    assert [Path(path) for (path,) in asked] == newest_first
