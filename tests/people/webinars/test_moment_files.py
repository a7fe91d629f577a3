"""Moments as marketing writes them: what is wrong in a file is told all at once, each with its line and what to do."""

from pathlib import Path

import pytest

from portal.people.films.models import FilmState
from portal.people.media.models import MediaFile
from portal.people.moments.moment import Download, OfferCard, Poll, Question, Try
from portal.people.moments.reading import MOST_BYTES, read_moments
from portal.people.webinars.reading import FOLDER, BadFolder, check, read_folder
from portal.people.webinars.recording import from_json
from portal.shared.proofreading import BadContent
from tests.people.webinars.conftest import Studio
from tests.people.webinars.test_publish import count, found

MOMENTS = """\
[[moments]]
at = "0:01"
kind = "question"
title = "Is it a reminder?"
said = "0:02"

[[moments.answers]]
text = "Yes"
feedback = "A reminder brings nothing."

[[moments.answers]]
text = "No"
feedback = "It is a new reason."
right = true

[[moments]]
at = "0:02"
kind = "poll"
title = "How many do you write?"
choices = ["One", "Two"]

[[moments]]
at = "0:03"
kind = "download"
title = "One sheet"
text = "To write on."
file = "downloads/sheet.pdf"

[[moments]]
at = "0:04"
kind = "offer"
title = "Sit with us"
text = "For a day."
offer = "setup-day"

[[moments]]
at = "0:05"
kind = "try"
title = "Find them"
text = "All of them are invented."
button = "Open the list"
page = "/leads?f=stage:is:Proposal"
"""
PDF = b"%PDF-1.4 a sheet"


def write(folder: Path, words: str = MOMENTS) -> Path:
    (folder / "downloads").mkdir(exist_ok=True)
    (folder / "downloads" / "sheet.pdf").write_bytes(PDF)
    (folder / "downloads" / "none.csv").write_bytes(b"")
    (folder / "downloads" / "latin.txt").write_bytes(b"caf\xe9")
    (folder / "downloads" / "zip.pdf").write_bytes(b"PK\x03\x04")
    (folder / "moments.toml").write_text(words, "utf-8")
    return folder / "moments.toml"


def told(path: Path) -> list[str]:
    with pytest.raises(BadContent) as refused:
        read_moments(path, seconds=6)
    return [str(fault) for fault in refused.value.faults]


def test_each_kind_is_read_in_the_order_of_time(tmp_path: Path) -> None:
    first, *others = MOMENTS.split("[[moments]]\n")[1:]
    path = write(tmp_path, "".join(f"[[moments]]\n{one}" for one in (*others, first)))
    question, poll, download, offer, door = read_moments(path, seconds=6).moments
    assert isinstance(question, Question)
    assert (question.at, question.said, [answer.is_right for answer in question.answers]) == (1, 2, [False, True])
    assert isinstance(poll, Poll)
    assert poll.choices == ("One", "Two")
    assert isinstance(download, Download)
    assert (download.name, download.about) == ("sheet.pdf", "PDF, 16 bytes")
    assert isinstance(offer, OfferCard)
    assert isinstance(door, Try)
    assert (door.scenario, door.page) == ("fernhollow-cycles", "/leads?f=stage:is:Proposal")


