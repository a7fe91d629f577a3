"""The outbox of a development machine: what would have been sent, message by message. Elsewhere it does not exist."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from flask import Blueprint, Response, render_template
from sqlalchemy import select

from portal.people import web
from portal.people.messages.models import Message, MessageState
from portal.people.messages.outbox import FORGET_AFTER, open_letter
from portal.shared import clock
from portal.shared.paging import page_number, read_page
from portal.shared.problems import Problem

blueprint = Blueprint("messages", __name__)
blueprint.before_request(web.only_in_development)  # nobody but who runs the machine may read other people's mail

PAGE = 100

# Of its own and sandboxed: the body of a message may hold what somebody else wrote.
BODY_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A message as the outbox shows it; `mail` is None once its content is forgotten, `rule` says what dropped it."""

    id: str
    state: str
    at: datetime
    mail: EmailMessage | None
    rule: str
    is_old: bool

    @property
    def title(self) -> str:
        """Its subject, or what became of it and of what it said."""
        if self.mail:
            return str(self.mail["Subject"])
        if self.is_dropped:
            return "Dropped before it left"
        return "Forgotten after 7 days" if self.is_old else "Erased with what it was about"

    @property
    def is_dropped(self) -> bool:
        """Whether it was no longer allowed when its turn came."""
        return self.state == MessageState.DROPPED

    @property
    def text(self) -> str:
        """The part that reads without HTML."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The part that a mail program shows."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.mail.get_body((kind,)) if self.mail else None
        return part.get_content() if part else ""


@blueprint.get("/_outbox")
def index() -> str:
    """Every message page by page, the newest first."""
    newest = select(Message).order_by(Message.created_at.desc(), Message.id)
    with web.reading() as db:
        page = read_page(db, newest, number=page_number(), most=PAGE).each(_shown)
    return render_template("messages/index.html", page=page)


@blueprint.get("/_outbox/<message_id>")
def show(message_id: str) -> str:
    """One message: its headers, its text, and its HTML in a frame."""
    shown = _get(message_id)
    return render_template("messages/show.html", message=shown, links=re.findall(r"https?://\S+", shown.text))


@blueprint.get("/_outbox/<message_id>/body")
def body(message_id: str) -> Response:
    """The HTML of one message, under a policy that lets it do nothing."""
    return Response(_get(message_id).html, mimetype="text/html", headers={"Content-Security-Policy": BODY_POLICY})


def _get(message_id: str) -> Shown:
    with web.reading() as db:
        message = db.get(Message, message_id)
        if message is None:
            raise Problem(404, "There is no such message", "It may have been cleared. Go back to the outbox.")
        return _shown(message)


def _shown(message: Message) -> Shown:
    letter = open_letter(message, keyring=web.keyring())
    mail = message_from_bytes(letter.content, policy=default) if letter else None
    return Shown(
        id=message.id,
        state=message.state,
        at=message.created_at,
        mail=mail,
        rule=message.dropped_by or "",
        is_old=message.created_at < clock.now() - FORGET_AFTER,
    )
