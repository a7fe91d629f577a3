"""Notes in Markdown: a few marks are obeyed, everything else is text, whatever it is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.sandbox.leads.forms import MOST_NOTE
from portal.sandbox.leads.notes import note_as_html
from portal.shared.spotting import spotted
from tests.sandbox.visitor import Visitor

ALLOWED = re.compile(r"</?(?:p|br|strong|em|code|ul|ol|li|blockquote|h4|hr)>|<ol start=\"[0-9]+\">")
MARKS = st.sampled_from(
    ["*", "**", "_", "`", "#", "# ", "- ", "> ", "1. ", "\n", "\n\n", "    ", "[a](b)", "![a](b)", "<b>"]
)


def test_the_few_marks_are_obeyed() -> None:
    html = note_as_html("# Plan\n\nAsk **twice**, *softly*.\nThen `wait`.\n\n- one\n- two\n\n> she said\n\n4. four")
    for part in (
        *("<h4>Plan</h4>", "<strong>twice</strong>", "<em>softly</em>", "<br>", "<code>wait</code>"),
        *("<li>one</li>", "<blockquote>", '<ol start="4">'),
    ):
        assert part in html, part


@pytest.mark.parametrize("level", range(1, 7))
def test_a_heading_stands_below_those_of_the_page(level: int) -> None:
    assert note_as_html(f"{'#' * level} Loud") == "<h4>Loud</h4>"


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<b onclick='x()'>b</b>",
        "[out](javascript:alert(1))",
        "[out](https://people.customerhub.net)",
        "![seen](https://people.customerhub.net/pixel.png)",
        "<https://people.customerhub.net>",
        "[out][1]\n\n[1]: https://people.customerhub.net",
        "<!-- hidden -->",
    ],
)
def test_what_leads_out_or_does_something_is_shown_as_it_was_typed(source: str) -> None:
    html = note_as_html(source)
    assert ALLOWED.sub("", html).count("<") == 0
    assert "href" not in ALLOWED.sub("", html)
    assert "".join(html.striptags().split()) == "".join(source.split())


@pytest.mark.parametrize(
    "bomb",
    [
        *(mark * MOST_NOTE for mark in ">*_`[#-\\"),
        *("\n".join(" " * 4 * deep + "- x" for deep in range(40)), "- - - " * 600, "> - " * 900),
        *("*a **b " * 570, "***a** b* " * 400, "`a``" * 1000, "![[" * 1300, "a\n=\n" * 1000, "- x\n  > y\n" * 400),
    ],
)
def test_a_bomb_is_shown_and_nothing_of_it_is_lost(bomb: str) -> None:
    html = note_as_html(bomb[:MOST_NOTE])
    assert html
    assert len(html) < 30 * MOST_NOTE


@given(st.lists(st.one_of(MARKS, st.text(max_size=8)), max_size=60).map("".join))
def test_whatever_is_typed_only_allowed_tags_come_out(source: str) -> None:
    html = note_as_html(source)
    assert "<" not in ALLOWED.sub("", html)


def test_what_reads_like_a_number_only_without_its_marks_keeps_them() -> None:
    assert [one.is_reserved for one in spotted("call 415-867-5309")] == [False]
    assert "415-867**-**5309" in note_as_html("call 415-867**-**5309").striptags()


def test_a_note_and_a_call_are_read_with_their_marks_on_the_page(ada: Visitor) -> None:
    ada.edit("L001", note="Wants **two** racks <script>alert(1)</script>")
    ada.send("/leads/L001/calls", minutes="9", said="- first\n- second")
    page = ada.get("/leads/L001").text
    assert "Wants <strong>two</strong> racks &lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "<li>first</li>" in page
    assert ada.lead("L001")["timeline"][0]["body"] == "- first\n- second"
