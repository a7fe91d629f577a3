"""The only place that writes an e-mail: RFC 5322 bytes, with a way out in the header (RFC 8058, RFC 2369).

No header is ever folded, so that no relay, signer or reader can differ about where a line ends.
"""

import re
import secrets
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from portal.people.messages import words as templates
from portal.people.messages.way_out import WayOut

SENDER = Address("CustomerHub learning center", "learning", "customerhub.net")
REPLIES = Address("CustomerHub", "questions", "customerhub.net")
POSTAL_ADDRESS = "CustomerHub, 14 Sample Row, Anytown, NY 00000"
# Line breaks of every kind, halves of characters, and the beginning of an encoded word, in which a break may hide.
NOT_IN_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|=\?")

_LONGEST_LINE = 998  # there may be (RFC 5322); none is folded up to it, and what else would be is refused
_POLICY = SMTP.clone(max_line_length=_LONGEST_LINE)
_LONGEST_LINK = 200
_LONGEST_SUBJECT = 150  # characters; at worst twelve bytes each as an encoded word
_LIST_DOMAIN = "learning.customerhub.net"
_PLAIN = re.compile(r"[!-~]+( [!-~]+)*")
_ADDRESS = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]+@[a-z0-9.-]+")  # of RFC 5322, what needs no quotes
_LINK = re.compile(r"https?://[!-;=?-~]+")
_ID = re.compile(r"[A-Za-z0-9]{1,64}")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?")


class LinkTooLong(ValueError):
    """The opt-out link would not fit on one header line; PEOPLE_URL is too long."""


class HeaderFaulty(ValueError):
    """A field of a mail would break out of its header line, or into another mail program's idea of one."""


@dataclass(frozen=True, kw_only=True)
class Topic:
    """What an offer belongs to: a purpose that people agreed to, and the campaign, each a word like `offers`."""

    purpose: str
    campaign: str


@dataclass(frozen=True, kw_only=True)
class Mail:
    """An e-mail before it is bytes, with the way out of it: by a press here, at the mail provider, or by a code.

    A mail with a `topic` is an offer; one without answers an act of the person, and says that a machine wrote it.
    """

    to: str
    subject: str
    text: str
    html: str
    way_out: WayOut
    topic: Topic | None = None


def render(name: str, **words: object) -> tuple[str, str]:
    """The text and the HTML of the template `name`; `subject` is the page's title, where it is given."""
    around = {"postal_address": POSTAL_ADDRESS, "replies": REPLIES.addr_spec, "subject": SENDER.display_name}
    return templates.render(name, **around | words)


def as_bytes(mail: Mail, *, message_id: str, now: datetime, request_id: str | None = None) -> bytes:
    """The mail as it goes over the wire; the Message-ID is fixed here, so that a second attempt is the same mail.

    `X-Request-ID` is what the answer to that request was headed by: random, it leads from a forwarded mail to our log
    lines and tells nobody else anything. Raises LinkTooLong, and HeaderFaulty for a field that no header may hold.
    """
    _refuse_faulty(mail, message_id, request_id or "")
    boundary = f"=_{secrets.token_hex(16)}"  # which nobody who wrote a body can have known
    head = [
        f"From: {SENDER}",
        f"To: {mail.to}",
        f"Reply-To: {REPLIES}",
        _subject(mail.subject),
        f"Date: {format_datetime(now)}",
        f"Message-ID: <{message_id}@{urlsplit(mail.way_out.url).hostname}>",
        f"List-Unsubscribe: <{mail.way_out.opt_out_url}>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        *_kind(mail.topic),
        *([f"X-Request-ID: {request_id}"] if request_id else []),
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
    ]
    parts = (_part("plain", mail.text), _part("html", mail.html))
    begin = f"\r\n--{boundary}"
    body = b"".join(f"{begin}\r\n".encode() + part for part in parts)
    return "\r\n".join(head).encode("ascii") + b"\r\n" + body + f"{begin}--\r\n".encode()


def _kind(topic: Topic | None) -> list[str]:
    """What tells a mail program whether this is an offer, and of which purpose and campaign."""
    if topic is None:
        return ["Auto-Submitted: auto-generated"]  # RFC 3834: no out-of-office answers
    return [
        # RFC 2919; and what Gmail's postmaster figures are grouped by
        f"List-ID: CustomerHub {topic.purpose} <{topic.purpose}.{_LIST_DOMAIN}>",
        f"Feedback-ID: {topic.campaign}:{topic.purpose}:offer:customerhub",
    ]


def _subject(subject: str) -> str:
    """The header, in an encoded word where it is not plain."""
    if _PLAIN.fullmatch(subject):
        return f"Subject: {subject}"
    folded: str = _POLICY.fold("Subject", _POLICY.header_factory("Subject", subject))
    return folded.removesuffix("\r\n")


def _part(subtype: str, words: str) -> bytes:
    """One part of the body: as it is where it is ASCII in lines that may be sent, else quoted-printable."""
    lines = words.encode().splitlines()
    content, encoding = b"\r\n".join([*lines, b""]), b"7bit"
    if not content.isascii() or b"\0" in content or max(map(len, lines), default=0) > _LONGEST_LINE:
        content, encoding = b2a_qp(content), b"quoted-printable"
    head = b'Content-Type: text/%s; charset="utf-8"\r\nContent-Transfer-Encoding: %s\r\n\r\n'
    return head % (subtype.encode(), encoding) + content


def _refuse_faulty(mail: Mail, *ids: str) -> None:
    if len(mail.way_out.opt_out_url) >= _LONGEST_LINK:
        raise LinkTooLong(f"The opt-out link is {len(mail.way_out.opt_out_url)} bytes long. Shorten PEOPLE_URL.")
    if not mail.subject.strip() or len(mail.subject) > _LONGEST_SUBJECT:
        raise HeaderFaulty(f"A subject has 1 to {_LONGEST_SUBJECT} characters, and this has {len(mail.subject)}.")
    if any(NOT_IN_A_LINE.search(field) for field in (mail.subject, mail.to, mail.way_out.opt_out_url)):
        raise HeaderFaulty("A line break, another control character or `=?` stands in a field that is one line.")
    if not _ADDRESS.fullmatch(mail.to):
        raise HeaderFaulty("The address is not one address.")
    if not _LINK.fullmatch(mail.way_out.opt_out_url):
        raise HeaderFaulty("The opt-out link is not one address.")
    if not all(_ID.fullmatch(word) for word in ids if word):
        raise HeaderFaulty("An id is letters and digits, 64 at most.")
    topic = (mail.topic.purpose, mail.topic.campaign) if mail.topic else ()
    if not all(_LABEL.fullmatch(word) for word in topic):
        raise HeaderFaulty("Purpose and campaign are words of a to z, 0 to 9 and dashes, 48 at most.")
