"""A recipe is recorded by a child: each percent is told, what is wrong is said in words, and it never outlives us."""

import subprocess
import threading
from pathlib import Path

import pytest
import structlog.testing

from portal.people.films.recipes import source_of_recipe
from portal.people.films.recorder import CannotRecord, Stopped, record
from tests.video.tool import PYTHON, ROOT, make, write_short_one

COMMITTED = ("captions.en.vtt", "chapters.vtt")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short recipe with its captions, as it is committed."""
    where = tmp_path_factory.mktemp("recipes")
    folder = write_short_one(where)
    make(folder, where / "made", "--write-captions")
    return folder


def record_in(folder: Path, out: Path, *, percents: list[int] | None = None, stopped: bool = False) -> Path:
    stopping = threading.Event()
    if stopped:
        stopping.set()
    return record(folder, out, tell=(percents if percents is not None else []).append, stopping=stopping)


def test_a_recipe_becomes_a_film_and_each_percent_is_told(written: Path, tmp_path: Path) -> None:
    percents: list[int] = []
    film = record_in(written, tmp_path / "out", percents=percents)
    assert film.read_bytes()[4:8] == b"ftyp"
    assert {path.name for path in film.parent.iterdir()} >= {"build.json", "poster.webp", *COMMITTED}
    assert percents == sorted(set(percents))
    assert percents[-1] == 100
    assert len(percents) > 5


def test_what_is_wrong_in_a_recipe_is_said_without_our_names_for_things(tmp_path: Path) -> None:
    folder = write_short_one(tmp_path)
    (folder / "poster.svg").unlink()
    with pytest.raises(CannotRecord, match=r"short-one: poster\.svg is missing: draw it") as refused:
        record_in(folder, tmp_path / "out")
    assert "tools.video" not in str(refused.value)


def test_captions_that_are_not_what_is_said_make_no_film(written: Path, tmp_path: Path) -> None:
    captions = written / "captions.en.vtt"
    as_written = captions.read_text()
    captions.write_text(as_written.replace("00:00:01.000", "00:00:01.400"))
    with pytest.raises(CannotRecord, match=r"captions\.en\.vtt is not what is said"):
        record_in(written, tmp_path / "out")
    captions.write_text(as_written)


def test_without_the_voice_the_words_say_how_to_get_it(written: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotRecord, match="Run: make setup"):
        record(written, tmp_path, tell=print, stopping=threading.Event(), python=tmp_path / "none")


def test_who_stops_gets_no_half_of_a_film(written: Path, tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        record_in(written, tmp_path / "out", stopped=True)
    assert not list(tmp_path.glob("out/*.mp4"))


def test_the_child_ends_with_whoever_started_it(written: Path, tmp_path: Path) -> None:
    """Killed without a word, a worker closes nothing itself; the other end of the child's input closes all the same."""
    command: list[str | Path] = [PYTHON, "-m", "tools.video", written, "--out", tmp_path / "out", "--progress"]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, cwd=ROOT, check=False)
    assert ended.returncode == 3
    assert not list(tmp_path.glob("out/*.mp4"))


def test_a_source_is_another_once_the_film_would_be(tmp_path: Path) -> None:
    folder = write_short_one(tmp_path)
    source = source_of_recipe(folder)
    assert len(source) == 64
    (folder / "page.md").write_text("Other words under the player.")
    (folder / "captions.en.vtt").write_text("WEBVTT\n")
    recipe = folder / "webinar.toml"
    recipe.write_text('level = "advanced"\ntopics = ["Pipeline"]\n' + recipe.read_text())
    assert source_of_recipe(folder) == source
    (folder / "slides" / "marks.toml").write_text("[leads]\n")
    assert source_of_recipe(folder) != source
    (folder / "slides" / "marks.toml").unlink()
    recipe.write_text(recipe.read_text().replace("second", "last"))
    assert source_of_recipe(folder) != source


def test_a_fault_of_the_tool_is_logged_and_names_no_folder(written: Path, tmp_path: Path) -> None:
    failing = tmp_path / "python"
    failing.write_text(f"#!/bin/sh\necho 'FileNotFoundError: {tmp_path}/secret' >&2\nexit 1\n")
    failing.chmod(0o700)
    with structlog.testing.capture_logs() as logs, pytest.raises(CannotRecord, match="in the log") as refused:
        record(written, tmp_path, tell=print, stopping=threading.Event(), python=failing)
    assert str(tmp_path) not in str(refused.value)
    assert "secret" in logs[0]["error"]
