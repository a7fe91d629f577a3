"""How fast media come behind nginx, and what viewers on pause cost the pages there and beside a bucket."""

import os
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from bench.figure import Figure
from bench.serving import FILM_BYTES, beside, keep_film
from tests.support import engines
from tests.support.certificates import certificate
from tests.support.engines import Sqlite
from tests.support.nginx import PEOPLE_HOST, Nginx
from tests.support.running import Running
from tests.support.s3_server import BUCKET, USER, S3Server
from tests.support.slow_clients import stalled_reader
from tests.support.wire import ask, connect, request

ROUNDS = 7
VIEWERS = 200


def figures() -> Iterator[Figure]:
    """Behind nginx by X-Accel-Redirect, and beside a bucket; by range from the portal itself: BENCH=serving."""
    engines.use(Sqlite())
    yield from _behind_nginx()
    yield from _beside_a_bucket()


def _behind_nginx() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        nginx = Alone(folder / "nginx", certificate(folder, PEOPLE_HOST), 0, 0, media=folder / "data/people/media")
        host = f"localhost:{nginx.port}"
        site = Running(folder / "data", PEOPLE_URL=f"http://{host}", PROXIES="1", MEDIA_ACCEL="/_media/")
        site.people = f"http://{host}"
        nginx.people_port, nginx.sandbox_port = site.port, site.sandbox_port
        with nginx, site:
            film = keep_film(site)
            yield _megabytes_a_second(nginx.port, host, film)
            for kind, headers in (("by range", ["Range: bytes=0-"]), ("whole film", [])):
                viewer = stalled_reader(host, film, *headers)
                yield from beside(f"nginx, 200 viewers on pause, {kind}", viewer, VIEWERS, port=nginx.port, host=host)


def _megabytes_a_second(port: int, host: str, film: str) -> Figure:
    """The same file over the same kind of line, led to by the portal, and as nginx finds it by itself."""
    plain = f"/plain/{film.split('/')[2]}"
    rates: dict[str, list[float]] = {film: [], plain: []}
    for _ in range(ROUNDS):
        for path, taken in rates.items():
            taken.append(_fetch(port, request(f"GET {path}", "Connection: close", host=host)))
    return Figure(
        name="a film of 32 MB behind nginx",
        value=statistics.median(rates[film]),
        peer=statistics.median(rates[plain]),
        against="the same file from nginx alone",
        unit="MB a second",
        goal=0.9,
        bound="at least",
    )


def _fetch(port: int, asked: bytes) -> float:
    began, got = time.perf_counter(), 0
    with connect(port) as wire:
        wire.sendall(asked)
        while part := wire.recv(1 << 18):
            got += len(part)
    if got < FILM_BYTES:
        raise RuntimeError(f"Only {got:,} bytes came, so their time says nothing.")
    return got / 1e6 / (time.perf_counter() - began)


def _beside_a_bucket() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name, S3Server(_made(Path(name) / "s3")) as s3:
        os.environ.update(USER)
        settings = {"MEDIA_URL": f"s3://{BUCKET}/media", "S3_ENDPOINT_URL": s3.url, "S3_PUBLIC_URL": s3.url} | USER
        with Running(Path(name) / "data", **settings) as site:
            host = urlsplit(site.people).netloc
            film = keep_film(site)
            leads = ask(site.port, request(f"GET {film}", host=host))
            link = urlsplit(leads.headers["Location"])
            viewer = stalled_reader(link.netloc, f"{link.path}?{link.query}")
            crowd_at = int(link.port or 0)
            yield from beside(
                "a bucket, 200 viewers on pause", viewer, VIEWERS, port=site.port, host=host, crowd_at=crowd_at
            )


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


class Alone(Nginx):
    """The shipped nginx without TLS, whose price both would pay, and without limits: one machine plays everybody."""

    def _on_this_machine(self, text: str) -> str:
        text = re.sub(r"^limit_.*$", "", text, flags=re.MULTILINE).replace(" ssl http2", "")
        text = re.sub(r"^.*ssl_reject_handshake.*$", "", text, flags=re.MULTILINE).replace(PEOPLE_HOST, "localhost")
        here = super()._on_this_machine(text).replace(" $host;", " $http_host;")  # whose port is not 443
        place = f"location /plain/ {{ alias {self.media}/; sendfile on; tcp_nopush on; }}\n    location /_media/ {{"
        return here.replace("location /_media/ {", place).replace(":0;", ":1;")
