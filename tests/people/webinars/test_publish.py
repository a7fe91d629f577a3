"""Publishing a webinar: from a folder and its recording to rows and files, once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.people.media.models import MediaFile
from portal.people.publications.models import Publication
from portal.people.webinars.library import find_webinar, list_webinars
from portal.people.webinars.publishing import NotPublishable
from tests.people.webinars.conftest import NOW, VIDEO, Studio


def test_a_published_webinar_holds_its_sentences_whole_and_in_their_chapters(studio: Studio) -> None:
    studio.publish()
    with studio.app.extensions["database"].reading() as db:
        webinar = find_webinar(db, "second-message", now=NOW)
    assert webinar is not None
    assert [chapter.title for chapter in webinar.chapters] == ["Why", "How"]
    lines = [line for chapter in webinar.chapters for line in chapter.lines]
    assert [(line.start, line.stop, line.words) for line in lines] == [
        (0.5, 2.25, "A second message isn’t a reminder & never was."),
        (2.5, 5.0, "It is a new reason to answer."),
    ]
    assert webinar.said == lines[1]
    assert webinar.seconds == 6
    assert "<script>" not in webinar.notes_html


def test_its_files_lie_in_the_store_by_the_hash_of_their_bytes(studio: Studio) -> None:
    studio.publish()
    with studio.app.extensions["database"].reading() as db:
        webinar = find_webinar(db, "second-message", now=NOW)
        assert db.scalar(select(func.count()).select_from(MediaFile)) == 4
    assert webinar is not None
    assert studio.store.path(webinar.video.sha256).read_bytes() == VIDEO


def test_publishing_the_same_again_changes_nothing(studio: Studio) -> None:
    first, was_new = studio.publish()
    again, is_new = studio.publish(now=NOW + timedelta(days=1))
    assert (was_new, is_new, again.id) == (True, False, first.id)


def test_publishing_a_change_adds_a_publication_and_keeps_the_old(studio: Studio) -> None:
    studio.publish()
    (studio.folder / "page.md").write_text("Other words")
    _, is_new = studio.publish(now=NOW + timedelta(days=1))
    with studio.app.extensions["database"].reading() as db:
        assert db.scalar(select(func.count()).select_from(Publication)) == 2
        (webinar,) = list_webinars(db, now=NOW + timedelta(days=1))
    assert is_new
    assert "Other words" in webinar.notes_html


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("webinar.toml", "title = ", "cannot be read"),
        ("webinar.toml", "summary = 'x'", "no title"),
        ("webinar.toml", "title='x'\nsummary='x'\npresenter='x'\nsaid='x'", "no date"),
        (
            "webinar.toml",
            "title='x'\nsummary='x'\npresenter='x'\ndate=2026-03-12\nsaid='unsaid'",
            "not in the captions",
        ),
        ("recorded:second-message.mp4", None, "not recorded yet"),
        ("recorded:chapters.vtt", "WEBVTT\n", "no chapter"),
    ],
)
def test_what_cannot_be_published_is_said_in_words_and_nothing_is_stored(
    studio: Studio, name: str, content: str | None, words: str
) -> None:
    folder = studio.recorded if name.startswith("recorded:") else studio.folder
    path = folder / name.removeprefix("recorded:")
    path.unlink()
    if content is not None:
        path.write_text(content)
    with pytest.raises(NotPublishable, match=words):
        studio.publish()
    with studio.app.extensions["database"].reading() as db:
        assert db.scalar(select(func.count()).select_from(Publication)) == 0
        assert db.scalar(select(func.count()).select_from(MediaFile)) == 0
