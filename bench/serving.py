"""What slow and greedy clients cost the good ones: pages answered, the rate of pages, the memory held."""

import os
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench.figure import Figure
from portal.people.database import Database
from portal.people.media.store import note_file, open_store, put_file
from portal.people.settings import load_settings
from portal.shared import clock
from tests.support import engines
from tests.support.engines import Sqlite
from tests.support.films import show_sample_film
from tests.support.running import Running
from tests.support.slow_clients import Behaviour, Crowd, idle, slow_body, slow_headers, slow_reader, stalled_reader
from tests.support.wire import ask, connect, read_answer, request

PROBES = 10
PROBE_SECONDS = 2.0
CLIENTS = 4
ROUNDS = 5
ROUND_SECONDS = 1.5
FILM_BYTES = 32_000_000


def figures() -> Iterator[Figure]:
    """Each kind of slow client beside good requests for the home page of a running installation."""
    engines.use(Sqlite())
    with tempfile.TemporaryDirectory() as folder, Running(Path(folder) / "data") as site:
        show_sample_film(site.environment)
        host = site.people.removeprefix("http://")
        film = keep_film(site)
        kinds: dict[str, tuple[Behaviour, int]] = {
            "300 slow headers": (slow_headers(host), 300),
            "300 slow bodies": (slow_body(host, "/offers/setup-day"), 300),
            "200 viewers on pause, by range": (stalled_reader(host, film, "Range: bytes=0-"), 200),
            "200 viewers on pause, whole film": (stalled_reader(host, film), 200),
            "200 slow readers of a page": (slow_reader(host, "/"), 200),
            "1,000 idle connections": (idle(host), 1000),
        }
        before = _megabytes(site)
        for name, (behaviour, count) in kinds.items():
            yield from beside(name, behaviour, count, port=site.port, host=host)
        yield Figure(
            name="people process, memory after all that",
            value=_megabytes(site) - before,
            peer=50,
            against="limit of growth",
            unit="MB",
            goal=1,
        )


def keep_film(site: Running) -> str:
    """Store a file as large as a film in this installation, as its commands do; its path."""
    settings = load_settings(site.environment)
    with tempfile.TemporaryDirectory() as folder, closing(Database(settings.database_url)) as database:
        path = Path(folder) / "film.mp4"
        path.write_bytes(os.urandom(FILM_BYTES))
        stored = put_file(path, store=open_store(settings))
        with database.transaction() as db:
            note_file(db, stored, store=open_store(settings), now=clock.now())
    return f"/media/{stored.sha256}/{stored.name}"


def beside(name: str, behaviour: Behaviour, count: int, *, port: int, host: str, crowd_at: int = 0) -> Iterator[Figure]:
    """Pages of the site at `port`, alone and beside a crowd there, or at another server of ours."""
    page = request("GET /", host=host)
    alone, beside, answered = [], [], PROBES
    for _ in range(ROUNDS):  # in turn, so that a slower moment of the machine meets both
        alone.append(_rate(port, page))
        with Crowd(crowd_at or port, behaviour, count):
            answered = min(answered, _answered_in_time(port, page))
            beside.append(_rate(port, page))
    yield Figure(
        name=f"{name}: good requests answered in {PROBE_SECONDS:g} s",
        value=answered,
        peer=PROBES,
        against="good requests",
        unit="",
        goal=1,
        bound="at least",
    )
    yield Figure(
        name=f"{name}: rate of pages",
        value=statistics.median(beside),
        peer=statistics.median(alone),
        against="alone",
        unit="a second",
        goal=0.8,
        bound="at least",
    )


def _answered_in_time(port: int, page: bytes) -> int:
    answered = 0
    for _ in range(PROBES):
        began = time.monotonic()
        is_well = ask(port, page).status == 200
        answered += is_well and time.monotonic() - began < PROBE_SECONDS
    return answered


def _rate(port: int, page: bytes) -> float:
    """Pages a second, asked for by a few clients, each as soon as it has the last."""
    counts = [0] * CLIENTS
    until = time.monotonic() + ROUND_SECONDS

    def ask_on_and_on(number: int) -> None:
        with connect(port) as wire:
            while time.monotonic() < until:
                wire.sendall(page)
                read_answer(wire)
                counts[number] += 1

    clients = [threading.Thread(target=ask_on_and_on, args=(number,)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return sum(counts) / ROUND_SECONDS


def _megabytes(site: Running) -> float:
    (pid,) = site.pids("people", "serve")
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024
