"""Delivering: the same bytes for everybody, under the stored names alone, by range, and never by cookie."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Select, event

from portal.people.media.kinds import TYPES
from tests.people.media.conftest import Shelf

CONTENT = bytes(range(256)) * 8_000


@pytest.fixture
def film(in_folder: Shelf) -> str:
    return in_folder.keep("film.mp4", CONTENT)


def test_bytes_never_change_and_do_nothing_but_play(in_folder: Shelf, film: str) -> None:
    with in_folder.site.get(film) as answer:
        assert answer.data == CONTENT
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["ETag"] == f'"{film.split("/")[2]}"'


@pytest.mark.parametrize("name", ["other.mp4", "FILM.MP4", "film.mp4.", "film.mp4%20", "..%2Ffilm.mp4", "film%00.mp4"])
def test_a_wrong_name_under_a_right_hash_is_not_found(in_folder: Shelf, film: str, name: str) -> None:
    assert in_folder.site.get(film.replace("film.mp4", name)).status_code in (400, 404)


def test_a_session_is_neither_read_nor_set(in_folder: Shelf, film: str) -> None:
    asked: list[str] = []
    store = in_folder.site.app.extensions["database"]
    for engine in (store.reader, store.writer):
        event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    peek = store.peek

    def heard(statement: Select[*tuple[Any, ...]], values: Mapping[str, str]) -> Any:
        asked.append(str(statement))
        return peek(statement, values)

    store.peek = heard
    cookie = {"Cookie": f"people-session={'x' * 43}"}
    in_folder.site.client.get("/privacy", base_url=in_folder.site.settings.url, headers=cookie)
    assert [sql for sql in asked if "sessions" in sql]  # by another page it is
    asked.clear()
    for address in (film, film.replace("film", "none")):
        with in_folder.site.get(address, headers=cookie) as answer:
            assert "Set-Cookie" not in answer.headers
            assert "Cookie" not in answer.headers.get("Vary", "")
    assert asked
    assert not [sql for sql in asked if "sessions" in sql]


def test_who_has_the_bytes_is_told_so(shelf: Shelf) -> None:
    address = shelf.keep("a.vtt", b"WEBVTT\n" + b"NOTE x\n" * 200)
    tag = address.split("/")[2]
    for tags in (f'"{tag}"', f'"x", "{tag}:gzip"', "*"):
        answer = shelf.site.get(address, headers={"If-None-Match": tags})
        assert (answer.status_code, answer.data) == (304, b"")
        assert "immutable" in answer.headers["Cache-Control"]
    assert shelf.site.get(address, headers={"If-None-Match": '"x"'}).status_code == 200


def test_a_part_goes_on_only_with_the_same_bytes(in_folder: Shelf, film: str) -> None:
    tag = f'"{film.split("/")[2]}"'
    for going_on, status in ((tag, 206), ('"other"', 200), ("Thu, 26 Nov 2026 11:00:00 GMT", 200)):
        with in_folder.site.get(film, headers={"Range": "bytes=5-9", "If-Range": going_on}) as answer:
            assert answer.status_code == status


def test_its_size_can_be_asked_for_without_its_bytes(in_folder: Shelf, film: str) -> None:
    head = in_folder.site.client.head(film, base_url=in_folder.site.settings.url)
    assert (head.status_code, head.content_length, head.data) == (200, len(CONTENT), b"")
    part = in_folder.site.client.head(film, base_url=in_folder.site.settings.url, headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content_length, part.data) == (206, 10, b"")


def test_a_download_is_kept_and_not_shown(in_folder: Shelf) -> None:
    with in_folder.site.get(in_folder.keep("checklist.pdf", b"%PDF-1.7")) as answer:
        assert answer.headers["Content-Disposition"] == 'attachment; filename="checklist.pdf"'
    with in_folder.site.get(in_folder.keep("poster.webp", b"RIFF")) as answer:
        assert "Content-Disposition" not in answer.headers


def test_a_row_whose_bytes_are_lost_is_not_found(shelf: Shelf) -> None:
    address = shelf.keep("a.vtt", b"WEBVTT\n")
    shelf.store.delete(address.split("/")[2])
    assert shelf.site.get(address).status_code == 404


def test_nothing_that_a_browser_would_run_is_ever_served() -> None:
    assert not [kind for kind in TYPES.values() if any(word in kind for word in ("html", "svg", "script", "xml"))]
