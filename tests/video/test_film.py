"""The recorded webinar as people get it: long enough, well heard, and captioned to the moment."""

import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import webvtt
from webvtt.models import Timestamp

from tests.video.conftest import FOLDER
from tests.video.tool import make

WITHIN = 0.3
HEARD, SILENT = 0.01, 0.004


def test_it_lasts_three_minutes_and_shows_eight_slides(film: Path, measured: dict[str, Any]) -> None:
    assert measured["duration"] >= 180
    assert measured["slides"] >= 8
    assert abs(measured["duration"] - json.loads((film / "build.json").read_text())["duration"]) < 0.1


def test_browsers_can_start_it_at_once_and_seek_in_it(measured: dict[str, Any]) -> None:
    assert measured["picture"] == ["h264", "yuv420p", 1280, 720]
    assert measured["sound"] == "aac"
    assert measured["index_stands_first"]
    keys = [*measured["keys"], measured["duration"]]
    assert keys[0] == 0
    assert all(later - earlier <= 7 for earlier, later in itertools.pairwise(keys))


def test_it_is_as_loud_as_spoken_words_should_be_and_never_clips(measured: dict[str, Any]) -> None:
    assert -18 <= measured["loudness"] <= -16
    assert measured["peak"] < 0.95


def test_every_sentence_is_captioned_when_it_is_heard(film: Path, measured: dict[str, Any]) -> None:
    onsets = _onsets(measured["levels"])
    sentences = [cue for cue in _cues(film / "captions.en.vtt") if "." not in cue.name]
    late = {cue.text for cue in sentences if min(abs(cue.start - on) for on in onsets) > WITHIN}
    assert len(sentences) > 40
    assert not late


def test_a_long_sentence_is_cut_where_the_voice_rests(film: Path, measured: dict[str, Any]) -> None:
    parts = [cue for cue in _cues(film / "captions.en.vtt") if "." in cue.name]
    assert parts
    for cue in parts:
        moment = round(cue.start * 100)
        assert min(measured["levels"][moment - 5 : moment + 6]) < SILENT, cue.text


def test_captions_fit_two_lines_and_follow_each_other(film: Path) -> None:
    cues = _cues(film / "captions.en.vtt")
    for cue in cues:
        assert len(cue.text.split("\n")) <= 2
        assert max(map(len, cue.text.split("\n"))) <= 42
        assert cue.start < cue.end
    assert all(one.end <= other.start for one, other in itertools.pairwise(cues))


def test_chapters_cover_the_whole_in_order_and_start_on_key_frames(film: Path, measured: dict[str, Any]) -> None:
    cues = _cues(film / "chapters.vtt")
    duration = json.loads((film / "build.json").read_text())["duration"]
    starts = [cue.start for cue in cues]
    assert len(cues) >= 4
    assert [*starts, duration] == [0, *(cue.end for cue in cues)]
    assert starts == sorted(starts)
    assert all(min(abs(start - key) for key in measured["keys"]) < 0.01 for start in starts)


def test_the_quote_for_the_home_page_is_said_when_the_note_says(film: Path) -> None:
    said = json.loads((film / "build.json").read_text())["said"]
    cue = next(cue for cue in _cues(film / "captions.en.vtt") if cue.start == said["start"])
    assert " ".join(cue.text.split()) == said["words"]


def test_the_committed_captions_are_those_of_the_film(film: Path) -> None:
    for name in ("captions.en.vtt", "chapters.vtt"):
        made, committed = _cues(film / name), _cues(FOLDER / name)
        assert [cue.text for cue in made] == [cue.text for cue in committed]
        for one, other in zip(made, committed, strict=True):
            assert abs(one.start - other.start) <= WITHIN
            assert abs(one.end - other.end) <= WITHIN


def test_a_second_call_makes_nothing(film: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in film.iterdir()}
    again = make(FOLDER, film)
    assert "unchanged" in again.stdout
    assert {path: path.stat().st_mtime_ns for path in film.iterdir()} == before


@dataclass(frozen=True)
class _Cue:
    name: str
    start: float
    end: float
    text: str


def _cues(path: Path) -> list[_Cue]:
    """The cues as a library reads them that had no part in writing them."""
    return [
        _Cue(cue.identifier or "", _seconds(cue.start_time), _seconds(cue.end_time), cue.text)
        for cue in webvtt.read(str(path)).captions
    ]


def _seconds(moment: Timestamp) -> float:
    return moment.hours * 3600 + moment.minutes * 60 + moment.seconds + moment.milliseconds / 1000


def _onsets(levels: list[float]) -> list[float]:
    """When sound begins, in seconds, after at least a fifth of a second of silence."""
    return [
        moment / 100 for moment in range(20, len(levels)) if levels[moment] > HEARD >= max(levels[moment - 20 : moment])
    ]
