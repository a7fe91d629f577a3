"""Paths as marketing writes them: what is wrong in a file is told all at once, each with its line and what to do."""

from pathlib import Path

import pytest

from portal.people.paths.learning_path import Chapter, Question, from_json, key_of
from portal.people.paths.reading import MOST_BYTES, check, read_path
from tests.people.paths.conftest import PATH, TABLE, Write


def told(path: Path) -> list[str]:
    return [str(fault) for fault in check(path)]


def test_a_path_is_read_with_all_that_its_page_shows(write: Write) -> None:
    path = read_path(write(), keep=lambda file: ("a" * 64, file.stat().st_size))
    chapter, question = path.steps[0], path.steps[2]
    assert isinstance(chapter, Chapter)
    assert (chapter.second, chapter.seconds, chapter.url) == (0, 43, "/webinars/second-message?t=0#player")
    assert chapter.webinar_title == "The second message: following up without nagging"
    assert isinstance(question, Question)
    assert question.right.says == "Whoever waits longest"
    assert (path.minutes, path.downloads[0].type, path.downloads[0].size) == (15, "CSV table", len(TABLE))
    assert from_json(path.as_json()) == path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("+++\ntitle", "title", "Line 1, +++: Begin with a line +++"),
        ('title = "Call, then write"', "title = ", "Line 2, keys: This is not TOML"),
        ('title = "Call, then write"', 'title = "a\\u202eb"', "Line 2, title: Keep it on one line"),
        ("date = 2026-03-03", 'date = "2026-03-03"', "Line 5, date: Add a line like date = 2026-11-03, without"),
        ('["Following up"]', '["sales"]', "Line 6, topics: List one to three of First steps, Following up"),
        ('"first steps"', '"easy"', "Line 7, level: Write one of first steps, everyday, advanced, in quotes."),
        ('["Call first", "Write second"]', '["Call first"]', "Line 8, teaches: List two to six things"),
        ('["Call first", "Write second"]', '["", "x"]', "Line 8, teaches: Each of them is a text in quotes."),
        ("teaches =", "prize = 1\nteaches =", "Line 8, prize: There is no such key. There are: title"),
        ('"second-message"', '"third-message"', "Line 11, webinar: There is no webinar third-message in content/web"),
        ('"second-message"', '"../../x"', "Line 11, webinar: There is no webinar ../../x"),
        ('"Why a second message"', '"Why"', "Line 12, chapter: second-message has no such chapter. It has: Why a"),
        ('"read-before-you-write"', '"read"', "Line 16, tip: There is no tip read in content/tips"),
        ('tip = "read-before-you-write"', "", "Line 15, steps: Each step has one of these: chapter"),
        ('tip = "read', 'try = "x"\ntip = "read', "Line 16, try: Each step has one of these"),
        ('why = "For the sentence at its end."', "", "Line 15, why: Add a line like why"),
        ('why = "For the sentence', 'because = "x"\nwhy = "For the sentence', "Line 17, because: A step with tip has"),
        ("right = true\n", "", "answers: Exactly one answer has right = true; here it is none."),
        (
            'because = "They will',
            'right = true\nbecause = "They will',
            "Exactly one answer has right = true; here it is 2.",
        ),
        ("right = true", 'right = "yes"', "Line 29, right: Write right = true under the right answer, without"),
        ('"Whoever is loudest"', '"Whoever waits longest"', "Line 22, answers: Two answers say the same."),
        ('because = "They will call you."', "", "because: Each [[steps.answers]] has a line because ="),
        ('page = "/today"', 'page = "/tomorrow"', "Line 33, page: The sandbox has no page /tomorrow."),
        ('page = "/today"', 'page = "https://elsewhere.example/"', "Line 33, page: Write a page of the sandbox"),
        ('page = "/today"', 'page = "//elsewhere.example/"', "Line 33, page: Write a page of the sandbox"),
        (
            'page = "/today"',
            'page = "/today"\nscenario = "../x"',
            "Line 34, scenario: Name a file in content/scenarios, without its .toml. There are: bramblewick-heating",
        ),
        ('"numbers.csv"', '"none.csv"', "Line 38, file: There is no file none.csv in the folder call-then-write"),
        ('"numbers.csv"', '"../numbers.csv"', "Line 38, file: Name a file in the folder call-then-write"),
        ('"numbers.csv"', '"numbers.html"', "Line 38, file: Name a file in the folder call-then-write"),
        ('title = "Numbers to call"', "", "Line 37, title: Each [[downloads]] has a line title ="),
        ("This path is about", "This <b>path</b> is about", "Line 42, words: HTML is shown as it is typed"),
        ("This path is about", "[This](javascript:alert(1)) path is about", "Line 42, words: A link begins with /"),
        ("This path is about", "[[[" * 100, "Line 42, words: They have more than 200 of [ | &."),
    ],
)
def test_what_is_wrong_is_told_with_its_line(write: Write, old: str, new: str, said: str) -> None:
    found = told(write((old, new)))
    assert any(said in fault for fault in found), found


