"""Media behind the shipped nginx: it sends the bytes from the disk, and the portal says which, and as what."""

import os
from contextlib import closing
from pathlib import Path

import pytest

from portal.people.database import Database
from portal.people.media.store import open_store, store_file
from portal.people.settings import load_settings
from portal.shared import clock
from tests.deploy.conftest import Production

CONTENT = os.urandom(2_500_000)


@pytest.fixture(scope="module")
def film(production: Production, tmp_path_factory: pytest.TempPathFactory) -> str:
    return keep(production, tmp_path_factory.mktemp("films") / "film.mp4", CONTENT)


def keep(production: Production, path: Path, content: bytes) -> str:
    """Store a file as a command of this installation does; its address."""
    path.write_bytes(content)
    settings = load_settings(production.running.environment)
    with closing(Database(settings.database_url)) as database, database.transaction() as db:
        file = store_file(db, path, store=open_store(settings), now=clock.now())
        return f"{production.people}/media/{file.sha256}/{path.name}"


def test_nginx_sends_the_whole_film_in_one_answer_under_our_headers(production: Production, film: str) -> None:
    answer = production.ask("GET", film)
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.header("Content-Type") == "video/mp4"
    assert answer.header("Cache-Control") == "public, max-age=31536000, immutable"
    assert answer.header("Content-Security-Policy") == "default-src 'none'; sandbox"
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.header("Strict-Transport-Security").startswith("max-age=31536000")
    assert answer.header("X-Accel-Redirect") == ""
    assert answer.cookies() == {}


def test_a_range_has_no_limit_there_and_goes_on_only_with_the_same_bytes(production: Production, film: str) -> None:
    part = production.ask("GET", film, Range="bytes=100-")
    assert (part.status, len(part.body)) == (206, len(CONTENT) - 100)
    assert part.body == CONTENT[100:]
    assert part.header("Content-Range") == f"bytes 100-{len(CONTENT) - 1}/{len(CONTENT)}"
    assert production.ask("GET", film, Range="bytes=9999999-").status == 416
    assert production.ask("GET", film, Range="bytes=0-1", If_Range='"other"').status == 200
    tag = part.header("ETag")
    assert production.ask("GET", film, Range="bytes=0-1", If_Range=tag).status == 206
    assert production.ask("GET", film, If_None_Match=tag).status == 304
    assert production.ask("HEAD", film).header("Content-Length") == str(len(CONTENT))


def test_texts_come_from_the_portal_itself(production: Production, tmp_path: Path) -> None:
    answer = production.ask("GET", keep(production, tmp_path / "captions.en.vtt", b"WEBVTT\n"))
    assert (answer.status, answer.body) == (200, b"WEBVTT\n")


def test_the_place_inside_nginx_cannot_be_reached_from_outside(production: Production, film: str) -> None:
    sha256 = film.split("/")[-2]
    for path in (f"/_media/{sha256}", "/_media/", f"/_media/../_media/{sha256}", f"/x/../_media/{sha256}"):
        assert production.ask("GET", production.people + path).status == 404
    assert production.ask("GET", film.replace("film.mp4", "other.mp4")).status == 404
