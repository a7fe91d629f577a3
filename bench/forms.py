"""What a sign-up costs from the press on: posts a second at 32 clients, beside django-newsletter's own."""

import http.client
import itertools
import os
import re
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from bench.figure import Figure
from bench.stores import stores
from portal.shared.environment import ROOT

CLIENTS = 32
SECONDS = 4.0
ROUNDS = 3
PEER = ROOT / ".build" / "bench-newsletter-on-both"
DJANGO = "bench/django_peer.py"
NEEDS = (
    *("django==5.2.*", "django-mailer==2.3.*", "django-newsletter==1.2.*", "sorl-thumbnail==13.*"),
    *("psycopg[binary]==3.3.*", "waitress==3.*"),
)

Headers = dict[str, str]


def figures() -> Iterator[Figure]:
    """Sign-ups of ever new people, each with two boxes ticked, beside the peer's on the same engine."""
    for store in stores():
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory()))
            ours = stack.enter_context(_people(folder, store.engine.empty("people") | {"LIMITS_URL": ""}))
            peer = stack.enter_context(_peer(store.engine.empty("people").get("PEOPLE_OWNER_URL", "")))
            rates: tuple[list[float], list[float]] = ([], [])
            for _ in range(ROUNDS):
                for post, taken in zip((ours, peer), rates, strict=True):
                    taken.append(_rate(post))
            yield Figure(
                name=f"Sign-ups posted, {CLIENTS} clients, {store.name}",
                value=statistics.median(rates[0]),
                peer=statistics.median(rates[1]),
                against=f"django-newsletter on {store.name}",
                unit="a second",
                goal=3,
                bound="at least",
            )


Post = tuple[int, str, Callable[[int], str], Headers]  # port, path, the body of the nth, headers


def _rate(post: Post) -> float:
    """How many are answered a second, by clients each of which keeps its line open."""
    until = time.perf_counter() + SECONDS
    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        done = sum(clients.map(lambda _: _send(post, until), range(CLIENTS)))
    return done / (time.perf_counter() - began)


_numbers = itertools.count()


def _send(post: Post, until: float) -> int:
    port, path, body, headers = post
    line = http.client.HTTPConnection("localhost", port, timeout=30)
    done = 0
    while time.perf_counter() < until:
        line.request("POST", path, body(next(_numbers)), headers)
        answer = line.getresponse()
        answer.read()
        if answer.status not in (302, 303):
            raise RuntimeError(f"A sign-up at {path} was answered {answer.status}.")
        done += 1
    line.close()
    return done


@contextmanager
def _people(folder: Path, settings: dict[str, str]) -> Iterator[Post]:
    port = _free_port()
    with _running([sys.executable, "-m", "bench.serving_people", str(folder), str(port)], port, settings):
        page, headers = _opened(port, "/sign-up")
        notice = re.findall(r'name="notice"[^>]*value="([0-9a-f]{64})"', page)[0]
        ticks = {"offers_email": "yes", "webinars_email": "yes", "notice": notice}

        def body(number: int) -> str:
            return urlencode({"name": "Ada Lindqvar", "email": f"person{number}@people.customerhub.net"} | ticks)

        yield port, "/sign-up", body, headers


@contextmanager
def _peer(server_url: str) -> Iterator[Post]:
    port, python = _free_port(), PEER / "venv" / "bin" / "python"
    _install(python)
    with TemporaryDirectory() as folder, _running([str(python), "-P", DJANGO, folder, str(port), server_url], port, {}):
        path = "/newsletter/news/subscribe/"
        page, headers = _opened(port, path)
        token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0]

        def body(number: int) -> str:
            typed = {"name_field": "Ada Lindqvar", "email_field": f"person{number}@people.customerhub.net"}
            return urlencode(typed | {"csrfmiddlewaretoken": token, "id_submit": "Subscribe"})

        yield port, path, body, headers


def _install(python: Path) -> None:
    """Once: an environment of the peer's own, so that nothing of it is near ours."""
    if not python.exists():
        uv = ROOT / ".venv-tools" / "bin" / "uv"
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, PEER / "venv"], check=True)
        subprocess.run([uv, "pip", "install", "-q", "--python", python, *NEEDS], check=True)


@contextmanager
def _running(command: list[str], port: int, settings: dict[str, str]) -> Iterator[None]:

    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | settings
    silent = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=silent, stderr=silent) as process:
        try:
            _wait_for(port, process)
            yield
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as trying:
            if trying.connect_ex(("localhost", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("A server of the bench did not start.")


def _opened(port: int, path: str) -> tuple[str, Headers]:
    """The page of the form, and what a browser would send with it."""
    with urllib.request.urlopen(f"http://localhost:{port}{path}") as answer:
        page, cookies = answer.read().decode(), answer.headers.get_all("Set-Cookie") or []
    kept = "; ".join(cookie.split(";")[0] for cookie in cookies)
    sent = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://localhost:{port}"}
    return page, sent | ({"Cookie": kept} if kept else {})


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("localhost", 0))
        return int(found.getsockname()[1])
