"""The only door through which a message leaves: written in the business transaction, claimed by a lease, sent once.

The process may die at any line. A message found in `sending` after its lease has ended may or may not have gone out:
service mail is then tried once more with the same Message-ID, an offer is not, since one lost is cheaper than one
unwanted.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from portal.people.keyring import Seal, SealBroken
from portal.people.messages.channels import EMAIL
from portal.people.messages.channels.outcome import Outcome, Result
from portal.people.messages.mail import Mail, as_bytes
from portal.people.messages.models import Delivery, Message, MessageState
from portal.people.messages.service import CAPS, Service
from portal.shared import ids

LEASE = timedelta(minutes=5)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
A_MINUTE = timedelta(minutes=1)
GIVE_UP_AFTER = timedelta(hours=72)
FORGET_AFTER = timedelta(days=7)  # what it said and to whom
CLEAR_AFTER = timedelta(days=30)  # that there was one: as long as the caps look back


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message opened: to whom, and the bytes that go over the wire."""

    to: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A message that this worker, and no other, may now try to send."""

    message_id: str
    attempt: int
    channel: str
    request_id: str | None
    letter: Letter


Waiting = dict[str, Any]  # the row of a message that is not stored yet
MaySend = Callable[[Session, Message, datetime], bool]


def compose(
    mail: Mail,
    *,
    kind: str,
    address_hash: str,
    cause_id: str,
    keyring: Seal,
    now: datetime,
    request_id: str | None = None,
) -> Waiting:
    """A message ready to be put into the outbox by the transaction that causes it, answering this request if any."""
    message_id = ids.new_id()
    content = as_bytes(mail, message_id=message_id, now=now, request_id=request_id).decode("ascii")
    letter = json.dumps({"to": mail.to, "content": content}).encode()
    return {
        "id": message_id,
        "kind": kind,
        "channel": EMAIL,
        "address_hash": address_hash,
        "cause_id": cause_id,
        "request_id": request_id,
        "sealed": keyring.close(letter, label=_label(message_id)),
        "state": MessageState.WAITING.value,
        "attempts": 0,
        "not_before": now,
        "created_at": now,
    }


def put(db: Session, message: Waiting) -> None:
    """Put a message into the outbox; it leaves after this transaction, or never."""
    db.connection().execute(_ADD, message)


def open_letter(message: Message, *, keyring: Seal) -> Letter | None:
    """What a message says and to whom, or None once that is forgotten."""
    if message.sealed is None:
        return None
    letter = json.loads(keyring.open(message.sealed, label=_label(message.id)))
    return Letter(to=letter["to"], content=letter["content"].encode("ascii"))


def claim(db: Session, *, keyring: Seal, may_send: MaySend, now: datetime) -> Claim | None:
    """The next message that is due and still allowed, marked as being sent; None where nothing is due.

    `may_send` is asked inside the claim, so that an opt-out a moment ago is obeyed; what it refuses is dropped.
    """
    while (message := _next_due(db, now)) is not None:
        if message.state == MessageState.SENDING:
            _settle(db, message, Result(Outcome.UNKNOWN, "the worker was lost"), now)
            continue
        letter = _find_letter(message, keyring)
        if letter is None or not may_send(db, message, now):
            message.state = MessageState.DROPPED
            message.sealed = None
            db.flush()
            continue
        message.state = MessageState.SENDING
        message.attempts += 1
        message.leased_until = now + LEASE
        db.flush()
        return Claim(
            message_id=message.id,
            attempt=message.attempts,
            channel=message.channel,
            request_id=message.request_id,
            letter=letter,
        )
    return None


def settle(db: Session, *, message_id: str, attempt: int, result: Result, now: datetime) -> None:
    """Write down how an attempt ended; an attempt whose lease somebody else took over meanwhile counts no more."""
    message = db.get(Message, message_id, with_for_update=True)
    if message is not None and message.state == MessageState.SENDING and message.attempts == attempt:
        _settle(db, message, result, now)


def drop(db: Session, *, cause_id: str) -> None:
    """Send no message of this cause that still waits."""
    waiting = and_(Message.cause_id == cause_id, Message.state == MessageState.WAITING)
    dropped = update(Message).where(waiting).values(state=MessageState.DROPPED, sealed=None)
    db.execute(dropped, execution_options=_IN_SQL)


def forget_cause(db: Session, *, cause_id: str) -> None:
    """Forget what every message of this cause said and to whom, and send none that still waits."""
    drop(db, cause_id=cause_id)
    db.execute(update(Message).where(Message.cause_id == cause_id).values(sealed=None), execution_options=_IN_SQL)


def forget_old(db: Session, *, now: datetime, most: int) -> int:
    """Forget what `most` messages of a week ago said, clear what no cap looks back at; how many were forgotten."""
    is_final = Message.state.not_in([MessageState.WAITING, MessageState.SENDING])
    is_old = and_(is_final, Message.created_at < now - FORGET_AFTER, Message.sealed.is_not(None))
    old = db.scalars(select(Message.id).where(is_old).limit(most)).all()
    db.execute(update(Message).where(Message.id.in_(old)).values(sealed=None), execution_options=_IN_SQL)
    db.execute(delete(Message).where(is_final, Message.created_at < now - CLEAR_AFTER), execution_options=_IN_SQL)
    return len(old)


_ADD = insert(Message)
_IN_SQL = {"synchronize_session": False}
_FINAL = {Outcome.SENT: MessageState.SENT, Outcome.SHOWN: MessageState.SHOWN, Outcome.REFUSED: MessageState.FAILED}


def _next_due(db: Session, now: datetime) -> Message | None:
    due = or_(
        and_(Message.state == MessageState.WAITING, Message.not_before <= now),
        and_(Message.state == MessageState.SENDING, Message.leased_until < now),
    )
    may_go = and_(due, Message.kind.not_in(_held_back(db, now)))
    in_turn = (_service_first(), Message.not_before, Message.id)
    return db.scalars(
        select(Message).where(may_go).order_by(*in_turn).limit(1).with_for_update(skip_locked=True)
    ).first()


def _held_back(db: Session, now: datetime) -> list[str]:
    """The kinds of which as many were tried in the last minute as may be."""
    of_attempt = Message.id == Delivery.message_id
    lately = select(Message.kind, func.count()).join(Delivery, of_attempt).where(Delivery.ended_at > now - A_MINUTE)
    tried = dict(db.execute(lately.group_by(Message.kind)).all())
    return [kind for kind, cap in CAPS.items() if tried.get(kind, 0) >= cap.a_minute]


def _service_first() -> ColumnElement[int]:
    return case((Message.kind.in_([kind.value for kind in Service]), 0), else_=1)


def _find_letter(message: Message, keyring: Seal) -> Letter | None:
    """A letter that cannot be opened any more must not hold up those behind it."""
    with suppress(SealBroken):
        return open_letter(message, keyring=keyring)
    return None


def _settle(db: Session, message: Message, result: Result, now: datetime) -> None:
    attempt = Delivery(
        message_id=message.id,
        attempt=message.attempts,
        outcome=result.outcome,
        detail=result.detail[:100],
        ended_at=now,
    )
    db.add(attempt)
    db.flush()
    message.leased_until = None
    message.not_before = now + _pause_after(message.attempts)
    message.state = _FINAL.get(result.outcome, MessageState.WAITING)
    is_late = message.not_before > message.created_at + GIVE_UP_AFTER
    if message.state == MessageState.WAITING and (is_late or _is_doubtful(db, message, result)):
        message.state = MessageState.FAILED
    db.flush()


def _pause_after(attempts: int) -> timedelta:
    doublings = min(attempts - 1, 10)  # a timedelta overflows long before three days of tries are over
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def _is_doubtful(db: Session, message: Message, result: Result) -> bool:
    """Whether another try might deliver it twice: that is risked for service mail alone, and once."""
    if result.outcome is not Outcome.UNKNOWN:
        return False
    unknown = select(func.count()).where(Delivery.message_id == message.id, Delivery.outcome == Outcome.UNKNOWN)
    return message.kind not in list(Service) or (db.scalar(unknown) or 0) > 1


def _label(message_id: str) -> str:
    return f"messages:sealed:{message_id}"
