"""The only place that reads reports about our mail: delivery status (RFC 3464), abuse (RFC 5965), and posted events.

A report names one of our messages by an id of 80 random bits, which nobody knows but who got that message. So a forged
one can do no more than end what its forger gets.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message
from enum import StrEnum

from portal.people.messages.channels.email.envelope import message_id_at

LARGEST = 1_000_000  # bytes of a report; beyond that it quotes more than we need
_OURS = re.compile(r"<([0-9a-z]{16})@[a-z0-9.:-]+>")
_ID = re.compile(r"[0-9a-z]{16}")
_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
# RFC 3463: nobody is there, or it is shut for good. A full box, a size, a filter or a fault of ours is no such thing.
_FOR_GOOD = re.compile(r"5\.(0\.0|1\.[012346]|1\.10|2\.[01]|4\.4)")
_ABUSE = frozenset({"abuse", "fraud", "opt-out", "opt-out-list"})
_WHERE_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")


class Kind(StrEnum):
    """What a report says of a message."""

    HARD = "hard"  # the address takes no mail, and will not
    SOFT = "soft"  # this one was not taken
    COMPLAINT = "complaint"  # the reader called it unwanted


class NotAnEvent(ValueError):
    """What was posted is not of the form that the docs give; the message says what is missing."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """One message of ours, and what is reported of it; `status` is RFC 3463's, or a word."""

    message_id: str
    kind: Kind
    status: str


def read_mail(content: bytes) -> Report | None:
    """The report that a mail is; None for any other mail, and for a report on none of ours or without consequence."""
    if len(content) > LARGEST:
        return None
    mail = message_from_bytes(content)
    if mail.get_content_type() != "multipart/report" or not mail.is_multipart():
        return None
    found = _read_delivery_status(mail) or _read_feedback(mail)
    message_id = _find_message_id(mail)
    if found is None or not message_id:
        return None
    return Report(message_id=message_id, kind=found[0], status=found[1])


def read_refusal(message_id: str, said: str) -> Report | None:
    """The report that a server's own answer to one of our messages is, such as "550 5.1.1"; None where nobody is shut.

    Only what is for good is one: a filter that refuses us by word says nothing of the reader.
    """
    status = said.partition(" ")[2]
    return Report(message_id=message_id, kind=Kind.HARD, status=status) if _FOR_GOOD.fullmatch(status) else None


def read_event(body: bytes) -> Report | None:
    """The report in a posted event; None for a type that says nothing of the kind. Raises NotAnEvent."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise NotAnEvent("The body is no JSON.") from fault
    data = event.get("data") if isinstance(event, dict) else None
    if not isinstance(data, dict) or not isinstance(event.get("type"), str):
        raise NotAnEvent("The event has no type, or no data.")
    if event["type"] not in ("mail.bounced", "mail.complained"):
        return None
    given = str(data.get("message_id", ""))[:200]
    ours = _OURS.fullmatch(given) or re.fullmatch(r"([0-9a-z]{16})", given)
    if ours is None:
        raise NotAnEvent("data.message_id is neither the Message-ID of a mail of ours nor its first part.")
    if event["type"] == "mail.complained":
        return Report(message_id=ours[1], kind=Kind.COMPLAINT, status="complaint")
    status = str(data.get("status", ""))
    status = status if _STATUS.fullmatch(status) else ""
    if data.get("bounce") not in ("hard", "soft"):
        raise NotAnEvent('data.bounce is neither "hard" nor "soft".')
    return Report(message_id=ours[1], kind=Kind(data["bounce"]), status=status)


def _read_delivery_status(mail: Message) -> tuple[Kind, str] | None:
    """The worst that a delivery status says of any recipient: each of our mails has one."""
    worst: tuple[Kind, str] | None = None
    for part in _parts(mail, "message/delivery-status"):
        for block in _blocks(part):
            action = str(block.get("Action", "")).strip().lower()
            status = _STATUS.search(str(block.get("Status", "")))
            if action != "failed" or status is None:
                continue  # delayed, delivered, relayed, expanded
            if _FOR_GOOD.fullmatch(status[0]):
                return Kind.HARD, status[0]
            worst = Kind.SOFT, status[0]
    return worst


def _read_feedback(mail: Message) -> tuple[Kind, str] | None:
    for part in _parts(mail, "message/feedback-report"):
        for block in _blocks(part):
            kind = str(block.get("Feedback-Type", "")).strip().lower()
            if kind in _ABUSE:
                return Kind.COMPLAINT, kind[:12]
    return None


def _find_message_id(mail: Message) -> str:
    """The id that the report was sent to (VERP), or else the Message-ID in what it quotes."""
    for name in _WHERE_TO:
        for value in mail.get_all(name, []):
            if _ID.fullmatch(found := message_id_at(str(value))):
                return found
    for part in _parts(mail, "message/rfc822", "text/rfc822-headers"):
        for quoted in _blocks(part):
            if ours := _OURS.search(str(quoted.get("Message-ID", ""))):
                return ours[1]
    return ""


def _parts(mail: Message, *types: str) -> Iterator[Message]:
    """The parts right under the report: what a quoted mail holds in turn is not the report's word."""
    for part in mail.get_payload():
        if isinstance(part, Message) and part.get_content_type() in types:
            yield part


def _blocks(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (block for block in payload if isinstance(block, Message))
    else:
        yield message_from_string(str(payload))
