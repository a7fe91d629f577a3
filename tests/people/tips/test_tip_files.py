"""Tips as marketing writes them: what is wrong in a file is told all at once, each with its line and what to do."""

from pathlib import Path

import pytest

from portal.people.tips.reading import MOST_BYTES, check, read_tip
from portal.people.tips.said import said_in
from tests.people.tips.conftest import TIP, Write


def told(path: Path) -> list[str]:
    return [str(fault) for fault in check(path)]


def test_a_tip_is_read_with_all_that_its_page_shows(write: Write) -> None:
    tip = read_tip(write())
    assert (tip.slug, tip.title, tip.topics) == ("call-before-ten", "Call before ten", ("Following up", "Consent"))
    assert (tip.word_count, tip.minutes) == (261, 2)
    assert tip.moments[0].url == "/webinars/second-message?t=26"
    assert (tip.door.scenario, tip.door.page) == ("fernhollow-cycles", "/today")
    assert tip.body_html.startswith("<h2>Why</h2>")
    assert tip.paragraphs[:2] == ("Why", "Call number 0 and write down what they asked for, word by word.")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("+++\ntitle", "title", "Line 1, +++: Begin with a line +++"),
        ('title = "Call before ten"', "title = ", "Line 2, keys: This is not TOML"),
        ('title = "Call before ten"', 'title = " "', 'Line 2, title: Add a line like title = "Read the'),
        ('title = "Call before ten"\n', "", "Line 16, title: Add a line like"),
        ('title = "Call before ten"', f'title = "{"x" * 81}"', "Line 2, title: It is 81 characters long"),
        ('title = "Call before ten"', 'title = "a\\u202eb"', "Line 2, title: Keep it on one line"),
        ("date = 2026-03-03", 'date = "2026-03-03"', "Line 5, date: Add a line like date = 2026-11-03, without"),
        ("date = 2026-03-03", "date = 2026-03-03T09:00:00Z", "Line 5, date: Add a line like"),
        ('["Following up", "Consent"]', '["sales"]', "Line 6, topics: List one to three of First steps, Following up"),
        ('["Following up", "Consent"]', "[]", "Line 6, topics: List one to three of"),
        ('["Following up", "Consent"]', '"consent"', "Line 6, topics: List one to three of"),
        ('"first steps"', '"easy"', "Line 7, level: Write one of first steps, everyday, advanced, in quotes."),
        (
            'level = "first steps"',
            'level = "first steps"\nprize = 1',
            "Line 8, prize: There is no such key. There are: title",
        ),
        ("[sandbox]\n", "[door]\n", "sandbox: Say where to try it, under a line [sandbox]"),
        ('page = "/today"', 'page = "https://elsewhere.example/"', "Line 10, page: Write a page of the sandbox"),
        ('page = "/today"', 'page = "//elsewhere.example/"', "Line 10, page: Write a page of the sandbox"),
        ('page = "/today"', 'scenario = "../x"\npage = "/today"', "Line 10, scenario: Write the name of a file"),
        ('button = "Open Today"\n', "", "button: Add a line under [sandbox] like"),
        (
            'button = "Open Today"',
            'knob = "Open Today"',
            "Line 11, knob: Under [sandbox] there are: page, button, text",
        ),
        ("second-message@26", "second-message", "Line 14, moments: Each [[moments]] has a line like at ="),
        ("second-message@26", "third-message@26", "Line 15, third-message@26: There is no webinar third-message"),
        ("second-message@26", "second-message@90", "Line 15, second-message@90: At 90 seconds it says “Look for"),
        ("second-message@26", "second-message@9000", "Line 15, second-message@9000: At 9000 seconds it says “Thank"),
        ("[[moments]]", "[moments]", "Line 14, moments: Write each of them under a line [[moments]]"),
        (
            'level = "first steps"',
            'level = "first steps"\nrelated = ["nothing"]',
            "Line 8, related: There is no nothing.md",
        ),
        (
            'level = "first steps"',
            'level = "first steps"\nrelated = ["call-before-ten"]',
            "Line 8, related: A tip is not",
        ),
        ("Call number 3 ", "Call <b>number</b> 3 ", "Line 27, words: HTML is shown as it is typed. Write Markdown."),
        ("## Why", "# Why", "Line 19, words: The title is a key, above. A heading in the text begins with ##."),
        ("Call number 3 ", "![x](/y) ", "Line 27, words: A tip has no pictures"),
        ("Call number 3 ", "[x](javascript:alert(1)) ", "Line 27, words: A link begins with / for this site"),
        ("Call number 3 ", "[x](//elsewhere.example) ", "Line 27, words: A link begins with / for this site"),
        ("Call number 3 ", "[x](/tips/nothing) ", "Line 27, words: There is no nothing.md beside this file, nor in"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(write: Write, old: str, new: str, said: str) -> None:
    found = told(write((old, new)))
    assert any(said in fault for fault in found), found


def test_all_of_it_is_told_at_once_in_the_order_of_the_lines(write: Write) -> None:
    found = told(write(('"first steps"', '"easy"'), ("2026-03-03", '"soon"'), ("## Why", "# Why")))
    assert [fault.partition(":")[0] for fault in found] == ["Line 5, date", "Line 7, level", "Line 19, words"]


def test_too_few_words_and_too_many_are_told(write: Write) -> None:
    assert "It has 3 words. Write 150 to 1500" in told(write((TIP.partition("## Why")[2], "\n\nRing them.\n")))[0]
    long = "word " * 1600
    assert "It has 1601 words." in told(write((TIP.partition("## Why")[2], f"\n{long}\n")))[0]
    assert "It is longer than 32 kB." in told(write((TIP.partition("## Why")[2], "w" * MOST_BYTES)))[0]


@pytest.mark.parametrize("sign", ["[", "![", "[a](", "|", "&"])
def test_a_file_that_would_take_minutes_to_draw_is_refused_before_it_is_drawn(write: Write, sign: str) -> None:
    found = told(write(("Call number 3 ", sign * 801)))
    assert found == ["Line 18, words: It has more than 800 of [ | &. Leave links or tables out."]


@pytest.mark.parametrize("name", ["Call before", "ä", "x" * 61, "-x"])
def test_a_name_that_makes_no_address_is_refused(write: Write, name: str) -> None:
    assert "Name the file by small letters" in told(write(name=name))[0]


@pytest.mark.parametrize("words", ["", "\x00", "+++\n+++", "+++\n", "\udcff", TIP[:60], f"+++\n+++\n{TIP}"])
def test_any_bytes_are_read_or_refused_in_words(write: Write, words: str) -> None:
    assert told(write((TIP, words)))


def test_lines_may_end_as_they_do_on_windows_and_begin_with_a_mark(write: Write) -> None:
    assert told(write((TIP, "\ufeff" + TIP.replace("\n", "\r\n")))) == []


@pytest.mark.parametrize(
    "trick",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "[x](java\tscript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x]: javascript:alert(1)\n[x]",
        "<javascript:alert(1)>",
        '[x](/a "onmouseover=alert(1)")',
        "`<script>alert(1)</script>`",
        "```html\n<script>alert(1)</script>\n```",
    ],
)
def test_a_script_never_comes_through(write: Write, trick: str) -> None:
    path = write(("Call number 3 ", f"{trick} "))
    if told(path):
        return
    drawn = read_tip(path).body_html
    assert "<script" not in drawn
    assert 'href="java' not in drawn
    assert "onerror=" not in drawn.replace("&lt;img src=x onerror=", "")
    assert '<a href="data:' not in drawn


def test_a_quotation_may_run_over_captions_and_need_not_have_the_same_quotation_marks(write: Write) -> None:
    spoken = "So one good second message is worth more than five polite nudges. A second message isn't a reminder"
    assert told(write(("second-message@26", "second-message@29"), ("The third brings six more", spoken))) == []


def test_a_webinar_without_captions_yet_lets_a_moment_of_it_stand(tmp_path: Path) -> None:
    (tmp_path / "new-one").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "captions.en.vtt").write_text("not captions")
    said = said_in(tmp_path)
    assert (said("new-one"), said("broken"), said("nothing")) == ([], [], None)
