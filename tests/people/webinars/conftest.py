"""A small webinar as its recording tool leaves it, and the people app that publishes it."""

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
from tests.support.engines import Engine
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
    """A webinar's folder, its recorded files, and the app that can publish them."""

    app: Flask
    folder: Path
    recorded: Path

    def publish(self, *, now: datetime = NOW) -> tuple[Publication, bool]:
        database: Database = self.app.extensions["database"]
        with database.transaction() as db:
            return publish_webinar(db, self.folder, recorded=self.recorded, store=self.store, by="Mara", now=now)

    @property
    def store(self) -> Store:
        return open_store(self.app.extensions["settings"])


@pytest.fixture
def studio(engine: Engine, tmp_path: Path) -> Iterator[Studio]:
    folder, recorded = tmp_path / "second-message", tmp_path / "recorded"
    folder.mkdir()
    recorded.mkdir()
    (folder / "webinar.toml").write_text(ABOUT)
    (folder / "page.md").write_text("## To take with you\n\n<script>alert(1)</script>\n")
    (recorded / "second-message.mp4").write_bytes(VIDEO)
    (recorded / "poster.webp").write_bytes(b"RIFF poster")
    (recorded / "captions.en.vtt").write_text(CAPTIONS)
    (recorded / "chapters.vtt").write_text(CHAPTERS)
    app = people_app(tmp_path / "data")
    yield Studio(app, folder, recorded)
    app.extensions["database"].close()


@pytest.fixture
def client(studio: Studio) -> FlaskClient:
    studio.publish()
    return studio.app.test_client()
