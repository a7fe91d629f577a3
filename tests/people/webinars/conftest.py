"""A small webinar as marketing leaves it, and the people app that publishes it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.people.database import Database
from portal.people.media.store import Store, open_store
from portal.people.publications.models import Publication
from portal.people.webinars.publishing import publish_webinar
from portal.people.webinars.reading import read_folder
from tests.support.engines import Engine
from tests.support.films import finish_film
from tests.support.sides import people_app

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
VIDEO = bytes(range(256)) * 12_000  # 3,072,000 bytes: more than three answers

ABOUT = """
title = "The second message"
summary = "Following up without nagging."
presenter = "Ines Okafor-Lind"
date = 2026-03-12
language = "en"
said = "It is a new reason to answer."
"""
CAPTIONS = """WEBVTT

1
00:00:00.500 --> 00:00:02.250
A second message
isn’t a reminder &amp; never was.

2
00:00:02.500 --> 00:00:04.000
It is a new

2.2
00:00:04.000 --> 00:00:05.000
reason to answer.
"""
CHAPTERS = """WEBVTT

1
00:00:00.000 --> 00:00:02.500
Why

2
00:00:02.500 --> 00:00:06.000
How
"""


@dataclass
class Studio:
    """A webinar's folder, the film as it was made of it, and the app that can publish them."""

    app: Flask
    folder: Path
    film: Path

    def publish(self, *, now: datetime = NOW, reason: str = "") -> tuple[Publication, bool]:
        found = read_folder(self.folder)
        with self.database.transaction() as db:
            return publish_webinar(db, found, store=self.store, by="Mara", now=now, reason=reason)

    def finish_film(self) -> None:
        with self.database.transaction() as db:
            source = read_folder(self.folder).source
            finish_film(db, source=source, video=self.film, poster=None, store=self.store, now=NOW)

    @property
    def database(self) -> Database:
        database: Database = self.app.extensions["database"]
        return database

    @property
    def store(self) -> Store:
        return open_store(self.app.extensions["settings"])


@pytest.fixture
def studio(engine: Engine, tmp_path: Path) -> Iterator[Studio]:
    folder, film = tmp_path / "second-message", tmp_path / "second-message.mp4"
    folder.mkdir()
    (folder / "webinar.toml").write_text(ABOUT)
    (folder / "page.md").write_text("## To take with you\n\n<script>alert(1)</script>\n")
    (folder / "recording.mp4").write_bytes(b"what the camera made")
    (folder / "poster.webp").write_bytes(b"RIFF poster")
    (folder / "captions.en.vtt").write_text(CAPTIONS)
    (folder / "chapters.vtt").write_text(CHAPTERS)
    film.write_bytes(VIDEO)
    app = people_app(tmp_path / "data")
    yield Studio(app, folder, film)
    app.extensions["database"].close()


@pytest.fixture
def client(studio: Studio) -> FlaskClient:
    studio.publish()
    studio.finish_film()
    return studio.app.test_client()
