"""The only place that speaks SMTP: one connection for one mail, or one held open for many."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from portal.people.messages.channels.email.envelope import is_nobodys, return_path
from portal.people.messages.channels.email.signature import Signature
from portal.people.messages.channels.outcome import Outcome, Result

TIMEOUT = 20.0  # seconds, for each step
MOST_ON_A_LINE = 100  # mails, before a new connection: servers end longer ones by themselves
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, kw_only=True)
class Smtp:
    """A mail server that takes our mail over; the line is encrypted unless the server is on this machine."""

    host: str
    port: int
    user: str
    password: str
    signature: Signature | None = None
    bounces_to: str = ""

    def send(self, content: bytes, *, to: str) -> Result:
        """Hand over one mail on a connection of its own; an address that is nobody's never reaches the socket."""
        with self.session() as line:
            return line.send(content, to=to)

    @contextmanager
    def session(self) -> Iterator["SmtpLine"]:
        """One connection for many mails, opened by the first of them."""
        line = SmtpLine(self)
        try:
            yield line
        finally:
            line.close()

    def try_out(self) -> None:
        """Connect, encrypt and log in as for a mail, and hand nothing over; raises what smtplib and ssl raise."""
        say_goodbye(self.connect())

    def connect(self) -> smtplib.SMTP:
        """A connection on which a mail can be handed over; raises what smtplib and ssl raise."""
        server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        try:
            server.ehlo_or_helo_if_needed()
            if self.host not in _THIS_MACHINE:
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if self.user:
                self._log_in(server)
        except BaseException:
            say_goodbye(server)
            raise
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        try:
            server.login(self.user, self.password)
        except smtplib.SMTPServerDisconnected as fault:  # how some answer a wrong password
            raise smtplib.SMTPAuthenticationError(535, "the line was cut at the login") from fault


class SmtpLine:
    """A connection that is opened when it is needed, and again where the server ended it between two mails."""

    def __init__(self, smtp: Smtp) -> None:
        self._smtp = smtp
        self._server: smtplib.SMTP | None = None
        self._handed_over = 0

    def send(self, content: bytes, *, to: str) -> Result:
        """Hand over one mail; an address that is nobody's never reaches the socket."""
        if is_nobodys(to):
            return Result(Outcome.REFUSED, "nobody reads mail there")
        if self._handed_over >= MOST_ON_A_LINE:
            self.close()
        is_used = self._server is not None
        result, is_broken = self._try(content, to)
        if is_used and is_broken and result.outcome is Outcome.LATER:
            result, _ = self._try(content, to)  # nothing of it was on the old line
        return result

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._server is not None:
            say_goodbye(self._server)
        self._server, self._handed_over = None, 0

    def _try(self, content: bytes, to: str) -> tuple[Result, bool]:
        """How it ended, and whether the line broke over it."""
        try:
            if self._server is None:
                self._server = self._smtp.connect()
        except smtplib.SMTPAuthenticationError as fault:
            return Result(Outcome.LATER, f"{fault.smtp_code}: it refuses the user or the password of MAIL_URL"), True
        except (smtplib.SMTPException, OSError) as fault:  # before anything was handed over
            return Result(Outcome.LATER, type(fault).__name__), True
        sender = return_path(content, bounces_to=self._smtp.bounces_to)
        signed = self._smtp.signature.sign(content) if self._smtp.signature else content
        self._handed_over += 1
        result, is_broken = _hand_over(self._server, signed, sender=sender, to=to)
        if is_broken or not self._is_clean(result):
            self.close()
        return result, is_broken

    def _is_clean(self, result: Result) -> bool:
        """Whether the next mail may follow on the same line; what the server refused is taken off it first."""
        if result.outcome is Outcome.SENT:
            return True
        with suppress(smtplib.SMTPException, OSError):
            return self._server is not None and self._server.rset()[0] == 250
        return False


def say_goodbye(server: smtplib.SMTP) -> None:
    """End a connection. What the server answers to QUIT changes nothing about the mail that it took over."""
    with suppress(smtplib.SMTPException, OSError):
        server.docmd("QUIT")
    server.close()


def _hand_over(server: smtplib.SMTP, content: bytes, *, sender: str, to: str) -> tuple[Result, bool]:
    """From DATA on, a broken line leaves it unknown whether the mail was taken over (RFC 1047)."""
    outcome = Outcome.LATER
    try:
        code, _words = server.mail(sender)
        if code != 250:
            return Result(Outcome.LATER, str(code)), code == 421
        code, words = server.rcpt(to)
        if code not in (250, 251):
            return _refused(code, words), False
        outcome = Outcome.UNKNOWN
        code, words = server.data(content)
    except smtplib.SMTPResponseException as fault:
        return _refused(fault.smtp_code, fault.smtp_error), False
    except (smtplib.SMTPException, OSError) as fault:
        return Result(outcome, type(fault).__name__), True
    return (Result(Outcome.SENT, "250") if code == 250 else _refused(code, words)), False


def _refused(code: int, words: bytes | str) -> Result:
    """By the code, and the status (RFC 2034) that the words begin with, where they do; the rest may name a person."""
    status = _STATUS.match(words.decode("ascii", "replace") if isinstance(words, bytes) else words)
    detail = f"{code} {status[0]}" if status else str(code)
    return Result(Outcome.REFUSED if code >= 500 else Outcome.LATER, detail)


_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9.])")
