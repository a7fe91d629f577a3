"""The only place that says how an e-mail leaves the house: over SMTP, over Amazon SES, or not at all."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol
from urllib.parse import unquote, urlsplit

from portal.people.messages.channels.email.signature import Signature, load_signature
from portal.people.messages.channels.email.smtp import Smtp
from portal.people.messages.channels.outcome import Outcome, Result
from portal.people.messages.mail import SENDER
from portal.people.settings import Settings

__all__ = ["Line", "Outbox", "Smtp", "Transport", "open_transport", "transport"]


class Line(Protocol):
    """A way that is open, for one e-mail after the other."""

    def send(self, content: bytes, *, to: str) -> Result:
        """Try once; never raises for what the other end does."""


class Transport(Line, Protocol):
    """A way to hand e-mails over."""

    def session(self) -> AbstractContextManager[Line]:
        """The way held open for many e-mails, which spares each of them the greeting."""


def open_transport(settings: Settings) -> Transport:
    """The transport of these settings, with what they say about signing and bounces. Raises SettingsError."""
    signature = None
    if settings.mail_dkim_key is not None:
        signature = load_signature(settings.mail_dkim_key, selector=settings.mail_dkim_selector, domain=SENDER.domain)
    return transport(settings.mail_url, signature=signature, bounces_to=settings.mail_bounces_to)


def transport(url: str, *, signature: Signature | None = None, bounces_to: str = "") -> Transport:
    """The transport that MAIL_URL names; the settings have refused every other way of sending.

    `signature` signs what no relay signs for us; `bounces_to` is the mailbox that hears of what could not be delivered.
    """
    if url == "outbox:":
        return Outbox()
    parts = urlsplit(url)
    if parts.scheme == "ses":
        from portal.people.messages.channels.email.ses import Ses  # the SDK takes long to load

        return Ses(region=parts.hostname or "")
    return Smtp(
        host=parts.hostname or "",
        port=parts.port or 587,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        signature=signature,
        bounces_to=bounces_to,
    )


class Outbox:
    """Sends nothing; `/_outbox` shows what would have gone out."""

    @contextmanager
    def session(self) -> Iterator[Line]:
        """Itself: there is nothing to hold open."""
        yield self

    def send(self, content: bytes, *, to: str) -> Result:
        """Leave it where it is."""
        return Result(Outcome.SHOWN)
