"""A question is answered with the sentence, who says it and from when on; the same on both engines."""

import pytest

from portal.people.search.indexing import forget
from tests.people.search.shelves import NOW, Library, track


def test_the_sentences_that_hold_a_word_are_found_under_their_webinars(library: Library) -> None:
    found = library.find("letter")
    assert (found.count, found.webinars, found.is_all) == (6, 3, True)
    [first, second, third] = found.groups
    assert [first.card.slug, second.card.slug, third.card.slug] == ["second-message", "ask-first", "numbers"]
    hit = first.hits[0]
    assert str(hit.words) == "If she asked for <mark>letters</mark>, a <mark>letter</mark> is the polite one."
    assert (hit.url, hit.under) == ("/webinars/second-message?t=0#player", "The channel they asked for")
    assert (second.hits[1].url, second.hits[1].under) == ("/webinars/ask-first?t=20#player", "The way out")
    assert second.card.by == ("Paolo Venn",)


def test_every_word_must_be_in_the_sentence(library: Library) -> None:
    assert library.said("three letters email") == [
        "Nine of them asked for <mark>e-mail</mark>, <mark>three</mark> for <mark>letters</mark>."
    ]
    assert library.said("envelope stop-code") == [
        "Print the <mark>stop</mark>-<mark>code</mark> on the letter, not on the <mark>envelope</mark>."
    ]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("LETTERS nagging", "doesn’t count as <mark>nagging</mark>"),
        ("nag letter", "No, a <mark>letter</mark> doesn’t count as <mark>nagging</mark>."),
        ("doesnt count", "<mark>doesn’t</mark> <mark>count</mark>"),
        ("E-MAIL yes", "An <mark>e-mail</mark> <mark>yes</mark> isn’t"),
        ("email yes", "An <mark>e-mail</mark> <mark>yes</mark> isn’t"),
        ("grosse strasse", "<mark>Größe</mark> und <mark>Straße</mark> stehen"),
        ("größe POSTKARTE", "<mark>Größe</mark> und Straße stehen auf der <mark>Postkarte</mark>"),
        ("counting replies", "<mark>Count</mark> <mark>replies</mark>."),
    ],
)
def test_case_accents_apostrophes_and_endings_do_not_matter(library: Library, typed: str, words: str) -> None:
    assert any(words in said for said in library.said(typed)), library.said(typed)


def test_titles_and_chapters_come_before_sentences(library: Library) -> None:
    assert library.webinars("questions")[0] == "second-message"
    group = library.find("questions").groups[0]
    assert [(hit.kind, str(hit.words), hit.second) for hit in group.hits] == [("chapter", "<mark>Questions</mark>", 20)]
    assert library.webinars("numbers") == ["numbers"]
    assert str(library.find("numbers").groups[0].title) == "<mark>Numbers</mark> that don’t flatter you"
    assert library.webinars("tell") == ["numbers"]
    assert str(library.find("renske").groups[0].by) == "<mark>Renske</mark> Aldous"


def test_what_is_said_more_often_comes_first_and_of_equals_the_newest(empty: Library) -> None:
    empty.publish("once-old", {"One": ["A ladder."]})
    empty.publish("twice", {"One": ["A ladder.", "Two ladders."]})
    empty.publish("once-new", {"One": ["A ladder."]})
    assert empty.webinars("ladder") == ["twice", "once-new", "once-old"]


def test_of_many_places_in_a_webinar_the_best_three_are_shown_in_their_order(empty: Library) -> None:
    empty.publish(
        "many", {"One": [*(f"A ladder in the blue shed {n}." for n in range(6)), "The ladder shed is locked."]}
    )
    [group] = empty.find("ladder shed").groups
    assert len(group.hits) == 3
    assert group.more == 4
    assert any("is locked" in hit.words for hit in group.hits)
    seconds = [hit.second for hit in group.hits if hit.second is not None]
    assert seconds == sorted(seconds)


def test_small_words_do_not_stand_in_the_way(library: Library) -> None:
    found = library.find("how do I print the stop-code")
    assert found.webinars == 1
    assert set(found.left_out) >= {"how", "do", "i", "the"}
    assert "<mark>Print</mark> <mark>the</mark> <mark>stop</mark>" in library.said("how do I print the stop-code")[0]


def test_small_words_alone_are_looked_for_all_the_same(library: Library) -> None:
    assert library.find("for them").left_out == ()
    assert library.said("for them") == [
        "Nine of <mark>them</mark> asked <mark>for</mark> e-mail, three <mark>for</mark> letters."
    ]


def test_where_no_sentence_holds_all_the_words_those_that_hold_most_are_shown(library: Library) -> None:
    found = library.find("letter replies envelope")
    assert found.is_any
    assert "ask-first" in library.webinars("letter replies envelope")
    assert "<mark>letter</mark>, not on the <mark>envelope</mark>" in str(found.groups[0].hits)


def test_a_sentence_with_most_of_the_words_beats_a_heading_with_one(empty: Library) -> None:
    empty.publish("sheds", {"One": ["You should wait for the spanner."]})
    empty.publish("ladders", {"A ladder too long": ["It leans on a wall."]})
    found = empty.find("how long should I wait for a spanner")
    assert found.is_any
    assert [group.card.slug for group in found.groups] == ["sheds", "ladders"]
    assert "You <mark>should</mark> <mark>wait</mark> for the <mark>spanner</mark>" in str(found.groups[0].hits)


def test_the_other_places_of_one_webinar_are_there_as_well_where_none_holds_all_the_words(empty: Library) -> None:
    empty.publish("many", {"One": [f"A ladder in shed {n}." for n in range(6)]})
    [group] = empty.find("ladder of brass").groups
    inside = empty.find_inside("ladder of brass", "many")
    assert group.more == 3
    assert inside.is_any
    assert [len(group.hits) for group in inside.groups] == [6]


