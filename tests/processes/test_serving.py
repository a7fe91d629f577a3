"""The server: who is served first, what it does not wait for, and how it ends."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from portal.shared.environment import ROOT
from portal.shared.serving import WORKERS_FOR_PAGES
from tests.support.running import free_ports
from tests.support.wire import ask, connect, read_answer, request

HOST = "127.0.0.1"
QUICK, WAIT = (request(f"GET {path}", host=HOST) for path in ("/quick", "/wait"))
RELEASE = request("POST /release", "Content-Length: 0", host=HOST)


class Site:
    """The small site in a process of its own."""

    def __init__(self) -> None:
        self.port, _ = free_ports()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.slow_site", str(self.port)], cwd=ROOT, stdout=subprocess.PIPE
        )
        self.wait_for("up")

    def wait_for(self, word: str) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline().decode().strip() == word


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.process.kill()
    site.process.communicate()


def test_what_people_send_is_served_while_every_worker_for_pages_is_busy(site: Site) -> None:
    pages = [connect(site.port) for _ in range(WORKERS_FOR_PAGES)]
    for page in pages:
        page.sendall(WAIT)
        site.wait_for("begun")
    assert ask(site.port, RELEASE).text == "released"
    for page in pages:
        assert read_answer(page).text == "waited"
        page.close()


def test_a_request_that_takes_for_ever_to_arrive_is_cut_off_however_lively_it_is(site: Site) -> None:
    with connect(site.port) as wire, pytest.raises(ConnectionError):
        _drip(wire, seconds=30)


def test_told_to_stop_it_lets_nobody_in_and_ends_what_it_began(site: Site) -> None:
    with connect(site.port) as begun, connect(site.port) as known:
        known.sendall(QUICK)
        read_answer(known)
        begun.sendall(WAIT)
        site.wait_for("begun")
        site.process.send_signal(signal.SIGTERM)
        _wait_until_refused(site.port)
        known.sendall(RELEASE)
        assert read_answer(known).text == "released"
        answer = read_answer(begun)
    assert answer.text == "waited"
    assert answer.headers["Connection"] == "close"
    assert site.process.wait(timeout=30) == 0


def test_stopped_under_load_it_answers_every_request_that_it_took(site: Site) -> None:
    lost: list[str] = []
    answered = [0] * 8
    clients = [threading.Thread(target=_ask_on_and_on, args=(site.port, answered, n, lost)) for n in range(8)]
    for client in clients:
        client.start()
    while min(answered) < 20:
        time.sleep(0.01)
    site.process.send_signal(signal.SIGTERM)
    for client in clients:
        client.join()
    assert lost == []
    assert site.process.wait(timeout=30) == 0


def _ask_on_and_on(port: int, answered: list[int], number: int, lost: list[str]) -> None:
    """Ask by one connection until told that it is the last answer there, then by the next, until nobody listens."""
    while True:
        try:
            wire = connect(port)
        except ConnectionError:
            return
        with wire:
            is_last = False
            while not is_last:
                try:
                    wire.sendall(QUICK)
                    is_last = read_answer(wire).headers["Connection"] == "close"
                except (OSError, EOFError) as fault:
                    lost.append(repr(fault))
                    return
                answered[number] += 1


def _drip(wire: socket.socket, *, seconds: int) -> None:
    wire.sendall(b"GET /quick HTTP/1.1\r\n")
    for _ in range(10 * seconds):
        wire.sendall(b"X-Slow: 1\r\n")
        time.sleep(0.1)


def _wait_until_refused(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            connect(port).close()
        except ConnectionRefusedError:
            return
        except ConnectionResetError:  # met it as it closed
            continue
        time.sleep(0.02)
    raise AssertionError("It still listens.")
