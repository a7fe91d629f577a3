"""The worker makes a film: its first size plays before the others are there, and how it ends is said in words."""

import hashlib
import subprocess
import threading
from datetime import timedelta
from pathlib import Path

import imageio_ffmpeg
import pytest
from structlog.testing import capture_logs

from portal.people.films import claiming
from portal.people.films.asking import ask_for_film
from portal.people.films.child.source import look
from portal.people.films.claiming import LeaseLost, claim_next, note_progress
from portal.people.films.library import Film, count_waiting
from portal.people.films.making import make_next, make_now, sweep
from portal.people.films.originals import FOLDER as ORIGINALS
from portal.shared import clock
from tests.people.films.conftest import NEVER, NOW, Films
from tests.people.films.videos import write_video
from tests.people.site import Site


def make(films: Films) -> int:
    return make_next(films.studio, stopping=NEVER)


def test_a_film_plays_in_its_first_size_before_the_others_are_there(films: Films, wide: Path) -> None:
    source = films.ask(wide)
    seen: list[Film] = []

    def tell(_percent: int, _words: str) -> None:
        seen.append(films.find(source))

    film = make_now(films.studio, source, stopping=NEVER, tell=tell)
    assert film == films.find(source)
    early = next(film for film in seen if film.stream)
    assert (early.state, early.heights, early.video) == ("working", (360,), None)
    assert early.poster
    assert early.previews
    assert film is not None
    assert (film.state, film.percent, film.words, film.heights) == ("ready", 100, "", (360, 480))
    assert film.stream != early.stream
    assert [one.percent for one in seen] == sorted(one.percent for one in seen)
    assert (film.width, film.height) == (854, 480)
    assert film.seconds == pytest.approx(3, abs=0.1)
    assert not films.left_over()


def test_every_address_of_a_film_answers_and_leads_to_the_next(films: Films, small: Path, site: Site) -> None:
    source = films.ask(small)
    with capture_logs() as logs:
        assert make(films) == 1
    assert [line["film"] for line in logs if line["event"] == "film.made"] == [source[:12]]
    film = films.find(source)
    master = site.get(film.stream or "")
    assert master.mimetype == "application/vnd.apple.mpegurl"
    playlist = follow(site, film.stream, next(line for line in master.text.splitlines() if line.endswith(".m3u8")))
    named = [line for line in playlist[1].splitlines() if line.endswith(".m4s")]
    assert len(named) == 1
    assert follow(site, playlist[0], named[0])
    previews = site.get(film.previews or "").text
    sprite = next(line for line in previews.splitlines() if "#xywh=" in line).partition("#")[0]
    assert follow(site, film.previews, sprite)
    for url in (film.video, film.poster):
        with site.get(url or "") as answer:
            assert answer.status_code == 200
    assert make(films) == 0


def follow(site: Site, base: str | None, to: str) -> tuple[str, str]:
    """The address that a relative one leads to, and what is there."""
    assert base is not None
    assert to.startswith("../")
    url = base.rpartition("/")[0].rpartition("/")[0] + to.removeprefix("..")
    with site.get(url) as answer:
        assert answer.status_code == 200, url
        return url, answer.get_data().decode("utf-8", "replace")


def test_a_recording_that_does_not_say_how_long_it_is_is_as_long_as_what_was_made_of_it(
    films: Films, wide: Path, tmp_path: Path
) -> None:
    """As a browser's MediaRecorder leaves it."""
    unsaid = tmp_path / "recording.mkv"
    words = ("-v", "error", "-nostdin", "-i", wide, "-c", "copy", "-f", "matroska", "-live", "1", unsaid)
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *words], check=True)
    assert look(unsaid).seconds == 0
    source = films.ask(unsaid)
    make(films)
    film = films.find(source)
    assert (film.state, film.heights) == ("ready", (360, 480))
    assert film.seconds == pytest.approx(3, abs=0.1)


def test_the_original_is_kept_where_no_address_leads(films: Films, small: Path, site: Site) -> None:
    source = films.ask(small)
    make(films)
    kept = films.studio.folder / ORIGINALS / source
    assert kept.read_bytes() == small.read_bytes()
    assert kept.stat().st_mode & 0o077 == 0
    for name in ("film.mp4", "small.mp4", source):
        assert site.get(f"/media/{source}/{name}").status_code == 404
    assert source not in films.stored()


