"""A small webinar in two languages whose film was made as the worker makes films: its ladder, its previews and all."""

import threading
from collections.abc import Mapping
from pathlib import Path

from portal.people.database import Database
from portal.people.films.making import FOLDER, Studio, make_now, tell_nobody
from portal.people.media.store import open_store
from portal.people.settings import load_settings
from portal.people.webinars.publishing import publish_webinar
from portal.people.webinars.reading import read_folder
from portal.shared import clock
from tests.people.films.videos import write_video

SLUG = "short-film"
SECONDS = 24

ABOUT = """
title = "A short film"
summary = "Twenty-four seconds that move."
presenter = "Ines Okafor-Lind"
date = 2026-03-11
language = "en"
said = "This is said first."
"""
CAPTIONS = """WEBVTT

00:00:00.000 --> 00:00:08.000
{}

00:00:08.000 --> 00:00:24.000
{}
"""
CHAPTERS = """WEBVTT

00:00:00.000 --> 00:00:08.000
The beginning

00:00:08.000 --> 00:00:24.000
The rest
"""


def write_short_film(folder: Path, *, size: tuple[int, int] = (854, 480)) -> Path:
    """Lay its folder out, as marketing would; in another size it is another film, made on its own."""
    folder.mkdir()
    (folder / "webinar.toml").write_text(ABOUT)
    (folder / "page.md").write_text("## A film for tests\n")
    (folder / "captions.en.vtt").write_text(CAPTIONS.format("This is said first.", "And this to the end."))
    (folder / "captions.es.vtt").write_text(CAPTIONS.format("Esto se dice primero.", "Y esto hasta el final."))
    (folder / "chapters.vtt").write_text(CHAPTERS)
    write_video(folder / "recording.mp4", seconds=SECONDS, size=size)
    return folder


def publish_short_film(environ: Mapping[str, str], at: Path) -> None:
    """Publish it into the installation that `environ` describes, and make its film here and now."""
    folder = write_short_film(at / SLUG)
    settings = load_settings(environ)
    database, store = Database(settings.database_url), open_store(settings)
    studio = Studio(database=database, store=store, folder=settings.folder / FOLDER)
    found = read_folder(folder)
    with database.transaction() as db:
        publish_webinar(db, found, store=store, by="Mara", now=clock.now())
    make_now(studio, found.source, stopping=threading.Event(), tell=tell_nobody)
    database.close()
