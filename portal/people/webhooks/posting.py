"""The only place that posts a webhook: to the pinned address, once, following nothing, reading little of the answer."""

import socket
import ssl
import threading
from contextlib import suppress
from http.client import HTTPException

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from portal.people.messages.channels.outcome import Outcome, Result
from portal.people.webhooks.target import Resolve, Target, TargetRefused, pin, read_target

CONNECT_SECONDS = 5.0
LONGEST_SECONDS = 15.0  # for all of it, however slowly an answer drips
_OF_ANSWER = 1024  # bytes that are read, and thrown away
GONE = "410"


def post(
    url: str, body: bytes, headers: dict[str, str], *, is_development: bool, resolve: Resolve | None = None
) -> Result:
    """Try once; never raises for what the other end does. SENT is a 2xx, and nothing else is."""
    try:
        target = read_target(url, is_development=is_development)
        address = pin(target, resolve=resolve)
    except TargetRefused as fault:
        return Result(Outcome.LATER, str(fault))
    return post_to(target, address, body, headers)


def post_to(target: Target, address: str, body: bytes, headers: dict[str, str]) -> Result:
    """The same, to an address that was looked up and found to be public."""
    connection: HTTPConnection | None = None
    try:
        connection = _connect(target, address)
        is_late = threading.Event()
        deadline = threading.Timer(LONGEST_SECONDS, _cut, args=[connection, is_late])
        deadline.start()
        try:
            result = _exchange(connection, target, body, headers)
        finally:
            deadline.cancel()
        return Result(Outcome.LATER, "its answer has no end") if is_late.is_set() else result
    except (HTTPError, HTTPException, OSError, ValueError) as fault:
        return Result(Outcome.LATER, type(fault).__name__)  # and nothing that the other end said
    finally:
        if connection is not None:
            connection.close()


def _connect(target: Target, address: str) -> HTTPConnection:
    if not target.is_tls:
        connection = HTTPConnection(address, target.port, timeout=CONNECT_SECONDS)
    else:
        connection = HTTPSConnection(
            address,
            target.port,
            timeout=CONNECT_SECONDS,
            server_hostname=target.host,  # SNI, and the name that the certificate must bear
            assert_hostname=target.host,
            ssl_context=ssl.create_default_context(),
        )
    connection.connect()
    return connection


def _exchange(connection: HTTPConnection, target: Target, body: bytes, headers: dict[str, str]) -> Result:
    connection.timeout = LONGEST_SECONDS
    if connection.sock is not None:
        connection.sock.settimeout(LONGEST_SECONDS)
    is_usual = target.port == (443 if target.is_tls else 80)
    own = {
        "Host": target.host if is_usual else f"{target.host}:{target.port}",
        "Content-Type": "application/json",
        "User-Agent": "CustomerHub-Webhooks/1",
        "Connection": "close",
    }
    connection.request("POST", target.path, body=body, headers=own | headers, preload_content=False)
    answer = connection.getresponse()
    answer.read(_OF_ANSWER, decode_content=False)
    if 200 <= answer.status < 300:
        return Result(Outcome.SENT, str(answer.status))
    if 300 <= answer.status < 400:
        return Result(Outcome.LATER, f"{answer.status}: it leads elsewhere, and is not followed")
    return Result(Outcome.LATER, str(answer.status))


def _cut(connection: HTTPConnection, is_late: threading.Event) -> None:
    """End a connection from outside, whatever it waits for."""
    is_late.set()
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
