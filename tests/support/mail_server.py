"""A real mail server on this machine, honest or failing at the step that a test names."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Inbox:
    """What arrived. `fails` names where the server fails: mail, rcpt, data, after-data, after-250 or quit."""

    def __init__(self, fails: str = "", answer: str = "451 later") -> None:
        self.fails = fails
        self.answer = answer
        self.takes_password = True
        self.connections = 0
        self.letters: list[Envelope] = []
        self.logins: list[bytes] = []

    async def handle_EHLO(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.fails == "mail":
            return self.answer
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.fails == "rcpt":
            return self.answer
        if self.fails == "data":
            hang_up(server)
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.fails == "data-refused":
            return self.answer
        self.letters.append(envelope)
        if self.fails == "after-data":
            hang_up(server)
        return "250 taken over"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return "421 too tired to say goodbye" if self.fails == "quit" else "221 bye"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login)
        return AuthResult(success=self.takes_password and data.password == b"p@ss:word", handled=False)


@contextmanager
def mail_server(
    inbox: Inbox, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[int]:
    """Run a server for `inbox`, on `port` or on a free one; gives its port."""
    port = port or free_port(host)
    options: dict[str, Any] = {"tls_context": tls, "require_starttls": True} if tls else {"auth_require_tls": False}
    controller = Controller(inbox, hostname=host, port=port, authenticator=inbox.authenticate, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def free_port(host: str = "127.0.0.1") -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def hang_up(server: SMTP) -> None:
    """Break the line as a dying server does, without a word."""
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()
    raise asyncio.CancelledError


def read(envelope: Envelope) -> EmailMessage:
    """The letter in an envelope."""
    assert isinstance(envelope.content, bytes)
    return message_from_bytes(envelope.content, policy=default)
