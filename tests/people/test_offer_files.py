"""Offers as marketing writes them: what is wrong in a file is told all at once, each with its line and what to do."""

from pathlib import Path

import pytest

from portal.people.offers.reading import FOLDER, check, read_offer

SETUP = (FOLDER / "setup-day.md").read_text("utf-8")
SHARED = (FOLDER / "second-month.md").read_text("utf-8")


def faults(tmp_path: Path, words: str, name: str = "odd.md") -> list[str]:
    path = tmp_path / name
    path.write_bytes(words.encode("utf-8", "surrogateescape"))
    return [str(fault) for fault in check(path)]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.stem)
def test_the_sample_offers_are_in_order_and_promise_nothing_for_a_tick(path: Path) -> None:
    offer = read_offer(path)
    assert offer.gets
    assert offer.steps
    assert "need not let us write to you" in offer.terms_html


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("places = 60", "places = 0", "Line 7, places: Say how many"),
        ("places = 60", 'places = "60"', "Line 7, places: Say how many"),
        ("places = 60", "places = true", "Line 7, places: Say how many"),
        ("places = 60", "places = ", "Line 7, keys: This is not TOML"),
        ("places = 60", 'places = 60\nprize = "gold"', "Line 8, prize: There is no such key. There are: title,"),
        ('every = "month"', 'every = "week"', "Line 8, every: Write one of month"),
        ('every = "month"', "", "opens_on: Add a line like opens_on = 2027-03-01"),
        ('every = "month"', "opens_on = 2027-03-02\ncloses_on = 2027-03-01", "Line 9, closes_on: It closes before"),
        ('every = "month"', 'opens_on = "2027-03-02"\ncloses_on = 2027-03-03', "Line 8, opens_on: Add a line like"),
        ('every = "month"', 'every = "month"\nopens_on = 2027-03-02', "Line 9, opens_on: A round a month"),
        ('code = "SETUP"', 'code = "Set up"', "Line 9, code: Everyone's own code begins with it"),
        ('code = "SETUP"', 'codes = "none"\ncode = "SETUP"', "Line 9, codes: Write one of single, shared"),
        ('code = "SETUP"', 'whom = "friends"\ncode = "SETUP"', "Line 9, whom: Write one of everyone, new"),
        ('name = "Setup day"', f'name = "{"x" * 41}"', "Line 3, name: It is 41 characters long, and has room for 40."),
        ('name = "Setup day"', 'name = " "', "Line 3, name: Add a line like"),
        ('name = "Setup day"', 'name = """a\nb"""', "Line 3, name: Keep it on one line"),
        ('name = "Setup day"', 'name = "Setup\\u2028day"', "Line 3, name: Keep it on one line"),
        ('name = "Setup day"', 'name = "Setup\\u007fday"', "Line 3, name: Keep it on one line"),
        ('name = "Setup day"', 'name = "Setup =? day"', "Line 3, name: Write it without =?"),
        ('icon = "table-2"\n', "", "Line 12, gets: Each [[gets]] has icon, title, text"),
        ('icon = "table-2"', 'icon = "../x"', "Line 12, gets: An icon is a name"),
        ("## Terms", "## Conditions", "## Terms: End the file with a line ## Terms"),
        ("+++\ntitle", "title", "Line 1, +++: Begin with a line +++"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in SETUP
    found = faults(tmp_path, SETUP.replace(old, new, 1))
    assert any(said in fault for fault in found), found


def test_all_of_it_is_told_at_once_in_the_order_of_the_lines(tmp_path: Path) -> None:
    words = SETUP.replace("places = 60", "places = 0").replace('code = "SETUP"', 'code = "x"').replace("## Terms", "")
    assert [fault.split(":")[0].split(", ")[1] for fault in faults(tmp_path, words)] == ["places", "code", "## Terms"]


def test_a_code_that_all_share_has_its_own_form(tmp_path: Path) -> None:
    assert faults(tmp_path, SHARED.replace("SECOND-MONTH", "second")) == [
        "Line 11, code: All share it: four to sixteen capitals, digits and dashes."
    ]


@pytest.mark.parametrize("name", ["Setup Day.md", "ä.md", f"{'x' * 70}.md", "-x.md"])
def test_a_name_that_makes_no_address_is_refused(tmp_path: Path, name: str) -> None:
    assert "Name the file by small letters" in faults(tmp_path, SETUP, name)[0]


@pytest.mark.parametrize("words", ["", "\x00", "+++\n+++", "+++\n", "\udcff", SETUP.replace("\n", "\r\n")[:50]])
def test_any_bytes_are_read_or_refused_in_words(tmp_path: Path, words: str) -> None:
    assert faults(tmp_path, words)


def test_lines_may_end_as_they_do_on_windows(tmp_path: Path) -> None:
    assert faults(tmp_path, SETUP.replace("\n", "\r\n")) == []
