"""Slow and greedy clients beside good ones: the good ones are answered, all of them."""

import re
from collections.abc import Callable

import pytest

from portal.shared.connections import MOST_CONNECTIONS
from tests.support.running import Running
from tests.support.slow_clients import Behaviour, Crowd, idle, slow_body, slow_headers, stalled_reader
from tests.support.wire import ask, request

FORM = "/offers/setup-day"


def answered(port: int, host: str) -> int:
    """How many of ten good requests are answered."""
    return sum(ask(port, request("GET /", host=host)).status == 200 for _ in range(10))


def film(running: Running) -> str:
    """The address of the sample webinar's film."""
    page = ask(running.port, request("GET /webinars/second-message", host=people(running)))
    match = re.search(r"/media/[0-9a-f]+/[^\"]+\.mp4", page.text)
    assert match
    return match[0]


def people(running: Running) -> str:
    return running.people.removeprefix("http://")


def sandbox(running: Running) -> str:
    return running.sandbox.removeprefix("http://")


def test_three_hundred_slow_headers_keep_no_good_request_waiting(running: Running) -> None:
    for port, host in ((running.port, people(running)), (running.sandbox_port, sandbox(running))):
        with Crowd(port, slow_headers(host), 300) as crowd:
            assert crowd.connected == 300
            assert answered(port, host) == 10


def test_three_hundred_slow_bodies_keep_no_good_request_waiting(running: Running) -> None:
    for port, host, path in (
        (running.port, people(running), FORM),
        (running.sandbox_port, sandbox(running), "/drives"),
    ):
        with Crowd(port, slow_body(host, path), 300) as crowd:
            assert crowd.connected == 300
            assert answered(port, host) == 10


@pytest.mark.parametrize("headers", [(), ("Range: bytes=0-",)], ids=["whole", "by range"])
def test_two_hundred_viewers_on_pause_keep_no_good_request_waiting(running: Running, headers: tuple[str, ...]) -> None:
    host = people(running)
    with Crowd(running.port, stalled_reader(host, film(running), *headers), 200) as crowd:
        assert crowd.connected == 200
        assert answered(running.port, host) == 10


@pytest.mark.parametrize("behaviour", [idle, slow_headers], ids=["idle", "slow"])
def test_with_every_connection_taken_a_new_one_is_let_in(
    running: Running, behaviour: Callable[[str], Behaviour]
) -> None:
    host = people(running)
    with Crowd(running.port, behaviour(host), MOST_CONNECTIONS + 200):
        assert answered(running.port, host) == 10
        sockets = [name for name in running.open_files("people", "serve") if name.startswith("socket:")]
        assert len(sockets) <= MOST_CONNECTIONS + 50  # to listen, and to the database