def test_what_is_no_video_fails_in_words_and_may_be_asked_for_again(films: Films, tmp_path: Path) -> None:
    (tmp_path / "webinar.mp4").write_bytes(b"PK\x03\x04 and so on")
    source = films.ask(tmp_path / "webinar.mp4")
    with capture_logs() as logs:
        make(films)
    film = films.find(source)
    assert film.state == "failed"
    assert film.words == "This is a ZIP archive. Unpack it, and take the video in it."
    assert [line["error"] for line in logs if line["event"] == "film.failed"] == [film.words]
    assert not films.left_over()
    assert make(films) == 0
    assert films.ask(tmp_path / "webinar.mp4") == source
    assert films.find(source).state == "waiting"


def test_the_newest_is_made_first_and_what_waits_is_counted(films: Films, tmp_path: Path, site: Site) -> None:
    for number in range(3):
        path = tmp_path / f"{number}.mp4"
        path.write_bytes(b"%d is no video" % number)
        films.ask(path, now=NOW + timedelta(minutes=number))
    with site.database.transaction() as db:
        assert count_waiting(db) == 3
        held = [claim_next(db, now=clock.now()) for _ in range(4)]
    newest = site.rows("select source from films order by asked_at desc")
    assert [one.source for one in held if one] == [source for (source,) in newest]
    assert held[3] is None


def test_who_was_silent_for_too_long_may_not_write_any_more(films: Films, small: Path, site: Site) -> None:
    films.ask(small)
    now = clock.now()
    with site.database.transaction() as db:
        first = claim_next(db, now=now)
        assert claim_next(db, now=now + claiming.LEASE / 2) is None
    with site.database.transaction() as db:
        second = claim_next(db, now=now + claiming.LEASE * 2)
    assert first is not None
    assert second is not None
    with site.database.transaction() as db, pytest.raises(LeaseLost):
        note_progress(db, first, stage="first", percent=1, words="", now=now)
    with site.database.transaction() as db:
        note_progress(db, second, stage="first", percent=1, words="", now=now)


def test_a_worker_that_is_told_to_stop_gives_the_film_back(films: Films, wide: Path) -> None:
    source = films.ask(wide)
    stopping = threading.Event()

    def tell(percent: int, _words: str) -> None:
        if percent > 5:
            stopping.set()

    assert make_now(films.studio, source, stopping=stopping, tell=tell) is None
    film = films.find(source)
    assert (film.state, film.words) == ("waiting", "")
    assert make(films) == 1  # at once: nobody has to wait for the lease
    assert films.find(source).state == "ready"


def test_a_video_whose_folder_was_emptied_before_its_turn_says_so(films: Films, tmp_path: Path, site: Site) -> None:
    with site.database.transaction() as db:
        ask_for_film(db, source="5a" * 32, path=tmp_path / "gone.mp4", is_recipe=False, now=NOW)
    make(films)
    assert films.find("5a" * 32).words == "gone.mp4 is not there any more. Publish it again."


def test_what_waits_is_kept_before_its_turn_comes(films: Films, tmp_path: Path, site: Site, small: Path) -> None:
    """So that marketing may clear its folder while another film is made."""
    kept = films.ask(small)
    path = write_video(tmp_path / "webinar.mp4", seconds=1, volume=None)
    with site.database.transaction() as db:
        source = hashlib.sha256(path.read_bytes()).hexdigest()
        ask_for_film(db, source=source, path=path, is_recipe=False, now=NOW - timedelta(days=1))
    make(films)
    assert films.find(kept).state == "ready"
    path.unlink()
    make(films)
    film = films.find(source)
    assert (film.state, film.heights) == ("ready", (360,))


def test_a_store_that_cannot_be_written_to_puts_the_film_off(films: Films, small: Path, site: Site) -> None:
    media = site.settings.media_folder
    media.parent.mkdir(exist_ok=True)
    media.write_text("in the way")
    source = films.ask(small)
    with capture_logs() as logs:
        make(films)
    film = films.find(source)
    assert film.state == "waiting"
    assert film.words == "The store of films is away. It is tried again every minute."
    assert [str(media) in line["error"] for line in logs if line["event"] == "film.put_off"] == [True]
    media.unlink()
    assert make(films) == 0
    films.hurry(source)
    assert make(films) == 1
    assert films.find(source).state == "ready"


def test_what_was_left_of_a_film_that_is_made_is_swept(films: Films, small: Path) -> None:
    source = films.ask(small)
    left = films.studio.folder / "work" / source
    left.mkdir(parents=True)
    assert sweep(films.studio) == 0  # it is not made yet
    make(films)
    left.mkdir()
    assert sweep(films.studio) == 1
    assert not films.left_over()
