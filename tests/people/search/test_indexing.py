"""The index holds what is in force now and what will be; it can be made again at any time, and is the same then."""

from datetime import timedelta

import pytest

from portal.people.app import Base
from portal.people.commands.search import make_index
from portal.people.publications import records
from portal.people.search.indexing import index_publication, settle
from portal.people.search.spelling import begin_with
from portal.people.setup import REVISIONS
from portal.shared import migrations
from portal.shared.database import Database
from tests.people.search.shelves import DAY, NOW, NUMBERS, Library, recording, track

LADDER = {"One": ["A ladder leans on the wall."]}
ROPE = {"One": ["A rope hangs from the wall."]}
TABLES = ("search_documents", "search_entries", "search_words")


def everything(library: Library) -> list[str]:
    """Every row that the search keeps, without when it was made."""
    rows = [
        *library.site.rows("select publication_id, kind, slug, card, entries from search_documents"),
        *library.site.rows("select id, kind, second, language, words, stems from search_entries"),
        *library.site.rows("select word, stem, entries from search_words"),
    ]
    return sorted(map(repr, rows))


def known(library: Library, word: str) -> bool:
    with library.site.database.reading() as db:
        return word in begin_with(db, word, most=1)


def test_a_change_replaces_what_was_found_before(empty: Library) -> None:
    empty.publish("shed", LADDER)
    empty.publish("shed", ROPE, now=NOW + DAY)
    assert empty.webinars("rope", now=NOW + DAY) == ["shed"]
    assert empty.find("ladder", now=NOW + DAY).groups == []
    assert known(empty, "rope")
    assert not known(empty, "ladder")
    assert empty.site.count("search_documents") == 1


def test_what_is_scheduled_is_found_from_its_moment_on_and_not_before(empty: Library) -> None:
    empty.publish("shed", LADDER)
    empty.publish("shed", ROPE, public_from=NOW + DAY)
    empty.publish("harbour", {"One": ["A lantern."]}, public_from=NOW + 2 * DAY)
    just_before = NOW + DAY - timedelta(seconds=1)
    assert (empty.webinars("ladder", now=just_before), empty.webinars("rope", now=just_before)) == (["shed"], [])
    assert (empty.webinars("ladder", now=NOW + DAY), empty.webinars("rope", now=NOW + DAY)) == ([], ["shed"])
    assert empty.webinars("lantern", now=NOW + DAY) == []
    assert empty.webinars("lantern", now=NOW + 2 * DAY) == ["harbour"]
    assert [card.slug for card in empty.shelf(now=NOW).of_kind("webinar")] == ["shed"]


def test_words_of_what_is_scheduled_are_suggested_to_nobody(empty: Library) -> None:
    empty.publish("harbour", {"One": ["A lantern."]}, public_from=NOW + DAY)
    assert not known(empty, "lantern")
    assert empty.find("lanttern").instead_of is None
    with empty.site.database.transaction() as db:
        assert settle(db, now=NOW) == 0
    assert not known(empty, "lantern")
    with empty.site.database.transaction() as db:
        assert settle(db, now=NOW + DAY) == 1
    assert known(empty, "lantern")
    assert empty.find("lanttern", now=NOW + DAY).asked.typed == "lantern"


def test_what_was_taken_off_the_site_is_found_no_more(library: Library) -> None:
    library.unpublish("numbers")
    assert "numbers" not in library.webinars("letter")
    assert not known(library, "postcard")
    assert library.find("postcard").groups == []


def test_what_was_taken_off_is_found_no_more_even_before_the_index_knows(library: Library) -> None:
    with library.site.database.transaction() as db:
        records.unpublish(db, kind="webinar", slug="numbers", redirect_to="/webinars/", by="Mara", now=NOW)
    assert library.find("postcard").groups == []
    with library.site.database.transaction() as db:
        assert settle(db, now=NOW) == 1
    assert library.site.count("search_documents") == 2


def test_what_was_published_without_the_index_is_listed_at_once_and_found_once_it_is_settled(empty: Library) -> None:
    with empty.site.database.transaction() as db:
        content = recording("shed", LADDER).as_json()
        records.publish(db, kind="webinar", slug="shed", content=content, by="Mara", now=NOW)
    assert [card.slug for card in empty.shelf().of_kind("webinar")] == ["shed"]
    assert empty.webinars("ladder") == []
    with empty.site.database.transaction() as db:
        assert settle(db, now=NOW) == 1
        assert settle(db, now=NOW) == 0
    assert empty.webinars("ladder") == ["shed"]


def test_settling_goes_on_where_it_stopped(empty: Library) -> None:
    for slug in ("a", "b", "c"):
        empty.publish(slug, LADDER, public_from=NOW + DAY)
    counts = []
    for _ in range(4):
        with empty.site.database.transaction() as db:
            counts.append(settle(db, now=NOW + DAY, most=1))
    assert counts == [1, 1, 1, 0]


def test_made_anew_the_index_is_what_it_grew_to(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    library.publish("numbers", NUMBERS | {"More": ["A postcard more."]}, now=NOW + DAY)
    library.publish("gone", LADDER)
    library.unpublish("gone")
    grown = everything(library)
    for name, value in library.site.environ.items():
        monkeypatch.setenv(name, value)
    assert make_index().publications == 3
    assert everything(library) == grown
    assert library.webinars("postcard", now=NOW + DAY) == ["numbers"]


def test_a_spoilt_index_is_made_good(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = everything(library)
    with library.site.raw() as connection:
        connection.exec_driver_sql("update search_words set entries = 999")
        connection.exec_driver_sql("delete from search_words where word = 'postcard'")
    for name, value in library.site.environ.items():
        monkeypatch.setenv(name, value)
    make_index()
    assert everything(library) == whole


def test_captions_in_other_languages_come_into_the_index_with_the_upgrade(library: Library) -> None:
    library.publish("shed", LADDER, tracks=(track("de", "Eine Leiter."),))
    whole = everything(library)
    settings = library.site.app.extensions["settings"]
    owner = Database(settings.owner_url, synchronous="NORMAL")
    migrations.downgrade(owner.writer, REVISIONS, "0026")
    migrations.upgrade(owner.writer, REVISIONS)
    owner.let_serve(Base.metadata, url=settings.database_url)
    owner.close()
    assert library.webinars("postcard") == ["numbers"]
    with library.site.database.transaction() as db:
        settle(db, now=NOW)
    assert everything(library) == whole
    assert library.webinars("Leiter") == ["shed"]


def test_both_engines_hold_the_same_webinars_for_a_question(library: Library) -> None:
    """Each of these runs on each engine, and the answers stand here once."""
    asked = {
        "letter": ["second-message", "ask-first", "numbers"],
        "letters nagging": ["second-message"],
        "stopping code": ["ask-first"],
        "channel": ["ask-first", "second-message"],
        "message": ["second-message"],
        "straße": ["numbers"],
        "counted": ["numbers", "second-message"],
    }
    assert {typed: library.webinars(typed) for typed in asked} == asked


def test_a_publication_and_its_entries_come_in_one_transaction(empty: Library) -> None:
    def fail_at_the_end() -> None:
        with empty.site.database.transaction() as db:
            content = recording("shed", LADDER).as_json()
            record, _ = records.publish(db, kind="webinar", slug="shed", content=content, by="Mara", now=NOW)
            index_publication(db, record, now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_at_the_end()
    assert [empty.site.count(table) for table in TABLES] == [0, 0, 0]
    assert empty.find("ladder").groups == []
