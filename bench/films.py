"""Publishing a film beside plain ffmpeg making the same ladder: a minute of 1280 × 720 in which everything moves."""

import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg

from bench.figure import Figure
from portal.people.films import bounds
from portal.people.films.asking import ask_for_film
from portal.people.films.library import find_film
from portal.people.films.making import Studio, make_now
from portal.people.films.originals import keep_original
from portal.people.media.store import open_store
from portal.shared import clock
from tests.people.site import Site
from tests.support import engines
from tests.support.sides import people_app

SECONDS = 60
ROUNDS = 2
GIVING_WAY = ("nice", "-n", "10")  # as our process does by itself
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()

# What portal/people/films/child/ladder.py asks of the coder, asked of ffmpeg.
SIZES = ((360, 800_000), (720, 2_599_000))


def figures() -> Iterator[Figure]:
    """Both in turn, so that a slower moment of the machine meets both; ours also measures, draws, stores and notes."""
    engines.use(engines.Sqlite())
    with tempfile.TemporaryDirectory(prefix="films-") as made:
        folder = Path(made)
        video = _moving(folder / "source.mp4")
        ours, plays, peer = [], [], []
        for number in range(ROUNDS):
            whole, first = _publish(video, folder / f"ours-{number}")
            ours.append(whole)
            plays.append(first)
            peer.append(_plain(video, folder / f"peer-{number}"))
    engines.use(None)
    against = "plain ffmpeg, the same ladder"
    yield Figure(name="A film from file to ready", value=min(ours), peer=min(peer), against=against, unit="s", goal=1.2)
    yield Figure(
        name="A film from file to playing", value=min(plays), peer=min(peer), against=against, unit="s", goal=0.6
    )


def _moving(path: Path) -> Path:
    """Everything in it moves: nothing that a coder could skip."""
    picture = f"testsrc2=size=1280x720:rate=30:duration={SECONDS}"
    sound = f"sine=frequency=220:sample_rate=48000:duration={SECONDS},volume=0.2"
    _ffmpeg("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, "-preset", "veryfast", "-crf", "20", str(path))
    return path


def _publish(video: Path, folder: Path) -> tuple[float, float]:
    """Seconds until all of it is made, and until its first size plays."""
    site = Site(people_app(folder))
    studio = Studio(database=site.database, store=open_store(site.settings), folder=site.settings.folder / "films")
    plays: list[float] = []
    began = time.perf_counter()

    def tell(_percent: int, words: str) -> None:
        if words.startswith("It plays") and not plays:
            plays.append(time.perf_counter() - began)

    kept = keep_original(video, folder=studio.folder)
    with site.database.transaction() as db:
        ask_for_film(db, source=kept.name, path=kept, is_recipe=False, now=clock.now())
    film = make_now(studio, kept.name, stopping=threading.Event(), tell=tell)
    took = time.perf_counter() - began
    with site.database.reading() as db:
        if film is None or film != find_film(db, kept.name) or film.heights != tuple(height for height, _ in SIZES):
            raise RuntimeError("The film is not ready, so its time says nothing.")
    site.database.close()
    return took, plays[0]


def _plain(video: Path, folder: Path) -> float:
    """Seconds that one ffmpeg takes, decoding once, with as many threads as it likes."""
    folder.mkdir()
    split = "[0:v]split=2[a][b];[a]scale=-2:360[v0];[b]null[v1]"
    rates = [
        word
        for number, (_, rate) in enumerate(SIZES)
        for word in (f"-maxrate:v:{number}", str(rate), f"-bufsize:v:{number}", str(2 * rate))
    ]
    every = bounds.SEGMENT_SECONDS
    began = time.perf_counter()
    _ffmpeg(
        *("-i", str(video), "-filter_complex", split),
        *("-map", "[v0]", "-map", "0:a", "-map", "[v1]", "-map", "0:a"),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", *rates),
        *("-force_key_frames", f"expr:gte(t,n_forced*{every})", "-sc_threshold", "0"),
        *("-c:a", "aac", "-aac_coder", "fast", "-b:a", "128k"),
        *("-f", "hls", "-hls_time", str(every), "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"),
        *("-var_stream_map", "v:0,a:0 v:1,a:1", "-master_pl_name", "master.m3u8"),
        *("-hls_segment_filename", str(folder / "%v-%03d.m4s"), str(folder / "%v.m3u8")),
    )
    return time.perf_counter() - began


def _ffmpeg(*words: str) -> None:
    subprocess.run([*GIVING_WAY, FFMPEG, "-v", "error", "-nostdin", *words], check=True)
