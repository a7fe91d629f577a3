"""Films as the worker leaves them, put into an installation whole, for tests about something else."""

import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from portal.people.database import Database
from portal.people.films.models import FilmFile, FilmState, Kind, Stand
from portal.people.media.store import Store, open_store, store_file
from portal.people.settings import load_settings
from portal.people.webinars.library import find_webinar
from portal.shared import clock
from portal.shared.environment import ROOT

SAMPLE = "second-message"


def finish_film(db: Session, *, source: str, video: Path, poster: Path | None, store: Store, now: datetime) -> None:
    """Let the film of `source`, which was asked for, be there: `video` as its progressive MP4, and a poster."""
    film = db.get_one(FilmState, source)
    film.state, film.percent, film.made_at = Stand.READY.value, 100, now
    for kind, path in ((Kind.VIDEO, video), (Kind.POSTER, poster)):
        if path is not None:
            sha256 = store_file(db, path, store=store, now=now).sha256
            db.flush()
            db.add(FilmFile(source=source, kind=kind.value, height=0, position=0, name=path.name, sha256=sha256))


def show_sample_film(environ: Mapping[str, str]) -> None:
    """Let the newest sample webinar of the installation that `environ` describes have its film."""
    made, settings = record_sample(), load_settings(environ)
    database = Database(settings.database_url)
    with database.transaction() as db:
        webinar = find_webinar(db, SAMPLE, now=clock.now())
        assert webinar is not None
        if webinar.film is None or webinar.film.state != "ready":
            finish_film(
                db,
                source=webinar.source,
                video=made / f"{SAMPLE}.mp4",
                poster=made / "poster.webp",
                store=open_store(settings),
                now=clock.now(),
            )
    database.close()


def record_sample() -> Path:
    """The folder with that film, recorded once for all runs; the tool knows what is still fresh."""
    out = ROOT / ".build" / "webinars" / SAMPLE
    python, folder = ROOT / ".venv-video" / "bin" / "python", ROOT / "content" / "webinars" / SAMPLE
    command = [str(python), "-m", "tools.video", str(folder), "--out", str(out)]
    made = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert made.returncode == 0, made.stderr
    return out
