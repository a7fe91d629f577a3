"""What the tool says about a recipe that cannot be filmed, and what it makes of the smallest one that can."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.video.tool import POSTER, make, write_short_one

SLIDE = 'under = "Nothing more"'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_short_one(tmp_path)


def test_the_smallest_recipe_becomes_a_film_with_everything_beside_it(folder: Path, tmp_path: Path) -> None:
    made = make(folder, tmp_path / "out")
    assert (made.returncode, made.stderr) == (0, "")
    assert "short-one: 0:0" in made.stdout
    names = {"short-one.mp4", "poster.webp", "captions.en.vtt", "chapters.vtt", "build.json"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    note = json.loads((tmp_path / "out" / "build.json").read_text())
    assert note["said"]["words"] == "This is the first of two sentences."
    assert set(note["files"]) == names - {"build.json"}


def test_a_film_is_made_anew_when_a_word_or_a_file_of_it_changed(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    make(folder, out)
    (out / "chapters.vtt").write_text("WEBVTT\n")
    assert "made in" in make(folder, out).stdout
    _mend(folder, "second.", "very second.")
    assert "made in" in make(folder, out).stdout
    assert "very second" in (out / "captions.en.vtt").read_text()


def test_captions_are_written_into_the_folder_when_asked_and_reported_stale_when_not(
    folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert "captions.en.vtt is not what is said" in make(folder, out).stdout
    make(folder, out, "--write-captions")
    assert (folder / "captions.en.vtt").read_text() == (out / "captions.en.vtt").read_text()
    assert "not what is said" not in make(folder, out).stdout
    shifted = (folder / "captions.en.vtt").read_text().replace("00:00:01.000", "00:00:01.400")
    (folder / "captions.en.vtt").write_text(shifted)
    assert "captions.en.vtt is not what is said" in make(folder, out).stdout


def test_a_translation_follows_the_captions_by_the_names_of_its_cues(folder: Path, tmp_path: Path) -> None:
    out, german = tmp_path / "out", folder / "captions.de.vtt"
    make(folder, out, "--write-captions")
    spoken = (folder / "captions.en.vtt").read_text()
    german.write_text(spoken.replace("00:00:01.000", "00:00:02.000").replace("the first", "der erste"))
    assert "captions.de.vtt stands at other moments" in make(folder, out).stdout
    make(folder, out, "--write-captions")
    assert german.read_text() == spoken.replace("the first", "der erste")
    german.write_text(spoken.replace("\n2\n", "\n7\n"))
    assert "captions.de.vtt has a cue '7', which captions.en.vtt has not" in make(folder, out).stdout


def _mend(folder: Path, old: str, new: str) -> None:
    recipe = folder / "webinar.toml"
    assert old in recipe.read_text()
    recipe.write_text(recipe.read_text().replace(old, new))


def _replaced(old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: _mend(folder, old, new)


def _with_screen(picture: bytes | None, marks: str = "") -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        _mend(folder, SLIDE, 'screen = "leads"')
        (folder / "slides" / "marks.toml").write_text(marks)
        if picture is not None:
            (folder / "slides" / "leads.webp").write_bytes(picture)

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: (folder / "webinar.toml").unlink(), "webinar.toml is missing: name a folder that holds one"),
        (lambda folder: (folder / "webinar.toml").write_bytes(b"\xff"), "save it as plain text in UTF-8"),
        (_replaced('title = "A short one"', "title = "), "is not TOML"),
        (_replaced('title = "A short one"\n', ""), 'title is missing: write title = "…"'),
        (_replaced('"A short one"', '" "'), 'title is empty: write title = "…"'),
        (_replaced("date = 2026-03-12", 'date = "today"'), "write date = 2026-03-12"),
        (_replaced("pace = 1.0", "pace = 9"), "write a number from 0.7 to 1.3"),
        (_replaced('language = "en"', 'language = "fr"'), 'write language = "en"'),
        (_replaced('voice = "heart"', 'voice = "emma"'), "there is no voice “emma” here: write one of heart"),
        (_replaced('"the first of two"', '"nobody says this"'), "is in 0 lines of the script"),
        (_replaced("This is the first", "…\nThis is the first"), "has no words to say"),
        (_replaced(f'{SLIDE}\nsay = """', f'{SLIDE}\nspeak = """'), "say is missing"),
        (_replaced(SLIDE, f'{SLIDE}\nsubtitle = "No"'), "nothing reads “subtitle”"),
        (_replaced(SLIDE, 'points = ["One"]\nletter = ["Two"]'), "points and letter: make two slides of it"),
        (_replaced(SLIDE, 'under = "Nothing"\nbars = { One = "many" }'), "write bars = { First = 9, Second = 21 }"),
        (_replaced(SLIDE, 'under = "Nothing"\nbars = { One = 0 }'), "bars has nothing to show"),
        (_replaced("Only slide", "A title that is much too long for its slide"), "43 characters, 40 fit: shorten it"),
        (_replaced(SLIDE, 'points = ["1", "2", "3", "4"]'), "points has 4 texts, 3 fit"),
        (_replaced(SLIDE, f'letter = ["{"word " * 200}"]'), "the letter of “Only slide” is too long"),
        (_replaced(SLIDE, "points = []"), "points is a list of texts"),
        (_replaced("And this", "[2] And this"), "[2] is not on this slide, which has: whole"),
        (_replaced("[[chapters.slides]]", "[[chapters.pages]]"), "slides is missing: write [[slides]]"),
        (_with_screen(None), "leads.webp is missing: take it with tools/video/screens.py"),
        (_with_screen(b"no picture"), "leads.webp is not a picture"),
        (_with_screen(None, marks="[leads]\nopen = [1, 2]"), "leads.webp is missing"),
        (_with_screen(b"no picture", marks="[leads]\nopen = [1, 2]"), "write [left, top, width, height]"),
        (lambda folder: (folder / "poster.svg").unlink(), "poster.svg is missing: draw it"),
        (lambda folder: (folder / "poster.svg").write_text("no drawing"), "poster.svg is not a drawing"),
        (lambda folder: (folder / "poster.svg").write_text(POSTER.replace("accent", "mauve")), "no color --mauve"),
        (lambda folder: (folder.parent / "out").write_text("in the way"), "name a folder that can"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_what_to_do(
    folder: Path, tmp_path: Path, change: Callable[[Path], object], words: str
) -> None:
    change(folder)
    refused = make(folder, tmp_path / "out")
    assert refused.returncode == 2
    assert words in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert not list(tmp_path.glob("out/*"))
