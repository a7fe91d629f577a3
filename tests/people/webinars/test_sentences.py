"""What is read are whole sentences, however a program cut them into captions."""

from pathlib import Path

import pytest

from portal.people.search.entries import sheet_of
from portal.people.webinars.reading import FOLDER
from portal.people.webinars.transcript import LONGEST, MOST_WORDS, sentences
from portal.shared.captions import Cue, read_cues
from tests.people.webinars.conftest import Studio

SAMPLES = sorted(FOLDER.glob("*/captions.*.vtt"))
CUT_ANYHOW = """1
00:00:00,000 --> 00:00:01,500
So a second message

2
00:00:01,500 --> 00:00:02,400
needs a new

3
00:00:02,600 --> 00:00:04,000
reason to “answer.”

4
00:00:04,000 --> 00:00:05,000
Doesn’t it?
"""


def said(
    *cues: tuple[float, float, str] | tuple[float, float, str, str], begin_anew_at: tuple[float, ...] = ()
) -> list[str]:
    made = tuple(
        Cue(start=start, stop=stop, words=words, speaker="".join(speaker), name=str(number))
        for number, (start, stop, words, *speaker) in enumerate(cues, 1)
    )
    return [line.words for line in sentences(made, begin_anew_at=begin_anew_at)]


def test_captions_that_are_cut_anyhow_are_read_and_found_by_the_sentence(studio: Studio) -> None:
    (studio.folder / "captions.en.vtt").unlink()
    (studio.folder / "chapters.vtt").unlink()
    (studio.folder / "captions.en.srt").write_text(CUT_ANYHOW)
    about = studio.folder / "webinar.toml"
    about.write_text(about.read_text().replace("It is a new reason to answer.", "a new reason to"))
    publication, _ = studio.publish()
    client = studio.app.test_client()
    whole = "So a second message needs a new reason to “answer.”"
    assert whole in client.get("/webinars/second-message").text
    assert whole in client.get("/webinars/second-message/transcript.txt").text
    assert [entry.words for entry in sheet_of(publication).entries if entry.kind == "cue"] == [whole, "Doesn’t it?"]


@pytest.mark.parametrize("end", [".", "?", "!", "…", ".”", "!’", "?)", "。"])
def test_a_sentence_goes_on_until_it_ends(end: str) -> None:
    assert said((0, 1, "It goes"), (1, 2, f"on{end}"), (2, 3, "And anew")) == [f"It goes on{end}", "And anew"]


def test_nobody_goes_on_for_another_nor_after_a_silence_nor_over_the_beginning_of_a_chapter() -> None:
    assert said((0, 1, "It goes", "Ines"), (1, 2, "on.", "Paolo")) == ["It goes", "on."]
    assert said((0, 1, "It goes"), (3.1, 4, "on.")) == ["It goes", "on."]
    assert said((0, 1, "It goes"), (1, 2, "on."), begin_anew_at=(0.0, 1.0)) == ["It goes", "on."]
    assert said((0, 1, "It goes"), (1, 2, "on."), begin_anew_at=(0.0, 2.0)) == ["It goes on."]


def test_who_never_ends_a_sentence_is_read_in_parts_that_can_be_read() -> None:
    slow = sentences(tuple(Cue(start=2.0 * n, stop=2.0 * n + 2, words="and so on") for n in range(20)))
    assert [line.stop - line.start for line in slow] == [LONGEST, LONGEST, LONGEST, 4]
    fast = said(*((n / 10, (n + 1) / 10, "x" * 60) for n in range(8)))
    assert max(map(len, fast)) <= MOST_WORDS
    assert len(fast) == 3


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name} {path.name}")
def test_captions_that_we_named_are_read_by_their_names(path: Path) -> None:
    cues = read_cues(path)
    assert len(sentences(cues)) == sum("." not in cue.name for cue in cues) < len(cues)
