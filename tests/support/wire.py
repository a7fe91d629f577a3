"""Bytes on a connection as they are, where an HTTP client would tidy them up first."""

import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser

PATIENCE_SECONDS = 30.0  # far beyond what any of it takes: to fail, not to hang


@dataclass(frozen=True)
class Answer:
    """An answer, whole."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def connect(port: int) -> socket.socket:
    """A connection to a server on this machine."""
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)


def ask(port: int, *parts: bytes) -> Answer:
    """Send the parts one after the other on a connection of their own; the answer, which may come before the last."""
    with connect(port) as wire:
        with suppress(ConnectionError):  # refused before we were through
            for part in parts:
                wire.sendall(part)
        return read_answer(wire)


def read_answer(wire: socket.socket) -> Answer:
    """The next answer on the connection. Raises EOFError where it ends before."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += _more(wire, 1)  # one by one: what follows the answer belongs to the next
    first, _, lines = head.partition(b"\r\n")
    headers = BytesParser().parsebytes(lines, headersonly=True)
    body = b""
    while missing := int(headers.get("Content-Length", "0")) - len(body):
        body += _more(wire, missing)
    return Answer(_status(first), headers, body)


def request(line: str, *headers: str, host: str, body: bytes = b"") -> bytes:
    """A request: its first line but for the version, its headers, and its body with the length that it has."""
    length = (f"Content-Length: {len(body)}",) if body else ()
    return "\r\n".join((f"{line} HTTP/1.1", f"Host: {host}", *headers, *length, "", "")).encode() + body


def _more(wire: socket.socket, most: int) -> bytes:
    data = wire.recv(most)
    if not data:
        raise EOFError
    return data


def _status(line: bytes) -> int:
    match = re.fullmatch(rb"HTTP/1\.[01] (\d{3}) .*", line)
    assert match, line
    return int(match[1])
