"""The only way out for messages: written in the business transaction, claimed by a lease, sent once, in two kinds.

A service message is made by `compose`; an offer by `compose_offer`, which consent/dispatch.py alone calls.

The process may die at any line. A message found in `sending` after its lease has ended may or may not have gone out:
service mail is then tried once more with the same Message-ID, an offer is not, since one lost is cheaper than one
unwanted.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, Update, and_, bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from portal.people.keyring import Seal, SealBroken
from portal.people.messages.channels import EMAIL
from portal.people.messages.channels.outcome import Outcome, Result
from portal.people.messages.mail import Mail, as_bytes
from portal.people.messages.models import Delivery, Message, MessageState, Offering
from portal.people.messages.service import CAPS, Service
from portal.shared import ids

LEASE = timedelta(minutes=5)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
A_MINUTE = timedelta(minutes=1)
GIVE_UP_AFTER = timedelta(hours=72)
FORGET_AFTER = timedelta(days=7)  # what it said and to whom
A_NO = "said-no"  # the rule by which a message is dropped that waits when its person says no
NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # until somebody lets it go
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
    cause_id: str
    is_offer: bool
    address_hash: str
    request_id: str | None
    letter: Letter


class Backing(Protocol):
    """What an offer rests on: a permission (consent/permission.py), which lies above this module."""

    @property
    def purpose(self) -> str: ...

    @property
    def channel(self) -> str: ...

    @property
    def address_hash(self) -> str: ...

    @property
    def record_id(self) -> str: ...


Waiting = dict[str, Any]  # the row of a message that is not stored yet
Refusals = Callable[[Session, Sequence[Message], datetime], Mapping[str, str]]


def compose(
    mail: Mail,
    *,
    kind: Service,
    address_hash: str,
    cause_id: str,
    keyring: Seal,
    now: datetime,
    request_id: str | None = None,
) -> Waiting:
    """A service message ready to be put into the outbox by the transaction that causes it, answering this request."""
    about = {"kind": Service(kind).value, "channel": EMAIL, "address_hash": address_hash, "cause_id": cause_id}
    return _waiting(mail, about, purpose=None, keyring=keyring, now=now, request_id=request_id)


def compose_offer(
    mail: Mail, *, kind: Offering, backing: Backing, keyring: Seal, now: datetime, not_before: datetime | None = None
) -> Waiting:
    """An offer ready to be put into the outbox, backed by the record of a yes."""
    about = {
        "kind": Offering(kind).value,
        "channel": backing.channel,
        "address_hash": backing.address_hash,
        "cause_id": backing.record_id,
    }
    offer = _waiting(mail, about, purpose=backing.purpose, keyring=keyring, now=now, request_id=None)
    return offer | {"not_before": not_before or now}


def put(db: Session, message: Waiting) -> None:
    """Put a message into the outbox; it leaves after this transaction, or never."""
    db.connection().execute(_ADD, message)


def open_letter(message: Message, *, keyring: Seal) -> Letter | None:
    """What a message says and to whom, or None once that is forgotten."""
    if message.sealed is None:
        return None
    letter = json.loads(keyring.open(message.sealed, label=_label(message.id)))
    return Letter(to=letter["to"], content=letter["content"].encode("ascii"))


def claim(
    db: Session, *, keyring: Seal, refusals: Refusals, now: datetime, most: int = 1, is_for_service: bool = False
) -> list[Claim]:
    """The next messages that are due and still allowed, marked as being sent; none where nothing is due.

    `refusals` is asked inside the claim, so that an opt-out a moment ago is obeyed; what it refuses is dropped. A lane
    that `is_for_service` leaves offers alone. Offers come by themselves, never in one batch with service mail.
    """
    while messages := _next_due(db, now, most, is_for_service):
        waiting = [message for message in messages if message.state == MessageState.WAITING]
        for lost in messages:
            if lost.state == MessageState.SENDING:
                _settle(db, lost, Result(Outcome.UNKNOWN, "the worker was lost"), now)
        refused = refusals(db, waiting, now) if waiting else {}
        claims = [claim for message in waiting if (claim := _take(message, refused.get(message.id), keyring, now))]
        db.flush()
        if claims:
            return claims
    return []


def give_back(db: Session, claims: Sequence[Claim]) -> None:
    """Let others send what was claimed and certainly not begun."""
    for claim in claims:
        message = db.get(Message, claim.message_id, with_for_update=True)
        if message is not None and _is_held(message, claim.attempt):
            message.state, message.leased_until = MessageState.WAITING, None
            message.attempts -= 1
    db.flush()


def drop_claimed(db: Session, *, message_id: str, attempt: int, rule: str) -> None:
    """Do not send what was claimed: somebody said no between the claim and this moment."""
    message = db.get(Message, message_id, with_for_update=True)
    if message is not None and _is_held(message, attempt):
        _drop(message, rule)
        db.flush()


def settle(db: Session, *, message_id: str, attempt: int, result: Result, now: datetime) -> None:
    """Write down how an attempt ended; an attempt whose lease somebody else took over meanwhile counts no more."""
    settle_all(db, [(message_id, attempt, result)], now=now)


def settle_all(db: Session, ended: Sequence[tuple[str, int, Result]], *, now: datetime) -> None:
    """The same for a batch, each by the id of its message and the number of the attempt, in as few questions as one."""
    named = select(Message).where(Message.id.in_([message_id for message_id, _attempt, _result in ended]))
    found = {message.id: message for message in db.scalars(named.order_by(Message.id).with_for_update())}
    for message_id, attempt, result in ended:
        message = found.get(message_id)
        if message is not None and _is_held(message, attempt):
            _settle(db, message, result, now)
    db.flush()


def drop(db: Session, *, cause_id: str) -> None:
    """Send no message of this cause that still waits."""
    waiting = and_(Message.cause_id == cause_id, Message.state == MessageState.WAITING)
    dropped = update(Message).where(waiting).values(state=MessageState.DROPPED, dropped_by=A_NO, sealed=None)
    db.execute(dropped, execution_options=_IN_SQL)


def drop_of(db: Session, *, cause_ids: Sequence[str]) -> None:
    """The same for several causes."""
    if cause_ids:
        db.connection().execute(_DROP, {"cause_ids": list(cause_ids)})


def dropping(causes: Select[str]) -> Update:
    """The statement that does the same for every cause in `causes`, for who runs it often."""
    return _dropping(Message.cause_id.in_(causes))


def hold(db: Session, *, which: Select[str], until: datetime = NEVER) -> None:
    """Let none of these leave before `until` that still waits."""
    held = update(Message).where(_waits(which), Message.not_before < until).values(not_before=until)
    db.execute(held, execution_options=_IN_SQL)


def let_go(db: Session, *, which: Select[str], not_before: datetime) -> None:
    """Let those of these leave again that were held."""
    held = and_(_waits(which), Message.not_before == NEVER)
    db.execute(update(Message).where(held).values(not_before=not_before), execution_options=_IN_SQL)


def drop_waiting(db: Session, *, which: Select[str], rule: str) -> None:
    """Send none of these that still waits."""
    dropped = update(Message).where(_waits(which))
    db.execute(dropped.values(state=MessageState.DROPPED, dropped_by=rule, sealed=None), execution_options=_IN_SQL)


def drop_offers(db: Session, *, rule: str) -> int:
    """Send no offer of any cause that waits, nor again one that is being sent; how many those were."""
    is_open = Message.state.in_([MessageState.WAITING, MessageState.SENDING])
    dropped = (
        update(Message)
        .where(is_open, Message.kind.in_(list(Offering)))
        .values(state=MessageState.DROPPED, dropped_by=rule, sealed=None, leased_until=None)
        .returning(Message.id)
    )
    return len(db.scalars(dropped, execution_options=_IN_SQL).all())


def count_open(db: Session, *, which: Select[str]) -> int:
    """How many of these have not come to their end."""
    is_open = Message.state.in_([MessageState.WAITING, MessageState.SENDING])
    return db.scalar(select(func.count()).where(Message.id.in_(which), is_open)) or 0


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


def _waits(which: Select[str]) -> ColumnElement[bool]:
    return and_(Message.id.in_(which), Message.state == MessageState.WAITING)


def _dropping(which: ColumnElement[bool]) -> Update:
    waiting = update(Message).where(which, Message.state == MessageState.WAITING.value)
    return waiting.values(state=MessageState.DROPPED.value, sealed=None, dropped_by=A_NO)


_ADD = insert(Message)
_DROP = _dropping(Message.cause_id.in_(bindparam("cause_ids", expanding=True)))
_IN_SQL = {"synchronize_session": False}
_FINAL = {Outcome.SENT: MessageState.SENT, Outcome.SHOWN: MessageState.SHOWN, Outcome.REFUSED: MessageState.FAILED}


def _waiting(
    mail: Mail, about: dict[str, Any], *, purpose: str | None, keyring: Seal, now: datetime, request_id: str | None
) -> Waiting:
    message_id = ids.new_id()
    content = as_bytes(mail, message_id=message_id, now=now, request_id=request_id).decode("ascii")
    letter = json.dumps({"to": mail.to, "content": content}).encode()
    return about | {
        "id": message_id,
        "purpose": purpose,
        "request_id": request_id,
        "sealed": keyring.close(letter, label=_label(message_id)),
        "state": MessageState.WAITING.value,
        "attempts": 0,
        "not_before": now,
        "created_at": now,
    }


def _next_due(db: Session, now: datetime, most: int, is_for_service: bool) -> Sequence[Message]:
    """What is due, in its turn: all of it service mail, or all of it offers."""
    due = or_(
        and_(Message.state == MessageState.WAITING, Message.not_before <= now),
        and_(Message.state == MessageState.SENDING, Message.leased_until < now),
    )
    room = _room(db, now) if _is_any_due(db, due) else {}
    service = and_(due, Message.kind.in_([kind for kind, left in room.items() if left]))
    offers = and_(due, Message.kind.in_([kind.value for kind in Offering]))
    for which in (service,) if is_for_service else (service, offers):
        in_turn = select(Message).where(which).order_by(_RANK, Message.not_before, Message.id).limit(most)
        found = db.scalars(in_turn.with_for_update(skip_locked=True)).all()
        if found:
            return _within(room, found)
    return []


def _is_any_due(db: Session, due: ColumnElement[bool]) -> bool:
    """Whether any service mail is due: most of the time none is, and then what was tried lately need not be counted."""
    kinds = [kind.value for kind in CAPS]
    return db.scalar(select(Message.id).where(due, Message.kind.in_(kinds)).limit(1)) is not None


def _within(room: dict[str, int], messages: Sequence[Message]) -> list[Message]:
    """As many of each kind as there is room for; of an offer there is no end."""
    seen: Counter[str] = Counter()
    kept = []
    for message in messages:
        seen[message.kind] += 1
        if seen[message.kind] <= room.get(message.kind, seen[message.kind]):
            kept.append(message)
    return kept


def _take(message: Message, refused_by: str | None, keyring: Seal, now: datetime) -> Claim | None:
    letter = _find_letter(message, keyring)
    if letter is None or refused_by:
        _drop(message, refused_by or "forgotten")
        return None
    message.state = MessageState.SENDING
    message.attempts += 1
    message.leased_until = now + LEASE
    return Claim(
        message_id=message.id,
        attempt=message.attempts,
        channel=message.channel,
        cause_id=message.cause_id,
        is_offer=message.kind in list(Offering),
        address_hash=message.address_hash,
        request_id=message.request_id,
        letter=letter,
    )


def _drop(message: Message, rule: str) -> None:
    message.state = MessageState.DROPPED
    message.dropped_by = rule
    message.leased_until = None
    message.sealed = None


def _is_held(message: Message, attempt: int) -> bool:
    return message.state == MessageState.SENDING and message.attempts == attempt


def _room(db: Session, now: datetime) -> dict[str, int]:
    """How many more of each kind of service mail may be tried in this minute."""
    of_attempt = Message.id == Delivery.message_id
    lately = select(Message.kind, func.count()).join(Delivery, of_attempt).where(Delivery.ended_at > now - A_MINUTE)
    tried = dict(db.execute(lately.where(Message.kind.in_(list(CAPS))).group_by(Message.kind)).all())
    return {kind.value: max(cap.a_minute - tried.get(kind.value, 0), 0) for kind, cap in CAPS.items()}


# Service mail in the order of its list, then offers as they come.
_RANK: ColumnElement[int] = case({kind.value: rank for rank, kind in enumerate(Service)}, value=Message.kind, else_=99)


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
    message.leased_until = None
    message.not_before = now + _pause_after(message.attempts)
    message.state = _FINAL.get(result.outcome, MessageState.WAITING)
    is_late = message.not_before > message.created_at + GIVE_UP_AFTER
    if message.state == MessageState.WAITING and (is_late or _is_doubtful(db, message, result)):
        message.state = MessageState.FAILED


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
