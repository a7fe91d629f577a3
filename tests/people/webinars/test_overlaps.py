"""Captions that run into each other a little are mended, and several people may speak at once; the rest is refused."""

from pathlib import Path

import pytest

from portal.shared.captions import read_cues, write_cues
from portal.shared.proofreading import BadContent

Spans = list[tuple[float, float]]


def read(folder: Path, *cues: tuple[float, float, str], suffix: str = ".vtt") -> Spans:
    """The times that were understood of cues given as start, stop and words."""
    blocks = ["WEBVTT"] if suffix == ".vtt" else []
    mark = "." if suffix == ".vtt" else ","
    blocks += [
        f"{n}\n{clock(start, mark)} --> {clock(stop, mark)}\n{words}" for n, (start, stop, words) in enumerate(cues, 1)
    ]
    path = folder / f"captions.en{suffix}"
    path.write_text("\n\n".join(blocks) + "\n")
    found = read_cues(path)
    again = folder / "again.vtt"
    again.write_text(write_cues(found))
    assert [(cue.start, cue.stop) for cue in read_cues(again)] == [(cue.start, cue.stop) for cue in found]
    return [(cue.start, cue.stop) for cue in found]


def clock(seconds: float, mark: str) -> str:
    return f"00:00:{seconds:06.3f}".replace(".", mark)


@pytest.mark.parametrize("suffix", [".vtt", ".srt"])
def test_a_cue_that_runs_a_little_into_the_next_ends_where_that_begins(tmp_path: Path, suffix: str) -> None:
    spans = read(tmp_path, (0, 2.02, "One"), (2, 4.25, "Two"), (4, 5, "Three"), suffix=suffix)
    assert spans == [(0, 2), (2, 4), (4, 5)]


def test_two_who_are_named_may_speak_at_once(tmp_path: Path) -> None:
    spans = [(0, 4), (1, 3), (2, 5), (4, 6)]
    words = ["<v Ines>One", "<v Paolo>Two", "<v Renske>Three", "<v Ines>Four"]
    assert read(tmp_path, *((*span, said) for span, said in zip(spans, words, strict=True))) == spans


@pytest.mark.parametrize(
    ("suffix", "cues"),
    [
        (".vtt", [(0, 2.3, "One"), (2, 4, "Two")]),
        (".srt", [(0, 2.3, "One"), (2, 4, "Two")]),
        (".srt", [(0, 2.3, "<v Ines>One"), (2, 4, "<v Paolo>Two")]),
        (".vtt", [(0, 0.2, "One"), (0, 0.4, "Two")]),
        (".vtt", [(0, 2.3, "<v Ines>One"), (2, 4, "<v Ines>Two")]),
        (".vtt", [(0, 2.3, "<v Ines>One"), (2, 4, "Two")]),
        (".vtt", [(0, 2.3, "One"), (2, 4, "<v Ines>Two")]),
        (".vtt", [(0, 9, "<v Ines>One"), (1, 2, "<v Paolo>Two"), (3, 4, "<v Ines>Three")]),
        (".vtt", [(0, 9, "<v Ines>One"), (1, 2, "<v Paolo>Two"), (3, 4, "Three")]),
    ],
)
def test_what_nobody_can_say_at_once_is_refused(
    tmp_path: Path, suffix: str, cues: list[tuple[float, float, str]]
) -> None:
    with pytest.raises(BadContent, match="It begins before the one above it has ended, at 00:00:0"):
        read(tmp_path, *cues, suffix=suffix)
