"""The only place that runs a server: its workers, its sockets, and its end."""

import gc
import logging
import os
import resource
import signal
import threading
import time
from collections.abc import Callable

from flask import Flask
from waitress.adjustments import Adjustments
from waitress.task import ThreadedTaskDispatcher
from waitress.wasyncore import dispatcher, loop

from portal.shared.connections import LIMITS, MOST_CONNECTIONS, Server

WORKERS_FOR_PAGES = max(4, 2 * (os.cpu_count() or 1))
WORKERS_FOR_ACTS = 8  # most of them wait for the disk, and then for one commit together
_ALLOCATIONS = 10_000  # about what a few requests leave behind, before the collector looks at them
QUIET_SECONDS = 1.0  # for a client that has its answer and is about to ask again
MOST_SECONDS_TO_END = 8.0  # below the ten after which the supervisor ends us


def serve_forever(
    app: Flask, *, listen: str, port: int, proxies: int, once_bound: Callable[[], object] = lambda: None
) -> None:
    """Answer on `listen`:`port` until told to stop by SIGTERM or Ctrl-C; what is being answered then is answered.

    A worker is busy only while a view runs: the loop here reads what comes slowly and hands over what is taken slowly.
    """
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a short queue under load is no event
    _allow_open_files(4 * MOST_CONNECTIONS)  # a connection may hold a film and two files without a name
    limits = Adjustments(host=listen, port=port, ident=None, clear_untrusted_proxy_headers=not proxies, **LIMITS)
    pages, acts = _workers(WORKERS_FOR_PAGES), _workers(WORKERS_FOR_ACTS)
    sockets: dict[int, dispatcher] = {}
    servers = [
        Server(app, sockets, limits=limits, address=address, pages=pages, acts=acts) for address in limits.listen
    ]
    stopping = _stop_when_told(wake=servers[0].pull_trigger)
    _leave_what_stays_to_itself()
    once_bound()
    while not stopping.is_set():
        _turn(sockets, seconds=1)
    _end(servers, sockets)
    for workers in (pages, acts):
        workers.shutdown(timeout=1)


def _end(servers: list[Server], sockets: dict[int, dispatcher]) -> None:
    """Let nobody else in, and answer who is in: until all are gone, or none of them asks, or it takes too long."""
    for server in servers:
        server.stop_listening()
    deadline = time.monotonic() + MOST_SECONDS_TO_END
    quiet_at = time.monotonic() + QUIET_SECONDS
    while any(server.active_channels for server in servers) and time.monotonic() < min(quiet_at, deadline):
        _turn(sockets, seconds=0.1)
        if any(server.is_busy for server in servers):
            quiet_at = time.monotonic() + QUIET_SECONDS


def _leave_what_stays_to_itself() -> None:
    """Let the collector of reference cycles pass over what was loaded by now and stays for as long as we serve.

    It would go through all of that again and again, for some hundred thousand objects, and find nothing to free.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, *gc.get_threshold()[1:])


def _allow_open_files(count: int) -> None:
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY:
        count = min(count, most)
    if allowed < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, most))


def _workers(count: int) -> ThreadedTaskDispatcher:
    workers = ThreadedTaskDispatcher()
    workers.set_thread_count(count)
    return workers


def _stop_when_told(*, wake: Callable[[], object]) -> threading.Event:
    stopping = threading.Event()

    def stop(*_: object) -> None:
        stopping.set()
        wake()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return stopping


def _turn(sockets: dict[int, dispatcher], *, seconds: float) -> None:
    """Wait for what happens next, and see to it; by poll, since select knows no descriptor above 1,023."""
    loop(timeout=seconds, use_poll=True, map=sockets, count=1)