def test_captions_in_another_language_are_found_with_a_link_to_them(empty: Library) -> None:
    spoken = {"One": ["A workshop.", "A ladder."], "Two": ["Nothing is lost."]}
    german = track("de", "Eine Werkstatt.", "Eine Leiter.", "Nichts geht verloren, auch keine Leiter.")
    empty.publish("shed", spoken, tracks=(track("en", "A workshop.", "A ladder.", "Nothing is lost."), german))
    assert empty.find("workshop").count == 1
    [group] = empty.find("Leiter").groups
    assert [(hit.url, hit.language, hit.language_name, hit.under) for hit in group.hits] == [
        ("/webinars/shed?t=10&language=de#player", "de", "Deutsch", "One"),
        ("/webinars/shed?t=20&language=de#player", "de", "Deutsch", "Two"),
    ]


def test_what_was_said_goes_before_what_it_means_in_other_languages(empty: Library) -> None:
    spoken = {"One": ["Margaux is here."], "Two": [f"Margaux, for the {n}th time." for n in range(3)]}
    empty.publish("shed", spoken, tracks=(track("de", *["Margaux ist da."] * 4),))
    [group] = empty.find("Margaux").groups
    assert [hit.language for hit in group.hits] == ["", "", ""]
    assert group.more == 5


def test_where_few_places_hold_all_words_those_that_hold_all_but_the_commonest_follow(empty: Library) -> None:
    empty.publish("leaving", {"One": ["Nobody will import your list by chance.", "A list."]})
    empty.publish("coming", {"One": ["Choose a file, and it is imported.", "A list it is."]})
    empty.publish("other", {"One": ["A list.", "Another list."]})
    empty.shelf()
    with empty.counted() as asked:
        found = empty.find("how do I import a list")
    assert [group.card.slug for group in found.groups] == ["leaving"]
    assert (found.count, found.webinars, found.is_any, found.missing) == (1, 1, False, "list")
    assert [group.card.slug for group in found.below] == ["coming"]
    assert "it is <mark>imported</mark>" in str(found.below[0].hits)
    with empty.counted() as asked_for_one:
        empty.find("imports")
    assert len(asked) == len(asked_for_one) + 1


def test_nothing_follows_where_enough_places_hold_all_words_or_there_is_one_word(empty: Library) -> None:
    for number in range(5):
        empty.publish(f"w{number}", {"One": ["Import a list."]})
    empty.publish("other", {"One": ["Import a file.", "A rope."]})
    assert empty.find("import list").below == []
    assert empty.find("rope").below == []
    assert empty.find("import list", page=2).below == []


def test_a_slip_is_mended_and_said(library: Library) -> None:
    found = library.find("postcrad holds")
    assert found.asked.typed == "postcard holds"
    assert found.instead_of is not None
    assert found.instead_of.typed == "postcrad holds"
    assert found.webinars == 1


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("leter", "letter"),
        ("lettre", "letter"),
        ("ltetter", "letter"),
        ("postcrad", "postcard"),
        ("enveloppe", "envelope"),
        ("Postkrate", "postkarte"),
        ("repleis", "replies"),
        ("envel", "envelope"),
        ("grösse", "grosse"),
    ],
)
def test_the_nearest_word_that_is_said_is_taken(library: Library, typed: str, meant: str) -> None:
    found = library.find(typed)
    assert found.groups
    assert found.asked.typed == meant or (found.instead_of is None and meant == "grosse")


def test_a_slip_is_left_as_typed_where_that_is_asked(library: Library) -> None:
    found = library.find("postcrad", as_typed=True)
    assert (found.groups, found.instead_of) == ([], None)
    assert library.find("postcrad holds", as_typed=True).is_any


@pytest.mark.parametrize("typed", ["", "   ", "🎈", "…?!", "\0", "xyzzyx", "abc" * 60, "qq"])
def test_nothing_is_found_where_nothing_is_near(library: Library, typed: str) -> None:
    found = library.find(typed)
    assert (found.groups, found.count, found.pages) == ([], 0, 1)


def test_ten_webinars_stand_on_a_page(empty: Library) -> None:
    for number in range(12):
        empty.publish(f"ladder-{number:02}", {"One": ["A ladder."]})
    first, second = empty.find("ladder"), empty.find("ladder", page=2)
    assert (first.pages, len(first.groups), len(second.groups)) == (2, 10, 2)
    assert not {group.card.slug for group in first.groups} & {group.card.slug for group in second.groups}
    assert empty.find("ladder", page=3).groups == []


def test_only_cards_that_are_asked_for_answer(library: Library) -> None:
    found = library.find("letter", is_on=lambda card: "Paolo Venn" in card.by)
    assert (found.webinars, [group.card.slug for group in found.groups]) == (1, ["ask-first"])


def test_what_is_in_the_index_is_found_before_its_words_are_counted(library: Library) -> None:
    counted = library.webinars("letter")
    with library.site.database.transaction() as db:
        forget(db)
    assert library.webinars("letter") == counted != []


def test_an_answer_asks_the_database_a_few_questions_however_many_webinars_hold_it(library: Library) -> None:
    def questions() -> int:
        with library.counted() as asked:
            library.find("letter", now=NOW)
        return len(asked)

    library.shelf()
    few = questions()
    for number in range(8):
        library.publish(f"more-{number}", {"One": ["A letter."], "Two": ["A letter again."]})
    library.shelf()
    assert questions() == few
    assert few <= 5  # with SQLite's BEGIN
