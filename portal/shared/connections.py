"""The only place that says how a request must arrive: whole, in time, and readable in one way only; on waitress.

A client that keeps us waiting holds no worker, and no place that somebody else needs. A request that could be read in
two ways (RFC 9112, 6.1 and 11.2) is refused, so that no proxy and we ever disagree on where it ends.
"""

import select
import time
from http import HTTPStatus
from typing import Any

import structlog
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask
from waitress.wasyncore import dispatcher

from portal.shared.headers import plain_text_headers
from portal.shared.problems import Problem

MOST_CONNECTIONS = 1000
MOST_RESTS = 100  # of refused connections, apart from those
MOST_SECONDS_TO_ARRIVE = 60  # for a whole request, however lively its connection
LIMITS = {
    "connection_limit": 10 * MOST_CONNECTIONS,  # never reached: `Server` makes room before
    "channel_timeout": 10,  # seconds of silence
    "cleanup_interval": 1,
    "max_request_header_size": 32 * 1024,
    "max_request_body_size": 1024 * 1024,  # above what Flask takes, so that its page says what to do
    # What waits for its client lies in memory up to here, and beyond in a file without a name: any page stays below.
    "inbuf_overflow": 64 * 1024,
    "outbuf_overflow": 256 * 1024,
}

_SHUT_WR = 1  # as in `socket`, a module that no import of ours may name on this side of the wall

log = structlog.get_logger()


class Server(TcpWSGIServer):  # type: ignore[misc]
    """A listening socket and its connections.

    Where `MOST_CONNECTIONS` are taken, a new one takes the place of the one that has waited longest for its client.
    What people send (POST) has the workers `acts` for itself, so that no page keeps an opt-out or a sign-in waiting.
    """

    def __init__(
        self,
        app: object,
        sockets: dict[int, dispatcher],
        *,
        limits: Adjustments,
        address: object,
        pages: ThreadedTaskDispatcher,
        acts: ThreadedTaskDispatcher,
    ) -> None:
        self.channel_class = _Connection
        self.acts = acts
        self.is_stopping = False
        self.waiting = _Waiting(sockets)
        self.rests: set[_Rest] = set()
        super().__init__(app, sockets, dispatcher=pages, adj=limits, sockinfo=address)

    @property
    def is_busy(self) -> bool:
        """Whether a request is arriving or being answered, or an answer is on its way."""
        return any(it.request or it.requests or it.total_outbufs_len for it in self.active_channels.values())

    def stop_listening(self) -> None:
        """Take in whoever is connected already, let nobody else in, and close each connection after its answer."""
        before = -1
        while before != len(self.active_channels):
            before = len(self.active_channels)
            self.handle_accept()
        dispatcher.close(self)  # not our own `close`: the workers still wake the loop by its pipe
        self.is_stopping = True  # only now: a client that is told to come again must not reach a socket about to close

    def add_task(self, connection: "_Connection") -> None:
        request = connection.requests[0]
        workers = self.acts if not request.error and request.command == "POST" else self.task_dispatcher
        workers.add_task(connection)

    def handle_accept(self) -> None:
        if len(self.active_channels) >= MOST_CONNECTIONS:
            self._make_room()
        super().handle_accept()

    def maintenance(self, now: float) -> None:
        super().maintenance(now)
        for connection in self.active_channels.values():
            if connection.request and connection.request.began < now - MOST_SECONDS_TO_ARRIVE:
                connection.will_close = True
            self.waiting.sort(connection)

    def _make_room(self) -> None:
        waiting = [connection for connection in self.active_channels.values() if not connection.requests]
        if waiting:
            min(waiting, key=lambda connection: connection.waiting_since).handle_close()


