"""The only place that opens the mailbox of what could not be delivered: a Maildir on this machine, or IMAP over TLS."""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from portal.people.bounces.reports import LARGEST

TIMEOUT = 20.0  # seconds, for each step
MOST_A_TURN = 200
TOO_LARGE = b""  # in place of a mail that is too large to be read


class MailboxAway(Exception):
    """The mailbox cannot be opened or read; the message says why, without its password."""


class Box(Protocol):
    """A mailbox that is open."""

    def unread(self) -> Iterator[tuple[str, bytes]]:
        """Each mail that was not done yet, with its name in the box; a few hundred at most."""

    def done(self, name: str) -> None:
        """Mark a mail as read; it stays."""


@contextmanager
def open_mailbox(url: str) -> Iterator[Box]:
    """The mailbox that MAIL_BOUNCES_URL names. Raises MailboxAway."""
    try:
        if url.startswith("maildir:"):
            folder = Path(url.removeprefix("maildir:"))
            if not (folder / "new").is_dir():
                raise MailboxAway(f"{folder} is no Maildir: it has no folder new.")
            yield Maildir(folder)
            return
        with _imap(url) as box:
            yield box
    except (OSError, imaplib.IMAP4.error) as fault:
        raise MailboxAway(f"{type(fault).__name__}: {_plain(fault)}") from fault


@dataclass(frozen=True)
class Maildir:
    """A Maildir: what a mail server puts into `new` is moved to `cur` with the mark of what was seen."""

    folder: Path

    def unread(self) -> Iterator[tuple[str, bytes]]:
        """The mails in `new`, by name, which begins with their time."""
        for path in sorted((self.folder / "new").iterdir())[:MOST_A_TURN]:
            if path.is_file() and not path.is_symlink():
                yield path.name, path.read_bytes() if path.stat().st_size <= LARGEST else TOO_LARGE

    def done(self, name: str) -> None:
        """Move it to `cur`."""
        (self.folder / "cur").mkdir(exist_ok=True)
        (self.folder / "new" / name).rename(self.folder / "cur" / f"{name.partition(':')[0]}:2,S")


@dataclass(frozen=True)
class Imap:
    """A folder on an IMAP server, which keeps what was seen."""

    server: imaplib.IMAP4

    def unread(self) -> Iterator[tuple[str, bytes]]:
        """The mails that nobody has seen; looking at them here does not mark them yet."""
        _, found = self.server.uid("search", "UNSEEN")
        for uid in (found[0] or b"").split()[:MOST_A_TURN]:
            yield uid.decode(), self._read(uid.decode())

    def done(self, name: str) -> None:
        """Set the mark of what was seen."""
        self.server.uid("store", name, "+FLAGS", r"(\Seen)")

    def _read(self, uid: str) -> bytes:
        _, sizes = self.server.uid("fetch", uid, "(RFC822.SIZE)")
        size = re.search(rb"RFC822\.SIZE (\d+)", sizes[0] if sizes and isinstance(sizes[0], bytes) else b"")
        if size is None or int(size[1]) > LARGEST:
            return TOO_LARGE
        _, parts = self.server.uid("fetch", uid, "(BODY.PEEK[])")
        return next((part[1] for part in parts if isinstance(part, tuple)), TOO_LARGE)


@contextmanager
def _imap(url: str) -> Iterator[Imap]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    server = (
        imaplib.IMAP4_SSL(host, parts.port or 993, ssl_context=ssl.create_default_context(), timeout=TIMEOUT)
        if parts.scheme == "imaps"
        else imaplib.IMAP4(host, parts.port or 143, timeout=TIMEOUT)
    )
    try:
        server.login(unquote(parts.username or ""), unquote(parts.password or ""))
        folder = unquote(parts.path.strip("/")) or "INBOX"
        state, _ = server.select(f'"{folder}"')
        if state != "OK":
            raise MailboxAway(f"It has no folder {folder}.")
        yield Imap(server)
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            server.logout()


def _plain(fault: Exception) -> str:
    """What went wrong in one short line; servers repeat a login in what they say, so theirs is left out."""
    return str(fault.strerror or "") if isinstance(fault, OSError) else "it refused the login or the request"
