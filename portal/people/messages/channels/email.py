"""The only place that speaks SMTP; in development nothing is sent and the outbox shows it."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote, urlsplit

from portal.people.messages.channels.outcome import Outcome, Result
from portal.people.messages.mail import SENDER
from portal.shared.reserved import SAMPLE_DOMAIN, is_real_email

TIMEOUT = 20.0  # seconds, for each step
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class Transport(Protocol):
    """A way to hand an e-mail over."""

    def send(self, content: bytes, *, to: str) -> Result:
        """Try once; never raises for what the other end does."""


def transport(url: str) -> Transport:
    """The transport that MAIL_URL names; the settings have refused every other way of sending."""
    if url == "outbox:":
        return Outbox()
    parts = urlsplit(url)
    return Smtp(
        host=parts.hostname or "",
        port=parts.port or 587,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


class Outbox:
    """Sends nothing; `/_outbox` shows what would have gone out."""

    def send(self, content: bytes, *, to: str) -> Result:
        """Leave it where it is."""
        return Result(Outcome.SHOWN)


@dataclass(frozen=True, kw_only=True)
class Smtp:
    """A mail server that takes our mail over; the line is encrypted unless the server is on this machine."""

    host: str
    port: int
    user: str
    password: str

    def send(self, content: bytes, *, to: str) -> Result:
        """Hand over one mail on a connection of its own; an address that is nobody's never reaches the socket."""
        if not is_real_email(to) or to.endswith((f"@{SAMPLE_DOMAIN}", f".{SAMPLE_DOMAIN}")):
            return Result(Outcome.REFUSED, "nobody reads mail there")
        try:
            with self._connected() as server:
                return _hand_over(server, content, to)
        except smtplib.SMTPAuthenticationError as fault:
            return Result(Outcome.LATER, f"{fault.smtp_code}: it refuses the user or the password of MAIL_URL")
        except (smtplib.SMTPException, OSError) as fault:  # before anything was handed over
            return Result(Outcome.LATER, type(fault).__name__)

    def try_out(self) -> None:
        """Connect, encrypt and log in as for a mail, and hand nothing over; raises what smtplib and ssl raise."""
        with self._connected():
            pass

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        try:
            server.ehlo_or_helo_if_needed()
            if self.host not in _THIS_MACHINE:
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if self.user:
                self._log_in(server)
            yield server
        finally:
            _say_goodbye(server)

    def _log_in(self, server: smtplib.SMTP) -> None:
        try:
            server.login(self.user, self.password)
        except smtplib.SMTPServerDisconnected as fault:  # how some answer a wrong password
            raise smtplib.SMTPAuthenticationError(535, "the line was cut at the login") from fault


def _hand_over(server: smtplib.SMTP, content: bytes, to: str) -> Result:
    """From DATA on, a broken line leaves it unknown whether the mail was taken over (RFC 1047)."""
    outcome = Outcome.LATER
    try:
        code, _words = server.mail(SENDER.addr_spec)
        if code != 250:
            return Result(Outcome.LATER, str(code))
        code, _words = server.rcpt(to)
        if code not in (250, 251):
            return _refused(code)
        outcome = Outcome.UNKNOWN
        code, _words = server.data(content)
    except smtplib.SMTPResponseException as fault:
        return _refused(fault.smtp_code)
    except (smtplib.SMTPException, OSError) as fault:
        return Result(outcome, type(fault).__name__)
    return Result(Outcome.SENT, "250") if code == 250 else _refused(code)


def _refused(code: int) -> Result:
    return Result(Outcome.REFUSED if code >= 500 else Outcome.LATER, str(code))


def _say_goodbye(server: smtplib.SMTP) -> None:
    """What the server answers to QUIT changes nothing about the mail that it took over."""
    with suppress(smtplib.SMTPException, OSError):
        server.docmd("QUIT")
    server.close()
