"""A learning path is found by what is its own: its title and topic, what it teaches, asks and lets one try."""

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from portal.people.paths.learning_path import Answer, Article, Chapter, LearningPath, Practice, Question
from portal.people.publications import records
from portal.people.search.indexing import index_publication
from tests.people.search.shelves import NOW, Library

STEPS = (
    Chapter(
        webinar="second-message",
        webinar_title="The second message",
        title="The channel they asked for",
        second=0,
        seconds=20,
        about="For the walrus in it.",
    ),
    Article(tip="make-no-easy", title="Make it easy to say no", minutes=3, about="Read the heron paragraph."),
    Question(
        title="Whom does the otter call first?",
        answers=(
            Answer(says="The loudest", because="A badger would.", is_right=False),
            Answer(says="The one who waits", because="Indeed.", is_right=True),
        ),
    ),
    Practice(
        title="Tag thirteen clubs",
        scenario="fernhollow-cycles",
        page="/leads",
        button="Open them",
        about="Count the lynx twice. Then undo it.",
    ),
)
PATH = LearningPath(
    slug="first-habits",
    title="From first look to first habit",
    summary="Three things in an hour.",
    author="Ines Okafor-Lind",
    written_on=date(2026, 3, 3),
    topics=("Following up",),
    level="first steps",
    teaches=("Find who went quiet", "Write to a puffin"),
    about_html="<p>It is about <em>a marmot</em> &amp; its friend.</p>\n<p>It takes an hour.</p>\n",
    steps=STEPS,
    downloads=(),
)


def publish(library: Library, **changes: Any) -> None:
    path = replace(PATH, **changes)
    with library.site.database.transaction() as db:
        record, _ = records.publish(db, kind="path", slug=path.slug, content=path.as_json(), by="Mara", now=NOW)
        index_publication(db, record, now=NOW)


@pytest.mark.parametrize(
    "typed",
    ["first habit", "frist habit", "following up", "okafor-lind", "puffin", "marmot friend", "walrus", "otter", "lynx"],
)
def test_a_path_is_found_by_all_that_is_its_own(library: Library, typed: str) -> None:
    publish(library)
    assert "first-habits" in library.webinars(typed)


@pytest.mark.parametrize("typed", ["badger", "channel", "easy"])
def test_what_a_path_borrows_or_still_keeps_to_itself_is_not_found_in_it(library: Library, typed: str) -> None:
    publish(library)
    assert "first-habits" not in library.webinars(typed)


def test_what_stands_under_a_step_says_so_and_leads_to_the_path(library: Library) -> None:
    publish(library)
    (hit,) = library.find("lynx").groups[0].hits
    assert (hit.under, hit.second) == ("Tag thirteen clubs", None)
    assert hit.url == "/paths/first-habits#:~:text=Count%20the%20lynx%20twice."
    assert [hit.under for hit in library.find("walrus").groups[0].hits] == [""]


def test_paths_are_counted_and_paged_with_all_the_others(empty: Library) -> None:
    for number in range(11):
        publish(empty, slug=f"path-{number:02}")
    first, second = empty.find("puffin"), empty.find("puffin", page=2)
    assert (first.paths, first.webinars, first.tips, first.pages) == (11, 0, 0, 2)
    assert (len(first.groups), len(second.groups)) == (10, 1)


def test_the_page_says_what_was_found_in_which_kind(library: Library) -> None:
    publish(library)
    page = " ".join(library.site.get("/webinars/search?q=puffin").text.split())
    assert "In 1 place of 1 learning path." in page
    assert "Learning path by Ines Okafor-Lind" in page
    assert '<h3><a href="/paths/first-habits">' in page
    both = " ".join(library.site.get("/webinars/search?q=okafor-lind").text.split())
    assert re.search(r"In \d places of 1 of 3 webinars and 1 learning path\.", both)
    steps = library.site.get("/webinars/search?q=clubs").text
    assert "<small>A step</small>" in steps
    assert {"words": PATH.title, "kind": "title"} in json.loads(
        library.site.get("/webinars/search/suggestions?q=first+hab").text
    )["suggestions"]


def test_the_library_of_webinars_lists_no_path(library: Library) -> None:
    publish(library)
    assert "/paths/first-habits" not in library.site.get("/webinars/").text
