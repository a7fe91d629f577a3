"""The only place that writes an e-mail: words from templates, RFC 5322 bytes, a way out in the header (RFC 8058)."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from portal.shared.environment import ROOT

SENDER = Address("CustomerHub learning center", "learning", "customerhub.net")
REPLIES = Address("CustomerHub", "questions", "customerhub.net")
POSTAL_ADDRESS = "CustomerHub, 14 Sample Row, Anytown, NY 00000"

# A folded header has broken DKIM signatures elsewhere: up to the longest line there may be (RFC 5322), none is folded.
_POLICY = SMTP.clone(max_line_length=998, cte_type="7bit")
_LONGEST_LINK = 200
_templates = Environment(
    loader=FileSystemLoader(ROOT / "templates" / "people" / "mail"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class LinkTooLong(ValueError):
    """The opt-out link would not fit on one header line; PEOPLE_URL is too long."""


@dataclass(frozen=True, kw_only=True)
class Mail:
    """An e-mail before it is bytes. `opt_out_url` leads out of everything, by a press here or at the mail provider."""

    to: str
    subject: str
    text: str
    html: str
    opt_out_url: str


def render(name: str, **words: object) -> tuple[str, str]:
    """The text and the HTML of the template `name`."""
    words |= {"postal_address": POSTAL_ADDRESS, "replies": REPLIES.addr_spec}
    return tuple(_templates.get_template(f"{name}.{kind}").render(words) for kind in ("txt", "html"))  # type: ignore[return-value]


def as_bytes(mail: Mail, *, message_id: str, now: datetime, request_id: str | None = None) -> bytes:
    """The mail as it goes over the wire; the Message-ID is fixed here, so that a second attempt is the same mail.

    `X-Request-ID` is what the answer to that request was headed by: random, it leads from a forwarded mail to our log
    lines and tells nobody else anything.
    """
    if len(mail.opt_out_url) >= _LONGEST_LINK:
        raise LinkTooLong(f"The opt-out link is {len(mail.opt_out_url)} bytes long. Shorten PEOPLE_URL.")
    message = EmailMessage(policy=_POLICY)
    message["From"] = SENDER
    message["To"] = mail.to
    message["Reply-To"] = REPLIES
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{message_id}@{urlsplit(mail.opt_out_url).hostname}>"
    message["List-Unsubscribe"] = f"<{mail.opt_out_url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    if request_id:
        message["X-Request-ID"] = request_id
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return bytes(message)
