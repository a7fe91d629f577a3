"""The library and the search as a visitor meets them, without a script."""

import json
import re
from datetime import date
from html import unescape

import pytest
import time_machine

from tests.people.search.shelves import NOW, Library, track

SHED = {"One": ["A ladder leans on the wall."]}


@pytest.fixture
def filed(empty: Library) -> Library:
    """Four webinars, of two topics, levels, speakers and lengths."""
    for number, (topics, level, by, seconds) in enumerate(
        (
            (("Consent",), "first steps", "Paolo Venn", 200.0),
            (("Consent", "Numbers"), "everyday", "Paolo Venn", 400.0),
            (("Numbers",), "everyday", "Ines Okafor-Lind", 1_200.0),
            (("Numbers",), "advanced", "Ines Okafor-Lind", 100.0),
        ),
        1,
    ):
        empty.publish(
            f"w{number}",
            SHED,
            speakers=(by,),
            topics=topics,
            level=level,
            seconds=seconds,
            held_on=date(2026, 3, number),
        )
    return empty


def listed(library: Library, address: str) -> list[str]:
    return re.findall(r'<h3><a href="/webinars/(w\d)">', library.site.get(address).text)


def test_the_library_lists_all_the_newest_first(filed: Library) -> None:
    assert listed(filed, "/webinars/") == ["w4", "w3", "w2", "w1"]
    page = filed.site.get("/webinars/").text
    assert "4 webinars" in page
    assert 'aria-current="page">Webinars' in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("topic=Consent", ["w2", "w1"]),
        ("level=everyday", ["w3", "w2"]),
        ("length=short", ["w4", "w1"]),
        ("length=long", ["w3"]),
        ("speaker=Paolo+Venn", ["w2", "w1"]),
        ("topic=Numbers&speaker=Paolo+Venn", ["w2"]),
        ("order=shortest", ["w4", "w1", "w2", "w3"]),
        ("topic=Numbers&order=shortest", ["w4", "w2", "w3"]),
        ("order=sideways", ["w4", "w3", "w2", "w1"]),
        ("topic=Nothing", []),
        ("topic=Consent&level=advanced", []),
        ("page=2", []),
    ],
)
def test_the_address_says_what_is_shown_and_in_which_order(filed: Library, asked: str, found: list[str]) -> None:
    assert listed(filed, f"/webinars/?{asked}") == found


def test_each_choice_says_how_many_it_leaves(filed: Library) -> None:
    page = filed.site.get("/webinars/?topic=Consent").text
    assert "2 of 4 webinars" in page
    assert '<option value="everyday">Everyday (1)</option>' in page
    assert '<option value="advanced">Advanced (0)</option>' in page
    assert "Numbers <small>3</small>" in page
    assert '<input type="hidden" name="topic" value="Consent">' in page


def test_a_choice_that_leaves_nothing_says_how_to_go_on(filed: Library) -> None:
    assert "No webinar is all of this" in filed.site.get("/webinars/?topic=Consent&level=advanced").text


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", "٣", "99999", "9" * 30])
def test_a_page_that_cannot_be_is_refused_in_words(library: Library, page: str) -> None:
    for address in ("/webinars/", "/webinars/search"):
        assert library.site.get(address, query_string={"q": "letter", "page": page}).status_code == 400


def test_a_film_that_is_still_made_is_said_to_be(empty: Library) -> None:
    empty.publish("shed", SHED, source="a" * 64)
    with empty.site.raw() as connection:
        connection.exec_driver_sql(
            "insert into films (source, path, is_recipe, asked_at, state, stage, percent, words, attempts, not_before, "
            "seconds, width, height) values ('" + "a" * 64 + "', '/x', true, '2026-03-12', 'working', 'video', 35, "
            "'Making 720 lines', 1, '2026-03-12', 0, 0, 0)"
        )
    page = empty.site.get("/webinars/").text
    assert "1 film is being made" in page
    assert "35 percent" in page
    assert "35 percent" in empty.site.get("/webinars/search?q=ladder").text


def test_an_answer_names_the_sentence_who_says_it_and_where_it_plays(library: Library) -> None:
    page = library.site.get("/webinars/search?q=envelope").text
    assert 'href="/webinars/ask-first?t=20#player"' in page
    assert "Print the stop-code on the letter, not on the <mark>envelope</mark>." in page
    assert "Paolo Venn" in page
    assert "The way out" in page
    assert "In 1 place of 1 of 3 webinars" in " ".join(page.split())
    assert '<meta name="robots" content="noindex">' in page
    assert "Set-Cookie" not in library.site.get("/webinars/search?q=envelope").headers


def test_what_only_its_title_answers_for_says_what_it_is_about(empty: Library) -> None:
    empty.publish("shed", SHED, title="The walrus", summary="A ladder, told by somebody else.")
    assert "A ladder, told by somebody else." in empty.site.get("/webinars/search?q=walrus").text
    assert "told by somebody else" not in empty.site.get("/webinars/search?q=leans").text


