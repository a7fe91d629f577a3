"""The only place that says what keeps mail from leaving, why some of it never did, and what to do about either."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from portal.people.messages.channels.outcome import Outcome
from portal.people.messages.models import Delivery, Message, MessageState
from portal.people.messages.outbox import GIVE_UP_AFTER, NEVER


class Why(StrEnum):
    """What stands in the way, or stopped a mail for good."""

    AWAY = "away"
    LOGIN = "login"
    LINE = "line"
    BUSY = "busy"
    PUT_OFF = "put-off"
    REFUSED = "refused"
    NOBODY = "nobody"
    LOST = "lost"
    GIVEN_UP = "given-up"


@dataclass(frozen=True)
class Words:
    """An obstacle for people: what it is, and what to do."""

    title: str
    advice: str


WORDS = {
    Why.AWAY: Words(
        "The mail server cannot be reached",
        "Nothing was handed over, and nothing is lost. bin/portal doctor tries the way out and says what is wrong.",
    ),
    Why.LOGIN: Words(
        "The mail server does not let us in",
        "Put the right user and password into MAIL_URL, or the right keys where the AWS SDK reads them; start anew.",
    ),
    Why.LINE: Words(
        "There is no safe line to the mail server",
        "It cannot encrypt, or this machine does not trust its certificate. bin/portal doctor says which.",
    ),
    Why.BUSY: Words(
        "The mail server asks us to come again later",
        "It does so when it has much to do, or does not know us yet. Where it lasts, its own log says why.",
    ),
    Why.PUT_OFF: Words(
        "The mail service takes no mail from us now",
        "Look the answer up in its manual; its limits and its keys are what it is about most often.",
    ),
    Why.REFUSED: Words(
        "The mail server refuses it for good",
        "The address is wrong or shut, or the server takes no mail from us. Its own log says which.",
    ),
    Why.NOBODY: Words(
        "Nobody reads mail there",
        "The address is an invented one. No mail ever leaves for it, and nothing has to be done.",
    ),
    Why.LOST: Words(
        "Whether it arrived is not known",
        "The line or the worker broke while it was on its way. It is not sent again, so that it never comes twice.",
    ),
    Why.GIVEN_UP: Words(
        "Given up after three days of trying",
        "Find out what the mail server answered, and mend that first. What was given up is not sent by itself.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """How many messages met it; `said` is the other end's answer, or the name of the fault."""

    why: Why
    count: int
    said: str

    @property
    def words(self) -> Words:
        """What it is, and what to do."""
        return WORDS[self.why]


@dataclass(kw_only=True)
class Obstacles:
    """What messages were put off by, when they are tried next and until when, and what others failed by."""

    put_off: list[Obstacle] = field(default_factory=list)
    failed: list[Obstacle] = field(default_factory=list)
    tried_at: datetime | None = None
    next_try_at: datetime | None = None
    given_up_at: datetime | None = None

    @property
    def waiting(self) -> int:
        """How many were tried, and wait for another try."""
        return sum(one.count for one in self.put_off)

    @property
    def lost(self) -> int:
        """How many will not be sent."""
        return sum(one.count for one in self.failed)


def look(db: Session, *, which: Select[str] | None = None) -> Obstacles:
    """What the messages of these ids met at their newest try, or all messages."""
    theirs = Message.id.in_(which) if which is not None else Message.id.is_not(None)
    newest = and_(Delivery.message_id == Message.id, Delivery.attempt == Message.attempts)
    stopped = select(
        *(Message.state, Delivery.outcome, Delivery.detail, func.count()),
        *(func.max(Delivery.ended_at), func.min(Message.not_before), func.min(Message.created_at)),
    )
    stopped = (
        stopped.select_from(Message)
        .join(Delivery, newest)
        .where(theirs, Message.state.in_([MessageState.WAITING, MessageState.FAILED]))
    )
    found = Obstacles()
    for row in db.execute(stopped.group_by(Message.state, Delivery.outcome, Delivery.detail)):
        state, outcome, said, count, tried_at, next_at, made_at = row
        is_waiting = state == MessageState.WAITING
        why = find_why(outcome, said, is_waiting=is_waiting)
        (found.put_off if is_waiting else found.failed).append(Obstacle(why=why, count=count, said=said))
        if is_waiting:
            found.tried_at = max(found.tried_at or tried_at, tried_at)
            found.given_up_at = min(found.given_up_at or made_at + GIVE_UP_AFTER, made_at + GIVE_UP_AFTER)
            if next_at != NEVER:  # what somebody paused has no next try
                found.next_try_at = min(found.next_try_at or next_at, next_at)
    for several in (found.put_off, found.failed):
        several.sort(key=lambda one: (-one.count, one.why, one.said))
    return found


def find_why(outcome: str, said: str, *, is_waiting: bool) -> Why:
    """What an attempt that ended so, and left its message waiting or failed, means."""
    if outcome == Outcome.UNKNOWN:
        return Why.LOST
    if outcome == Outcome.REFUSED:
        return Why.NOBODY if said == "nobody reads mail there" else Why.REFUSED
    if not is_waiting:
        return Why.GIVEN_UP
    if said.startswith("535") or "Credential" in said:
        return Why.LOGIN
    if said.startswith("SSL") or said == "SMTPNotSupportedError":
        return Why.LINE
    if said[:3].isdigit():
        return Why.BUSY
    return Why.AWAY if said.endswith(_AWAY) else Why.PUT_OFF


_AWAY = ("Error", "gaierror", "SMTPServerDisconnected", "timeout")
