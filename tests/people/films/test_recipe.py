"""A webinar without a video: the worker speaks and draws it, and codes what came of it like any other film."""

import shutil
from pathlib import Path

import pytest

from portal.people.films.asking import ask_for_film
from portal.people.films.library import Film
from portal.people.films.making import make_next, make_now
from portal.people.films.recipes import source_of_recipe
from tests.people.films.conftest import NEVER, NOW, Films
from tests.people.site import Site
from tests.video.tool import make as record
from tests.video.tool import write_short_one


@pytest.fixture(scope="session")
def captioned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tmp_path_factory.mktemp("recipe")
    written = write_short_one(at)
    record(written, at / "recorded", "--write-captions")
    return written


@pytest.fixture
def folder(captioned: Path, tmp_path: Path) -> Path:
    return shutil.copytree(captioned, tmp_path / captioned.name)


def ask(films: Films, folder: Path) -> str:
    source = source_of_recipe(folder)
    with films.site.database.transaction() as db:
        ask_for_film(db, source=source, path=folder, is_recipe=True, now=NOW)
    return source


def test_a_recipe_becomes_a_film_with_its_own_poster(films: Films, folder: Path, site: Site) -> None:
    source, seen = ask(films, folder), list[Film]()
    film = make_now(films.studio, source, stopping=NEVER, tell=lambda *_: seen.append(films.find(source)))
    assert film is not None
    assert (film.state, film.heights, film.percent) == ("ready", (360, 720), 100)
    assert film.seconds == pytest.approx(7, abs=1.5)
    assert "It is being spoken and drawn" in {one.words for one in seen}
    drawn = (folder / "poster.webp").read_bytes()
    with site.get(film.poster or "") as answer:
        assert answer.get_data() == drawn
    assert not films.left_over()


def test_what_is_wrong_in_a_recipe_stands_with_the_film_and_mending_it_helps(films: Films, folder: Path) -> None:
    recipe = folder / "webinar.toml"
    as_written = recipe.read_text()
    recipe.write_text(as_written.replace('said = "the first', 'said = "the last'))
    source = ask(films, folder)
    assert make_next(films.studio, stopping=NEVER) == 1
    film = films.find(source)
    assert (film.state, film.stream) == ("failed", None)
    assert film.words.startswith("short-one: webinar.toml: said = “the last of two” is in 0 lines")
    recipe.write_text(as_written)
    assert ask(films, folder) != source
