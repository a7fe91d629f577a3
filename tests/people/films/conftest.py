"""Videos that were made once, what the process makes of one of them, and a people side with a studio."""

import shutil
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from portal.people.films.asking import ask_for_film
from portal.people.films.library import Film, find_film
from portal.people.films.making import FOLDER, Studio
from portal.people.films.originals import keep_original
from portal.people.films.process import run
from portal.people.media.store import open_store
from tests.people.films.videos import write_video
from tests.people.site import Site

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
TELLING = {"title": "The secret title", "location": "+59.9139+010.7522/", "comment": "made on Mara's phone"}


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of 640 × 360: a film of one size."""
    return write_video(tmp_path_factory.mktemp("small") / "small.mp4", seconds=2)


@pytest.fixture(scope="session")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of 854 × 480: a film of two sizes."""
    return write_video(tmp_path_factory.mktemp("wide") / "wide.mp4", seconds=3, size=(854, 480))


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds of 1280 × 720, which tell more than they should."""
    path = tmp_path_factory.mktemp("large") / "large.mp4"
    return write_video(path, seconds=8, size=(1280, 720), about=TELLING)


@dataclass(frozen=True)
class Ladder:
    """What the process left of the large video, and what it said."""

    source: Path
    folder: Path
    first: dict[str, Any]
    rest: dict[str, Any]


@pytest.fixture(scope="session")
def ladder(large: Path, tmp_path_factory: pytest.TempPathFactory) -> Ladder:
    folder = tmp_path_factory.mktemp("ladder")
    first, rest = (run(task, large, folder, hear=lambda _: None, stopping=NEVER) for task in ("first", "rest"))
    return Ladder(large, folder, first, rest)


NEVER = threading.Event()


class Films:
    """The films of one people side."""

    def __init__(self, site: Site) -> None:
        self.site = site
        folder = site.settings.folder / FOLDER
        self.studio = Studio(database=site.database, store=open_store(site.settings), folder=folder)

    def ask(self, video: Path, *, now: datetime = NOW) -> str:
        """Have a film made of this video; its source."""
        kept = keep_original(video, folder=self.studio.folder)
        with self.site.database.transaction() as db:
            ask_for_film(db, source=kept.name, path=kept, is_recipe=False, now=now)
        return kept.name

    def find(self, source: str) -> Film:
        with self.site.database.reading() as db:
            found = find_film(db, source)
        assert found is not None
        return found

    def hurry(self, source: str) -> None:
        """As if the lease were over, and the wait after a fault."""
        with self.site.raw() as connection:
            past = "'2026-01-01 00:00:00'"
            connection.exec_driver_sql(
                f"update films set not_before = {past}, leased_until = {past} where source = '{source}'"
            )

    def files(self) -> list[tuple[Any, ...]]:
        return self.site.rows("select kind, height, position, name, sha256 from film_files order by 1, 2, 3")

    def stored(self) -> list[str]:
        """What lies in the media store."""
        return sorted(path.name for path in self.site.settings.media_folder.iterdir())

    def left_over(self) -> list[str]:
        """What should not be there once nothing is made."""
        work = self.studio.folder / "work"
        return [str(path) for path in work.iterdir()] if work.exists() else []

    def clear(self) -> None:
        """Forget every film that was made."""
        with self.site.unguarded() as connection:
            for table in ("film_files", "films", "media_names", "media_files"):
                connection.exec_driver_sql(f"delete from {table}")
        shutil.rmtree(self.site.settings.media_folder)


@pytest.fixture
def films(site: Site) -> Films:
    return Films(site)