class _Waiting:
    """The connections that only their client can move, watched by the kernel (epoll).

    The loop looks through everything in `sockets` at every turn, which costs a request more the more of them wait.
    """

    accepting = False

    def __init__(self, sockets: dict[int, Any]) -> None:
        self.sockets = sockets
        self._epoll = select.epoll()
        self._connections: dict[int, _Connection] = {}
        sockets[self._epoll.fileno()] = self

    def sort(self, connection: "_Connection") -> None:
        """Let it wait here, or with the others, as it is now."""
        number = connection.socket.fileno()
        if connection.is_to_be_moved:
            self.give_back(number)
        elif number in self.sockets:
            self._connections[number] = self.sockets.pop(number)
            self._epoll.register(number, select.EPOLLOUT if connection.total_outbufs_len else select.EPOLLIN)

    def give_back(self, number: int) -> None:
        """Let the loop look at it again, if it is here."""
        if connection := self._connections.pop(number, None):
            self._epoll.unregister(number)
            self.sockets[number] = connection

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def handle_read_event(self) -> None:
        for number, _ in self._epoll.poll(0):
            self.give_back(number)


class _Request(HTTPRequestParser):  # type: ignore[misc]
    """A request as it arrives."""

    def __init__(self, limits: Adjustments) -> None:
        super().__init__(limits)
        self.began = time.time()

    def received(self, data: bytes) -> int:
        taken: int = super().received(data)
        if self.error:
            self.expect_continue = False  # or the body of a refused request would be asked for
        return taken

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as fault:  # an address or a number that Python itself refuses
            raise ParsingError(str(fault)) from fault
        if self.version not in ("1.0", "1.1"):
            raise ParsingError("It is of no version that we speak.")
        if "TRANSFER_ENCODING" in self.headers or (self.chunked and "CONTENT_LENGTH" in self.headers):
            raise ParsingError("Its end is told in two ways.")

    @property
    def refusal(self) -> HTTPStatus:
        """Why it is refused; headers that are too long may be one long address."""
        status = HTTPStatus(self.error.code)
        is_address = status == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE and b"\r\n" not in self.header_plus
        return HTTPStatus.REQUEST_URI_TOO_LONG if is_address else status


class _Answer(WSGITask):  # type: ignore[misc]
    """An answer of the app; while the server stops, it tells the client that it is the last one here."""

    def build_response_header(self) -> bytes:
        if self.channel.server.is_stopping:
            self.set_close_on_finish()
        return bytes(super().build_response_header())


class _Refusal(ErrorTask):  # type: ignore[misc]
    """An error of the server itself, in the words that the pages use."""

    def execute(self) -> None:
        status = self.request.refusal
        log.info("request.refused", status=status.value)
        words = Problem(status.value)
        body = f"{words.title}\n\n{words.detail}\n".encode()
        self.status = f"{status.value} {status.phrase}"
        self.response_headers.extend(plain_text_headers().items())
        self.set_close_on_finish()
        self.content_length = len(body)
        self.channel.is_refused = True
        self.write(body)


class _Connection(HTTPChannel):  # type: ignore[misc]
    """A connection, whose rest is dropped unread after a refusal."""

    task_class = _Answer
    error_task_class = _Refusal
    parser_class = _Request
    is_refused = False

    @property
    def waiting_since(self) -> float:
        """Since when its client has had to act: to end a request, to read an answer, or to ask again."""
        return float(self.request.began if self.request else self.last_activity)

    @property
    def is_to_be_moved(self) -> bool:
        """Whether a worker or the loop has something to do with it, whatever its client does."""
        return bool(self.requests or self.will_close or self.close_when_flushed)

    def del_channel(self, sockets: dict[int, Any] | None = None) -> None:
        self.server.waiting.give_back(self._fileno)
        super().del_channel(sockets)

    def handle_close(self) -> None:
        rests = self.server.rests
        if self.is_refused and self.connected and len(rests) < MOST_RESTS:
            rests.add(_Rest(self.socket.dup(), self._map, among=rests))
        super().handle_close()


class _Rest(dispatcher):  # type: ignore[misc]
    """What a refused client still sends, dropped for some seconds.

    Closed at once, a client in the middle of sending would lose our words to a reset (RFC 9112, 9.6).
    """

    def __init__(self, wire: Any, sockets: dict[int, dispatcher], *, among: "set[_Rest]") -> None:
        super().__init__(wire, sockets)
        self.among = among
        self.until = time.time() + LIMITS["channel_timeout"]
        wire.shutdown(_SHUT_WR)

    def writable(self) -> bool:
        return time.time() > self.until

    def handle_write(self) -> None:
        self.handle_close()

    def handle_read(self) -> None:
        self.recv(65536)

    def handle_close(self) -> None:
        self.among.discard(self)
        self.close()