def test_no_file_is_no_moments(tmp_path: Path) -> None:
    assert read_moments(tmp_path / "moments.toml", seconds=6).moments == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('at = "0:01"', "at = ", "Line 2, file: This is not TOML"),
        ('at = "0:01"\n', "", "Line 1, at: Write when, in minutes and seconds"),
        ('at = "0:01"', "at = 1", "Line 2, at: Write when"),
        ('at = "0:01"', 'at = "0:61"', "Line 2, at: Write when"),
        ('at = "0:01"', 'at = "-0:01"', "Line 2, at: Write when"),
        ('at = "0:01"', 'at = "٠:٠١"', "Line 2, at: Write when"),
        ('at = "0:01"', 'at = "0:06"', "Line 2, at: The recording ends at 0:06"),
        ('at = "0:02"', 'at = "1:00:00"', "Line 17, at: The recording ends at 0:06"),
        ('at = "0:02"', 'at = "0:01"', "Line 17, at: Another moment begins at that second"),
        ('kind = "poll"', 'kind = "prize"', "Line 18, kind: Write one of question, poll, download, offer, try"),
        ('kind = "poll"\n', "", "Line 16, kind: Write one of"),
        ('kind = "poll"', 'kind = "poll"\nprize = 1', "Line 19, prize: A moment of the kind poll has no such key"),
        ('title = "How many do you write?"\n', "", "Line 16, title: Add a line like title ="),
        ("How many do you write?", "x" * 121, "Line 19, title: It is 121 characters long"),
        ("How many do you write?", "a\\u202eb", "Line 19, title: Keep it on one line"),
        ('["One", "Two"]', '["One"]', "Line 20, choices: Give two to six choices"),
        ('["One", "Two"]', '["One", "One "]', "Line 20, choices: Two choices say the same"),
        ('["One", "Two"]', '["One", 2]', "Line 20, choices: Each choice is a text"),
        ("right = true\n", "", "Line 1, answers: None of the answers is right"),
        ("right = true", 'right = "yes"', "Line 14, right: Write true or false"),
        ("right = true", "right = true\nprize = 1", "Line 15, prize: An answer has no such key"),
        ('feedback = "It is a new reason."\n', "", "Line 11, feedback: Add a line like"),
        ('text = "Yes"', 'text = "No"', "Line 1, answers: Two answers say the same"),
        ('said = "0:02"', 'said = "9:00"', "Line 5, said: The recording ends at"),
        ("sheet.pdf", "nothing.pdf", "Line 27, file: There is no downloads/nothing.pdf in this folder"),
        ("downloads/sheet.pdf", "../sheet.pdf", "Line 27, file: Name a file of this folder"),
        ("downloads/sheet.pdf", "/etc/passwd", "Line 27, file: Name a file of this folder"),
        ("downloads/sheet.pdf", "page.html", "Line 27, file: It cannot be offered for download"),
        ("downloads/sheet.pdf", "downloads/none.csv", "Line 27, file: none.csv is empty"),
        ("downloads/sheet.pdf", "downloads/latin.txt", "Line 27, file: Save latin.txt as UTF-8"),
        ("downloads/sheet.pdf", "downloads/zip.pdf", "Line 27, file: zip.pdf is no PDF"),
        ('"setup-day"', '"day-off"', "Line 34, offer: Name an offer in content/offers, without its .md. There are: f"),
        ('"setup-day"', '"../../x"', "Line 34, offer: Name an offer"),
        ('"/leads?f', '"https://elsewhere.example/?f', "Line 42, page: Write a page of the sandbox"),
        ('"/leads?f', '"//elsewhere.example/?f', "Line 42, page: Write a page of the sandbox"),
        ('"/leads?f', '"/nowhere?f', "Line 42, page: The sandbox has no page /nowhere"),
        (
            'page = "/l',
            'scenario = "real-customers"\npage = "/l',
            "Line 42, scenario: Name a file in content/scenarios",
        ),
        ('button = "Open the list"\n', "", "Line 36, button: Add a line like"),
        ("[[moments]]\nat", "prize = 1\n[[moments]]\nat", "Line 1, prize: There is no such key"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_what_to_do(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in MOMENTS
    assert any(said in line for line in told(write(tmp_path, MOMENTS.replace(old, new, 1)))), said


@pytest.mark.parametrize("words", ["moments = 1", "moments = [1]", "[moments]\nat = 1", "moments = [[{}]]"])
def test_moments_that_are_no_list_of_tables_are_told_so(tmp_path: Path, words: str) -> None:
    assert told(write(tmp_path, words)) == ["Line 1, moments: Write each of them under a line [[moments]] of its own."]


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    words = MOMENTS.replace('"0:05"', '"soon"').replace("setup-day", "day-off").replace('"One", "Two"', "")
    assert [line.partition(":")[0] for line in told(write(tmp_path, words))] == [
        *("Line 20, choices", "Line 34, offer", "Line 37, at"),
    ]


def test_more_moments_than_a_recording_has_room_for_are_refused(tmp_path: Path) -> None:
    words = "".join(
        f'[[moments]]\nat = "0:{second:02}"\nkind = "poll"\ntitle = "x"\nchoices = ["a", "b"]\n' for second in range(25)
    )
    path = write(tmp_path, words)
    with pytest.raises(BadContent, match=r"Line 121, moments: There are 25\. A recording has room for 24"):
        read_moments(path, seconds=60)


def test_a_file_that_is_no_text_or_has_no_end_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_bytes(b"\xff")
    assert "UTF-8" in told(path)[0]
    path.write_text("#" * (MOST_BYTES + 1))
    assert "larger than 65,536" in told(path)[0]


def test_content_check_says_it_with_the_webinars_folder_and_the_file(studio: Studio) -> None:
    write(studio.folder, MOMENTS.replace("setup-day", "day-off"))
    (line,) = check(studio.folder / "webinar.toml")
    assert line.startswith("second-message/moments.toml: Line 34, offer: Name an offer")


def test_a_download_is_stored_with_the_media_and_named_by_what_was_published(studio: Studio) -> None:
    write(studio.folder)
    publication, _ = studio.publish()
    download = next(one for one in found(studio).moments if isinstance(one, Download))
    assert download.sha256 in publication.content
    with studio.app.test_client().get(download.url) as answer:
        assert (answer.data, answer.content_type) == (PDF, "application/pdf")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="sheet.pdf"'


def test_what_was_published_reads_the_same_with_moments_and_without(studio: Studio) -> None:
    before, _ = studio.publish()
    assert '"moments"' not in before.content  # so that its version is what it was before there were any
    write(studio.folder)
    after, is_new = studio.publish()
    assert is_new
    assert from_json(after.content).as_json() == after.content
    assert from_json(after.content).moments == read_folder(studio.folder).moments


def test_a_moment_in_a_folder_that_cannot_be_published_stores_nothing(studio: Studio) -> None:
    write(studio.folder, MOMENTS.replace("sheet.pdf", "nothing.pdf"))
    with pytest.raises(BadFolder, match=r"nothing\.pdf"):
        studio.publish()
    assert count(studio, MediaFile) == 0


def test_where_only_the_film_says_how_long_it_is_publishing_holds_moments_to_it(studio: Studio) -> None:
    (studio.folder / "chapters.vtt").unlink()
    (studio.folder / "captions.en.vtt").unlink()
    write(studio.folder)
    studio.publish(reason="A silent film")  # how long it is, nobody knows by now
    with studio.database.transaction() as db:
        db.get_one(FilmState, read_folder(studio.folder).source).seconds = 4.5
    with pytest.raises(BadFolder, match=r"second-message/moments\.toml: Line \d+, at: The recording ends at 0:04\."):
        studio.publish(reason="A silent film")


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in FOLDER.glob("*/webinar.toml")), ids=lambda one: one.name
)
def test_each_of_our_webinars_has_three_kinds_of_moments_or_more(folder: Path) -> None:
    moments = read_folder(folder).moments
    assert 3 <= len({moment.kind for moment in moments}) <= len(moments) <= 6


def test_together_our_webinars_use_every_kind() -> None:
    used = {one.kind for path in FOLDER.glob("*/webinar.toml") for one in read_folder(path.parent).moments}
    assert used == {"question", "poll", "download", "offer", "try"}
