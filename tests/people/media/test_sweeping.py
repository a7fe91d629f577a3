"""Sweeping: what nothing needs goes after a week, what anything needs stays, whatever is killed meanwhile."""

from datetime import datetime, timedelta

import pytest

from portal.people.films.models import FilmFile, FilmState
from portal.people.media.folder import Folder
from portal.people.media.store import put_file
from portal.people.media.sweeping import GRACE, Sweep, sweep_media
from portal.people.publications.models import Publication
from portal.people.publications.records import publish, unpublish
from portal.shared import clock
from tests.people.media.conftest import Shelf

DAY = timedelta(days=1)


def swept(shelf: Shelf, *, at: datetime, is_rehearsal: bool = False) -> Sweep:
    return sweep_media(
        shelf.site.database, store=shelf.store, texts=Publication.content, now=at, is_rehearsal=is_rehearsal
    )


def test_a_file_that_nothing_needs_goes_after_a_week_and_no_sooner(shelf: Shelf) -> None:
    address, now = shelf.keep("a.png", b"P"), clock.now()
    assert swept(shelf, at=now + GRACE - DAY).total == 0
    rehearsed = swept(shelf, at=now + GRACE + DAY, is_rehearsal=True)
    assert (rehearsed.unneeded, len(shelf.hashes())) == (1, 1)
    assert swept(shelf, at=now + GRACE + DAY) == rehearsed
    assert shelf.hashes() == set()
    assert shelf.site.get(address).status_code == 404
    shelf.keep("a.png", b"P")
    assert len(shelf.hashes()) == 1


def test_what_a_publication_ever_named_stays_since_it_may_come_back(shelf: Shelf) -> None:
    address, now = shelf.keep("a.png", b"P"), clock.now()
    with shelf.site.database.transaction() as db:
        publish(db, kind="tip", slug="one", content=f'{{"picture": "{address}"}}', by="Mara", now=now)
        unpublish(db, kind="tip", slug="one", redirect_to="/tips/", by="Mara", now=now)
    assert swept(shelf, at=now + 2 * GRACE).total == 0
    assert len(shelf.hashes()) == 1


def test_what_a_film_is_made_of_stays(in_folder: Shelf) -> None:
    address, now = in_folder.keep("film.mp4", b"F"), clock.now()
    film = {"source": "1" * 64, "path": "/x", "is_recipe": False, "state": "ready", "stage": "", "percent": 100}
    more = {"words": "", "attempts": 1, "seconds": 1.0, "width": 1, "height": 1}
    with in_folder.site.database.transaction() as db:
        db.add(FilmState(**film, **more, asked_at=now, not_before=now))
        db.flush()
        sha256 = address.split("/")[2]
        db.add(FilmFile(source="1" * 64, kind="video", height=0, position=0, name="film.mp4", sha256=sha256))
    assert swept(in_folder, at=now + 2 * GRACE).total == 0


def test_what_was_stored_again_lately_stays(shelf: Shelf) -> None:
    now = clock.now()
    shelf.keep("a.png", b"P")
    shelf.keep("a.png", b"P", at=now + GRACE)
    assert swept(shelf, at=now + GRACE + DAY).total == 0


def test_bytes_of_a_command_that_was_killed_before_it_noted_them_go(shelf: Shelf) -> None:
    put_file(shelf.write("a.png", b"P"), store=shelf.store)
    kept = shelf.keep("b.png", b"Q").split("/")[2]
    now = clock.now()
    assert swept(shelf, at=now + DAY).total == 0
    with shelf.site.database.transaction() as db:
        publish(db, kind="tip", slug="one", content=f'["{kept}"]', by="Mara", now=now)
    assert swept(shelf, at=now + GRACE + DAY) == Sweep(unneeded=0, without_rows=1, unfinished=0)
    assert shelf.hashes() == {kept}
    assert shelf.site.count("media_files") == 1


def test_what_was_never_finished_goes(shelf: Shelf) -> None:
    if isinstance(shelf.store, Folder):
        shelf.store.folder.mkdir(exist_ok=True)
        (shelf.store.folder / ".draft-0").write_bytes(b"half")
    else:
        bucket = shelf.bucket
        bucket.client.create_multipart_upload(Bucket=bucket.bucket, Key=bucket.key("2" * 64))
    now = clock.now()
    assert swept(shelf, at=now + DAY).total == 0
    assert swept(shelf, at=now + GRACE + DAY).unfinished == 1
    assert shelf.store.unfinished(before=now + 2 * GRACE) == []


def test_a_sweep_that_is_killed_between_bytes_and_rows_ends_next_time(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.keep("a.png", b"P")
    now = clock.now()
    take = shelf.store.delete

    def killed(sha256: str) -> None:
        take(sha256)
        raise KeyboardInterrupt

    monkeypatch.setattr(shelf.store, "delete", killed)
    with pytest.raises(KeyboardInterrupt):
        swept(shelf, at=now + GRACE + DAY)
    monkeypatch.setattr(shelf.store, "delete", take)
    assert shelf.site.count("media_files") == 1
    assert swept(shelf, at=now + GRACE + DAY).unneeded == 1
    assert shelf.site.count("media_files") == shelf.site.count("media_names") == 0