def test_all_of_it_is_told_at_once_in_the_order_of_the_lines(write: Write) -> None:
    found = told(write(('"first steps"', '"easy"'), ("/today", "/tomorrow"), ('tip = "read', 'tip = "real')))
    assert [fault.partition(":")[0] for fault in found] == ["Line 7, level", "Line 16, tip", "Line 33, page"]


def test_a_step_stands_once_and_a_question_is_asked_somewhere(write: Write) -> None:
    again = '[[steps]]\ntip = "read-before-you-write"\nwhy = "Once more."\n\n[[downloads]]'
    assert "Line 38, tip: It is step 2 again. Each is done once." in told(write(("[[downloads]]", again)))[0]
    begin, end = PATH.index("[[steps]]\nquestion"), PATH.index("[[steps]]\ntry")
    assert "Ask a question somewhere" in told(write((PATH[begin:end], "")))[0]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("Name,Telephone\nOdile,212-456-7890\n", "Line 2 of it holds “212-456-7890”, which could be real."),
        ("Name,Mail\nOdile,odile@gmail.com\n", "Line 2 of it holds “odile@gmail.com”"),
        ("Name\n=cmd|' /C calc'!A0\n", "Line 2 of it has a cell that a program for tables takes for a formula."),
        ('Name\n"@SUM(1)"\n', "Line 2 of it has a cell"),
        ("", "numbers.csv is empty."),
    ],
)
def test_a_file_to_take_along_holds_nobody_real_and_no_formula(write: Write, table: str, said: str) -> None:
    assert any(said in fault for fault in told(write(table=table)))


def test_a_link_to_a_file_elsewhere_is_none(write: Write, tmp_path: Path) -> None:
    path = write()
    (tmp_path / "secret.csv").write_text(TABLE)
    (path.parent / "call-then-write" / "numbers.csv").unlink()
    (path.parent / "call-then-write" / "numbers.csv").symlink_to(tmp_path / "secret.csv")
    assert "There is no file numbers.csv" in told(path)[0]


@pytest.mark.parametrize(
    "words", ["", "\x00", "+++\n+++", "\udcff", PATH[:60], "+++\nsteps = 1\n+++\n", "x" * MOST_BYTES]
)
def test_any_bytes_are_read_or_refused_in_words(write: Write, words: str) -> None:
    assert told(write((PATH, words)))


@pytest.mark.parametrize(
    "steps", ["[]", "[1]", "[{}]", "[{question = 1, answers = [1]}, {tip = []}]", "[{try = {}}, {chapter = 3}]"]
)
def test_steps_of_any_shape_are_refused_in_words(write: Write, steps: str) -> None:
    begin, end = PATH.index("[[steps]]"), PATH.index("[[downloads]]")
    assert told(write((PATH[begin:end], ""), ("teaches =", f"steps = {steps}\nteaches =")))


def test_a_step_keeps_its_key_when_it_moves_and_a_question_loses_it_when_it_changes(write: Write) -> None:
    def keys(*changes: tuple[str, str]) -> list[str]:
        return [key_of(step) for step in read_path(write(*changes), keep=lambda _: ("a" * 64, 1)).steps]

    before = keys()
    assert len(set(before)) == 4
    assert keys(("For the figure in it.", "For something else.")) == before
    changed = keys(("Whoever is loudest", "Whoever shouts"))
    assert [old == new for old, new in zip(before, changed, strict=True)] == [True, True, False, True]
