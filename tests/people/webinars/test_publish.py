"""Publishing a webinar: from a folder to a record, its files and its film, once."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.people.films.models import FilmState
from portal.people.media.models import MediaFile
from portal.people.publications.models import Publication
from portal.people.webinars.library import find_webinar, list_webinars
from portal.people.webinars.publishing import NotPublishable
from portal.people.webinars.reading import BadFolder
from portal.people.webinars.recording import Recording, from_json
from tests.people.webinars.conftest import NOW, Studio


def found(studio: Studio) -> Recording:
    with studio.database.reading() as db:
        webinar = find_webinar(db, "second-message", now=NOW)
    assert webinar is not None
    return webinar


def count(studio: Studio, table: type) -> int:
    with studio.database.reading() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def test_a_published_webinar_holds_its_sentences_whole_and_in_their_chapters(studio: Studio) -> None:
    studio.publish()
    webinar = found(studio)
    assert [chapter.title for chapter in webinar.chapters] == ["Why", "How"]
    lines = [line for chapter in webinar.chapters for line in chapter.lines]
    assert [(line.start, line.stop, line.words) for line in lines] == [
        (0.5, 2.25, "A second message isn’t a reminder & never was."),
        (2.5, 5.0, "It is a new reason to answer."),
    ]
    assert webinar.said == lines[1]
    assert webinar.seconds == 6
    assert webinar.speakers == ("Ines Okafor-Lind",)
    assert "<script>" not in webinar.notes_html


def test_its_film_is_asked_for_by_the_hash_of_the_video_and_the_video_itself_is_not_served(studio: Studio) -> None:
    studio.publish()
    webinar = found(studio)
    assert webinar.film is not None
    assert (webinar.film.state, webinar.film.video) == ("waiting", None)
    with studio.database.reading() as db:
        assert db.get_one(FilmState, webinar.source).path == str(studio.folder / "recording.mp4")
    assert not studio.store.has(webinar.source)


def test_captions_are_written_anew_and_lie_in_the_store_by_the_hash_of_their_bytes(studio: Studio) -> None:
    (studio.folder / "captions.de.srt").write_text("1\n00:00:01,000 --> 00:00:03,000\n<i>Kein</i> Erinnern &amp; so\n")
    studio.publish()
    english, german = found(studio).tracks
    assert (english.label, german.label) == ("English", "Deutsch")
    kept = (studio.app.extensions["settings"].media_folder / german.captions.sha256).read_text("utf-8")
    assert kept == "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nKein Erinnern &amp; so\n"


def test_publishing_the_same_again_changes_nothing(studio: Studio) -> None:
    first, was_new = studio.publish()
    again, is_new = studio.publish(now=NOW + timedelta(days=1))
    assert (was_new, is_new, again.id) == (True, False, first.id)
    assert count(studio, FilmState) == 1


def test_publishing_a_change_adds_a_publication_and_keeps_the_old(studio: Studio) -> None:
    studio.publish()
    (studio.folder / "page.md").write_text("Other words")
    _, is_new = studio.publish(now=NOW + timedelta(days=1))
    assert count(studio, Publication) == 2
    with studio.database.reading() as db:
        (webinar,) = list_webinars(db, now=NOW + timedelta(days=1))
    assert is_new
    assert "Other words" in webinar.notes_html


def test_what_is_stored_reads_as_it_was_published(studio: Studio) -> None:
    publication, _ = studio.publish()
    assert from_json(publication.content).as_json() == publication.content


def test_without_captions_it_is_refused_unless_somebody_says_why(studio: Studio) -> None:
    (studio.folder / "captions.en.vtt").unlink()
    with pytest.raises(NotPublishable, match="--reason"):
        studio.publish()
    with pytest.raises(NotPublishable):
        studio.publish(reason="  ")
    assert count(studio, Publication) == count(studio, FilmState) == 0
    publication, _ = studio.publish(reason="A silent film")
    assert publication.reason == "A silent film"
    webinar = found(studio)
    assert (webinar.tracks, webinar.said) == ((), None)


def test_without_chapters_the_whole_is_one(studio: Studio) -> None:
    (studio.folder / "chapters.vtt").unlink()
    studio.publish()
    (chapter,) = found(studio).chapters
    assert (chapter.title, chapter.start, chapter.stop, len(chapter.lines)) == ("The second message", 0, 5, 2)


TIMES = "WEBVTT\n\n{} --> {}\nHello\n"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("webinar.toml", "title = ", "webinar.toml: Line 1, file: This is not TOML"),
        ("webinar.toml", "summary = 'x'\npresenter='x'\ndate=2026-03-12", "title: This is missing"),
        ("webinar.toml", "title='x'\nsummary='x'\npresenter='x'", "date: This is missing"),
        ("webinar.toml", "title='x'\nsummary='x'\ndate=2026-03-12", "speakers: Say who speaks"),
        (
            "webinar.toml",
            "title='x'\nsummary='x'\npresenter='x'\ndate=2026-03-12\nlanguage='xx'",
            "language: Write one",
        ),
        ("webinar.toml", "title='x'\nsummary='x'\npresenter='x'\ndate=2026-03-12\nsaid='un'", "not in the captions"),
        ("webinar.toml", "title='x'\nsummary='x'\npresenter='x'\ndate=2026-03-12\ncolor='x'", "no such key"),
        ("webinar.toml", b"\xff", "UTF-8"),
        ("page.md", b"\xff", "page.md: Line 1, file: Save it as UTF-8"),
        ("page.md", "x" * 100_001, "larger than 100,000"),
        ("recording.mp4", None, "There is no recording"),
        ("other.mov", "x", "Keep one of the two"),
        ("poster.webp", "x" * 2_000_001, "larger than 2,000,000"),
        ("captions.xx.vtt", "WEBVTT\n", "Known languages"),
        ("captions.en.srt", "1\n00:00:01,000 --> 00:00:02,000\nHi\n", "Keep one of the two"),
        ("captions.en.vtt", "captions", "Its first line must be WEBVTT"),
        ("captions.en.vtt", "WEBVTT\n", "no cue"),
        ("captions.en.vtt", TIMES.format("00:03.000", "00:02.000"), "Line 3, cue: It ends before it has begun"),
        ("captions.en.vtt", TIMES.format("-00:03.000", "00:02.000"), "Line 3, times: Write the times like"),
        ("captions.en.vtt", TIMES.format("99:00:00.000", "99:00:01.000"), "twelve hours"),
        ("captions.en.vtt", TIMES.format("00:00.000", "00:02.000") + "\n00:01.000 --> 00:03.000\nx\n", "has ended"),
        ("captions.en.vtt", TIMES.format("00:05.000", "00:06.000") + "\n00:01.000 --> 00:03.000\nx\n", "in order"),
        ("captions.en.vtt", "WEBVTT\n\n00:00.000 --> 00:02.000\n<script>alert(1)</script>\n", "know no <script>"),
        ("captions.en.vtt", "WEBVTT\n\n00:00.000 --> 00:02.000\n" + "x" * 501, "501 characters"),
        ("captions.en.vtt", "WEBVTT\n\n00:00.000 --> 00:02.000\nx\u202ey\n", "cannot be seen"),
        ("captions.en.vtt", "WEBVTT\n" + "x" * 2_000_001, "larger than 2,000,000"),
        ("chapters.vtt", "WEBVTT\n", "no cue"),
        ("chapters.vtt", "WEBVTT\n\n00:00.000 --> 00:02.000\n" + "x" * 81, "more than 80"),
        ("sli\tdes", "x", "Name it by letters"),
    ],
)
def test_what_is_wrong_is_said_by_file_and_line_and_nothing_is_stored(
    studio: Studio, name: str, content: str | bytes | None, words: str
) -> None:
    path = studio.folder / name
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(BadFolder) as refused:
        studio.publish()
    assert words in str(refused.value)
    assert count(studio, Publication) == count(studio, MediaFile) == count(studio, FilmState) == 0


def test_a_link_out_of_the_folder_is_refused(studio: Studio, tmp_path: Path) -> None:
    (studio.folder / "page.md").unlink()
    (studio.folder / "page.md").symlink_to(tmp_path / "data" / "people" / "secret_key")
    with pytest.raises(BadFolder, match="link to another place"):
        studio.publish()


@pytest.mark.parametrize("name", ["Second Message", "..", "second_message", "-", "x" * 65])
def test_a_folder_whose_name_is_no_address_is_refused(studio: Studio, name: str) -> None:
    folder = studio.folder / ".." / name if name == ".." else studio.folder.rename(studio.folder.parent / name)
    studio.folder = folder
    with pytest.raises(BadFolder, match="becomes the address"):
        studio.publish()


@pytest.mark.parametrize("name", ["search", "resume"])
def test_a_folder_named_like_another_page_is_refused(studio: Studio, name: str) -> None:
    studio.folder = studio.folder.rename(studio.folder.parent / name)
    with pytest.raises(BadFolder, match="is another page"):
        studio.publish()


def test_all_that_is_wrong_is_said_at_once(studio: Studio) -> None:
    (studio.folder / "webinar.toml").write_text("title = 'x'\n")
    (studio.folder / "captions.en.vtt").write_text("x")
    with pytest.raises(BadFolder) as refused:
        studio.publish()
    assert {name for name, _ in refused.value.files} == {"webinar.toml", "captions.en.vtt"}
    assert len(refused.value.files) >= 3


def test_a_page_that_was_taken_off_the_site_leads_on(studio: Studio) -> None:
    from portal.people.publications import records

    studio.publish()
    with studio.database.transaction() as db:
        records.unpublish(db, kind="webinar", slug="second-message", redirect_to="/webinars/", by="Mara", now=NOW)
    answer = studio.app.test_client().get("/webinars/second-message")
    assert (answer.status_code, answer.location) == (302, "/webinars/")


def test_topics_are_those_of_tips_or_the_line_is_named(studio: Studio) -> None:
    about = studio.folder / "webinar.toml"
    told = about.read_text()
    for topics in ('["Gardening"]', '["Numbers", "Consent", "Pipeline", "Clean lists"]'):
        about.write_text(f"topics = {topics}\n{told}")
        with pytest.raises(BadFolder, match=r"webinar.toml: Line 1, topics: List up to 3 of First steps, Following up"):
            studio.publish()
    about.write_text(f'topics = ["Numbers"]\n{told}')
    studio.publish()
    assert found(studio).topics == ("Numbers",)
