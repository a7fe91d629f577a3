"""A disk that is full before or while a film is made: the film waits, says so, and takes nothing from who says no."""

from dataclasses import replace
from pathlib import Path

import pytest

from portal.people.films.making import make_next
from portal.people.films.process import NoRoom, run
from portal.people.films.stages import keep_for
from tests.faults.conftest import SmallDisk
from tests.people.films.conftest import NEVER, Films
from tests.people.films.videos import write_video
from tests.people.site import Site
from tests.support.sides import people_app

pytestmark = pytest.mark.usefixtures("on_sqlite")


def test_a_film_that_would_leave_too_little_room_is_not_begun(disk: SmallDisk, tmp_path: Path) -> None:
    films = Films(Site(people_app(tmp_path / "data")))
    source = films.ask(write_video(tmp_path / "webinar.mp4", seconds=1, volume=None))
    elsewhere = replace(films.studio, folder=disk.folder)
    keep_for(films.studio.database, source, films.studio.folder / "originals" / source, folder=disk.folder)
    assert make_next(elsewhere, stopping=NEVER) == 1
    film = films.find(source)
    assert (film.state, film.words) == ("waiting", "The disk is full. Make room; it goes on by itself.")
    films.hurry(source)
    assert make_next(films.studio, stopping=NEVER) == 1
    assert films.find(source).state == "ready"


def test_a_disk_that_fills_up_meanwhile_is_no_fault_of_the_video(disk: SmallDisk, tmp_path: Path) -> None:
    video = write_video(tmp_path / "webinar.mp4", seconds=2)
    disk.fill()
    with pytest.raises(NoRoom):
        run("first", video, disk.folder, hear=lambda _: None, stopping=NEVER)
    disk.empty()
    assert run("first", video, disk.folder, hear=lambda _: None, stopping=NEVER)["rungs"] == 1