def test_a_link_of_an_answer_opens_the_page_at_its_sentence(library: Library) -> None:
    link = re.search(r'href="(/webinars/ask-first\?t=20)#player"', library.site.get("/webinars/search?q=envelope").text)
    assert link
    opened = library.site.get(link[1]).text
    assert re.search(r'aria-current="true"[^>]*>(?:(?!</a>).)*not on the envelope', opened, re.DOTALL)


def test_an_answer_in_another_language_says_in_which_and_opens_the_page_in_it(empty: Library) -> None:
    empty.publish("shed", SHED, tracks=(track("en", "A ladder."), track("de", "Eine <Werkstatt>.")))
    page = empty.site.get("/webinars/search?q=werkstatt").text
    assert '<span lang="de">Eine &lt;<mark>Werkstatt</mark>&gt;.</span>' in page
    assert '<b lang="de">Deutsch</b>' in page
    assert 'href="/webinars/shed?t=0&amp;language=de#player"' in page
    opened = empty.site.get("/webinars/shed?t=0&language=de").text
    assert 'class="transcript" data-language="de"' in opened
    assert "Eine &lt;Werkstatt&gt;." in opened


def test_what_holds_nearly_all_words_follows_under_words_that_say_so(empty: Library) -> None:
    empty.publish("shed", {"One": ["A ladder by the wall.", "A wall."]})
    empty.publish("yard", {"One": ["A ladder of brass."]})
    page = empty.site.get("/webinars/search?q=ladder+wall").text
    above, below = page.split("Without “wall”")
    assert "/webinars/shed?t=0" in above
    assert "/webinars/yard" not in above
    assert "/webinars/yard?t=0" in below
    assert page.count("Show all webinars") == 1
    assert "Without" not in empty.site.get("/webinars/search?q=brass+ladder&in=webinar/yard").text


def test_a_mended_slip_is_said_and_can_be_taken_back(library: Library) -> None:
    page = unescape(library.site.get("/webinars/search?q=postcrad").text)
    assert "Nobody says “postcrad”. These are results for <b>“postcard”</b>." in page
    assert 'value="postcrad"' in page
    taken_back = unescape(library.site.get("/webinars/search?q=postcrad&as=typed").text)
    assert "Nobody says “postcrad”, or anything near it" in taken_back
    assert "Said often: " in taken_back
    assert "letter</a>" in taken_back


def test_all_places_of_one_webinar_are_shown_where_that_is_asked(empty: Library) -> None:
    empty.publish("many", {"One": [f"A ladder number {n}." for n in range(9)]})
    page = unescape(empty.site.get("/webinars/search?q=ladder").text)
    assert page.count("#player") == 3
    more = re.search(r'href="([^"]+)">6 more in this webinar', page)
    assert more
    assert empty.site.get(more[1]).text.count("#player") == 9


def test_a_hostile_question_is_shown_as_text(library: Library) -> None:
    page = library.site.get(
        "/webinars/search", query_string={"q": '"><script>alert(1)</script>', "topic": "'><b>"}
    ).text
    assert "<script>alert" not in page
    assert "<b>" not in page.replace("<b>CustomerHub</b>", "")


def test_suggestions_go_on_as_one_types(library: Library) -> None:
    def suggested(q: str) -> list[str]:
        answer = library.site.get("/webinars/search/suggestions", query_string={"q": q})
        assert answer.content_type == "application/json"
        return [one["words"] for one in json.loads(answer.text)["suggestions"]]

    assert "The second message" in suggested("mess")
    assert "Postcards" in suggested("post")
    assert {"postcard", "postcards"} <= set(suggested("post"))
    assert "stop code" not in suggested("xyz")
    assert suggested("") == suggested("🎈") == suggested("xyzzy") == []
    assert len(suggested("a")) <= 8


def test_nothing_that_is_scheduled_is_suggested_listed_or_found(empty: Library) -> None:
    with time_machine.travel(NOW, tick=False):
        empty.publish("harbour", {"Lantern": ["A lantern."]}, title="Lantern night", public_from=NOW.replace(hour=12))
        assert json.loads(empty.site.get("/webinars/search/suggestions?q=lant").text)["suggestions"] == []
        for address in ("/webinars/", "/webinars/search?q=lantern", "/webinars/search?q=lantern&in=webinar/harbour"):
            assert "antern night" not in empty.site.get(address).text
    with time_machine.travel(NOW.replace(hour=12), tick=False):
        assert "Lantern night" in empty.site.get("/webinars/").text
        assert "Lantern</mark> night" in empty.site.get("/webinars/search?q=lantern").text


def test_a_page_asks_the_database_as_often_for_many_webinars_as_for_few(filed: Library) -> None:
    def questions(address: str) -> int:
        filed.site.get(address)
        with filed.counted() as asked:
            filed.site.get(address)
        return len(asked)

    filed.publish("w0", SHED, source="b" * 64)  # with a film to look for
    few = [questions(address) for address in ("/webinars/", "/webinars/search?q=ladder")]
    for number in range(5, 15):
        filed.publish(f"w{number}", SHED, source="b" * 64)
    many = [questions(address) for address in ("/webinars/", "/webinars/search?q=ladder")]
    assert many[0] <= few[0]
    assert many[1] <= few[1]
    assert few[1] <= 14
