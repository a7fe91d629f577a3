"""The webinars that come with the portal, as they are committed: whole, captioned word for word, each its own."""

import itertools
import re
import tomllib
from collections import Counter
from html import unescape
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import webvtt
from webvtt.models import Timestamp

from tests.video.tool import ROOT

FOLDERS = sorted((ROOT / "content/webinars").iterdir())
LINE, LINES = 42, 2
MOST_BYTES_A_PICTURE, MOST_BYTES = 100_000, 5_000_000

each = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def test_there_are_six_by_six_people_on_all_three_businesses() -> None:
    recipes = [_recipe(folder) for folder in FOLDERS]
    assert len(FOLDERS) == 6
    assert len({recipe["presenter"] for recipe in recipes}) == 6
    assert len({recipe.get("pitch", 1.0) for recipe in recipes}) == 6
    walked = "".join(path.read_text() for path in (ROOT / "tools/video/walks").glob("*.py"))
    assert all(f'"{path.stem}"' in walked for path in (ROOT / "content/scenarios").glob("*.toml"))


@each
def test_it_lasts_three_minutes_and_its_chapters_cover_all_of_it(folder: Path) -> None:
    spans = _cues(folder / "chapters.vtt")
    assert [name for name, *_ in spans] == [str(number) for number in range(1, len(spans) + 1)]
    assert [title for *_, title in spans] == [chapter["title"] for chapter in _recipe(folder)["chapters"]]
    assert len(spans) >= 4
    assert spans[0][1] == 0
    assert all(one[2] == other[1] for one, other in itertools.pairwise(spans))
    assert spans[-1][2] >= 180
    assert spans[-1][2] - _cues(folder / "captions.en.vtt")[-1][2] < 5


@each
def test_its_captions_are_its_script_word_for_word(folder: Path) -> None:
    said: dict[str, list[str]] = {}
    for name, _, _, text in _cues(folder / "captions.en.vtt"):
        said.setdefault(name.partition(".")[0], []).append(" ".join(text.split()))
    assert [" ".join(parts) for parts in said.values()] == _script(folder)


@each
def test_its_captions_can_be_read_and_follow_each_other_in_every_language(folder: Path) -> None:
    english = [(name, start, end) for name, start, end, _ in _cues(folder / "captions.en.vtt")]
    for path in folder.glob("captions.*.vtt"):
        cues = _cues(path)
        assert [(name, start, end) for name, start, end, _ in cues] == english, path
        assert all(one[2] <= other[1] for one, other in itertools.pairwise(cues))
        for _, start, end, text in cues:
            assert start < end
            assert len(text.split("\n")) <= LINES
            assert max(map(len, text.split("\n"))) <= LINE, text


@each
def test_its_pictures_are_those_of_its_walk_and_small(folder: Path) -> None:
    pictures = list((folder / "slides").glob("*.webp"))
    walk = import_module(f"tools.video.walks.{folder.name.replace('-', '_')}").WALK
    marks = tomllib.loads((folder / "slides/marks.toml").read_text())
    assert {path.stem for path in pictures} == set(walk) == set(marks) == _screens(folder)
    assert max(path.stat().st_size for path in pictures) < MOST_BYTES_A_PICTURE
    assert sum(path.stat().st_size for other in FOLDERS for path in other.rglob("*.webp")) < MOST_BYTES


def test_one_of_them_is_captioned_in_german_too() -> None:
    assert any((folder / "captions.de.vtt").exists() for folder in FOLDERS)


def test_no_two_share_a_paragraph() -> None:
    written = Counter(
        paragraph
        for folder in FOLDERS
        for paragraph in {*_paragraphs((folder / "page.md").read_text()), *_spoken_paragraphs(folder)}
    )
    assert len(written) > 100
    assert [paragraph for paragraph, times in written.items() if times > 1] == []


def _recipe(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "webinar.toml").read_text(encoding="utf-8"))


def _slides(folder: Path) -> list[dict[str, Any]]:
    return [slide for chapter in _recipe(folder)["chapters"] for slide in chapter["slides"]]


def _screens(folder: Path) -> set[str]:
    return {slide["screen"] for slide in _slides(folder) if "screen" in slide}


def _script(folder: Path) -> list[str]:
    lines = [line for slide in _slides(folder) for line in slide["say"].strip().splitlines()]
    return [words for line in lines if (words := _without_mark(line))]


def _without_mark(line: str) -> str:
    return re.sub(r"^\[[^\]]*\]\s*", "", line.strip())


def _spoken_paragraphs(folder: Path) -> set[str]:
    return {_plain(part) for slide in _slides(folder) for part in slide["say"].split("\n\n")}


def _paragraphs(markdown: str) -> set[str]:
    return {_plain(part) for part in markdown.split("\n\n") if len(part.split()) > 5}


def _plain(text: str) -> str:
    return " ".join(_without_mark(line) for line in text.strip().splitlines()).casefold()


def _cues(path: Path) -> list[tuple[str, float, float, str]]:
    """Name, start, end and text, as a library reads them that had no part in writing them."""
    return [
        (cue.identifier or "", _seconds(cue.start_time), _seconds(cue.end_time), unescape(cue.text))
        for cue in webvtt.read(str(path)).captions
    ]


def _seconds(moment: Timestamp) -> float:
    return moment.hours * 3600 + moment.minutes * 60 + moment.seconds + moment.milliseconds / 1000
