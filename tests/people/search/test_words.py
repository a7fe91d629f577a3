"""Whatever somebody types becomes letters and digits, and is looked for without a fault."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portal.people.search.marking import mark
from portal.people.search.words import MOST_LETTERS, MOST_WORDS, SMALL, fold, read, words_of
from tests.people.search.shelves import Library

HOSTILE = (
    "letter OR title",
    "letter NOT envelope",
    "NEAR(letter envelope, 2)",
    'stems:letter "letter" ^letter letter*',
    "letter'; DROP TABLE search_entries; --",
    "letter:* & !envelope | (letter <-> stop)",
    "'a' \\ :A",
    '"',
    '""""',
    "(((",
    "- + * ^ : & | ! < > \\ ' \" % _",
    "\0letter\0",
    "letter\ud800",
    "\u202eletter\u2066",
    "письмо 手紙 رسالة จดหมาย 편지 ✉️",
    "½ ② ﷺ ﬁ ǅ İ ß",
    "a" * 10_000,
    "letter " * 2_000,
    "P1 H P2 H",
    "%s %(asked)s :asked {0} ${x}",
    "<script>alert(1)</script>",
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don’t e-mail O'Neill at 9:30", ["dont", "email", "oneill", "at", "9", "30"]),
        ("1,000 letters; 2.5 each", ["1000", "letters", "25", "each"]),
        ("Größe, ÉTÉ, ﬁn, Ⅻ", ["grosse", "ete", "fin", "xii"]),
        ("follow-up snake_case", ["follow", "up", "snake", "case"]),
        ("🎈 — … ‘’ '", []),
    ],
)
def test_a_text_is_cut_into_words_that_can_be_compared(text: str, words: list[str]) -> None:
    assert [word.folded for word in words_of(text)] == words


def test_small_words_are_written_as_they_are_compared() -> None:
    assert {fold(word) for word in SMALL} == SMALL


@given(st.text(max_size=300))
@example("".join(HOSTILE)[:400])
def test_nothing_but_lower_case_letters_and_digits_is_ever_looked_for(typed: str) -> None:
    asked = read(typed)
    assert len(asked.words) <= MOST_WORDS
    for word in (*asked.words, *asked.stems):
        assert word.isalnum()
        assert not any("A" <= letter <= "Z" for letter in word)
        assert len(word) <= MOST_LETTERS


@given(st.text(max_size=60), st.text(max_size=20))
def test_what_is_marked_is_the_escaped_text_and_nothing_else(text: str, typed: str) -> None:
    marked = str(mark(text, read(typed).stems))
    plain = marked.replace("<mark>", "").replace("</mark>", "")
    assert "<" not in plain
    assert ">" not in plain
    assert plain == str(mark(text, ()))


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_questions_are_answered(library: Library, typed: str) -> None:
    before = library.site.count("search_entries")
    library.find(typed)
    can_be_sent = not set("\0\ud800") & set(typed)
    answer = library.site.get("/webinars/search", query_string={"q": typed if can_be_sent else "\0"})
    assert answer.status_code == (200 if can_be_sent else 400)
    assert library.site.count("search_entries") == before


def test_any_question_is_answered(library: Library, tmp_path: Path) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("letr \"'*:()&|!-^\\<>ANDORNEAR")), max_size=60))
    def ask(typed: str) -> None:
        found = library.find(typed)
        assert found.count >= len(found.groups)

    ask()


@pytest.mark.parametrize("said", HOSTILE)
def test_hostile_sentences_are_indexed_and_shown_as_text(empty: Library, said: str) -> None:
    said = said.replace("\0", "").replace("\ud800", "")[:500]
    empty.publish("hostile", {"<b>Chapter</b>": [f"{said} lighthouse"]}, title="<i>Lighthouse</i>")
    [group] = empty.find("lighthouse").groups
    assert str(group.title) == "&lt;i&gt;<mark>Lighthouse</mark>&lt;/i&gt;"
    assert "<script" not in str(group.hits[0].words)
    page = empty.site.get("/webinars/search?q=lighthouse").text
    assert "<i><mark>" not in page
    assert "<b>Chapter" not in page
