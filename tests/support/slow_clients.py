"""Slow and greedy clients of a server on this machine, as many as are asked for, in a thread of their own."""

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Self

DRIP_SECONDS = 3.0  # well below any time-out for silence

Settled = Callable[[], object]
Behaviour = Callable[[asyncio.AbstractEventLoop, socket.socket, Settled], Awaitable[object]]


class Crowd:
    """`count` clients that behave alike, all of them settled in it; one that is turned away comes back a second later.

    A context manager.
    """

    def __init__(self, port: int, behaviour: Behaviour, count: int) -> None:
        self.port = port
        self.behaviour = behaviour
        self.count = count
        self.connected = 0
        self._settled = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._come()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + 20
        while self._settled < self.count and time.monotonic() < deadline:
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    async def _come(self) -> None:
        clients = [asyncio.create_task(self._client()) for _ in range(self.count)]
        while not self._is_over.is_set():
            await asyncio.sleep(0.05)
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)

    async def _client(self) -> None:
        while not self._is_over.is_set():
            with suppress(OSError):
                await self._visit()
            await asyncio.sleep(1)

    def _settle(self) -> None:
        self._settled += 1

    async def _visit(self) -> None:
        loop = asyncio.get_running_loop()
        with socket.socket() as wire:
            wire.setblocking(False)
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # what is not read stays with the server
            await loop.sock_connect(wire, ("127.0.0.1", self.port))
            self.connected += 1
            try:
                await self.behaviour(loop, wire, self._settle)
            finally:
                self.connected -= 1


def slow_headers(host: str) -> Behaviour:
    """One header after the other, for ever (slowloris)."""

    async def behave(loop: asyncio.AbstractEventLoop, wire: socket.socket, settled: Settled) -> None:
        await loop.sock_sendall(wire, f"GET / HTTP/1.1\r\nHost: {host}\r\n".encode())
        settled()
        await _drip(loop, wire, b"X-Slow: 1\r\n")

    return behave


def slow_body(host: str, path: str) -> Behaviour:
    """A form whose bytes come one by one (R-U-Dead-Yet)."""
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"

    async def behave(loop: asyncio.AbstractEventLoop, wire: socket.socket, settled: Settled) -> None:
        await loop.sock_sendall(wire, f"{head}Content-Length: 10000\r\n\r\nname=".encode())
        settled()
        await _drip(loop, wire, b"a")

    return behave


def stalled_reader(host: str, path: str, *headers: str) -> Behaviour:
    """Asks for `path` and leaves the answer unread, as a player does that was put on pause."""
    request = "\r\n".join((f"GET {path} HTTP/1.1", f"Host: {host}", *headers, "", ""))

    async def behave(loop: asyncio.AbstractEventLoop, wire: socket.socket, settled: Settled) -> None:
        await loop.sock_sendall(wire, request.encode())
        await loop.sock_recv(wire, 1)
        settled()
        await asyncio.sleep(3600)

    return behave


def slow_reader(host: str, path: str) -> Behaviour:
    """Asks for `path` and reads a few bytes of the answer at a time."""
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"

    async def behave(loop: asyncio.AbstractEventLoop, wire: socket.socket, settled: Settled) -> None:
        await loop.sock_sendall(wire, request.encode())
        await loop.sock_recv(wire, 64)
        settled()
        while await loop.sock_recv(wire, 64):
            await asyncio.sleep(DRIP_SECONDS)

    return behave


def idle(host: str) -> Behaviour:
    """Asks once and then keeps the connection, as browsers do; closed, it does not come back."""
    request = f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n"

    async def behave(loop: asyncio.AbstractEventLoop, wire: socket.socket, settled: Settled) -> None:
        await loop.sock_sendall(wire, request.encode())
        await loop.sock_recv(wire, 4096)
        settled()
        await asyncio.sleep(3600)

    return behave


async def _drip(loop: asyncio.AbstractEventLoop, wire: socket.socket, drop: bytes) -> None:
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(DRIP_SECONDS):
                await loop.sock_recv(wire, 4096)
            return  # an answer or the end: either way the server has had enough of us
        await loop.sock_sendall(wire, drop)
