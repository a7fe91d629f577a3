"""The only place that keeps what was answered to an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07).

The answer is written in the transaction of what it answers, so there is never one without the other. Whoever sends the
same key meanwhile waits for that transaction and then gets its answer; on PostgreSQL for a few seconds, then a 409.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, delete, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.people.forms.models import ApiAnswer
from portal.shared import ids
from portal.shared.columns import Moment

KEPT = timedelta(hours=48)  # at least 24 h, whatever an hourly job and a clock do
WAITS_SECONDS = 3


class InProgress(Exception):
    """The same key is being worked on by somebody else right now."""


class OtherBody(ValueError):
    """The same key was sent before with another body."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """Whose key it is and what was sent under it, as digests."""

    key_digest: str
    body_digest: str


def key_of(*, sender: str, key: str, body: bytes) -> Key:
    """The key as one sender uses it: another's is another."""
    return Key(key_digest=ids.digest(f"{sender}\x00{key}"), body_digest=hashlib.sha256(body).hexdigest())


def find_answer(db: Session, *, key: Key) -> ApiAnswer | None:
    """What was answered before, or None. Raises OtherBody."""
    found = db.scalars(select(ApiAnswer).where(ApiAnswer.key_digest == key.key_digest)).one_or_none()
    if found is not None and found.body_digest != key.body_digest:
        raise OtherBody
    return found


def take(db: Session, *, key: Key, status: int, body: str, now: datetime) -> bool:
    """Keep the answer with what this transaction does; False where another has done it. Raises InProgress."""
    row = {"key_digest": key.key_digest, "body_digest": key.body_digest, "status": status, "body": body, "at": now}
    _wait_at_most(db, f"{WAITS_SECONDS}s")
    try:
        taken = cast("CursorResult[Any]", db.execute(_TAKE, row)).rowcount == 1
    except OperationalError as fault:
        if getattr(fault.orig, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
            raise
        raise InProgress from fault
    _wait_at_most(db, "0")
    return taken


def forget_old_answers(db: Session, *, now: datetime) -> int:
    """Delete the answers of two days ago; how many those were."""
    old = delete(ApiAnswer).where(ApiAnswer.answered_at < now - KEPT)
    return cast("CursorResult[Any]", db.execute(old, execution_options={"synchronize_session": False})).rowcount


def _wait_at_most(db: Session, time: str) -> None:
    """On SQLite one transaction writes at a time, so there is nobody to wait for."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text(f"SET LOCAL lock_timeout = '{time}'"))


_LOCK_NOT_AVAILABLE = "55P03"
_TAKE = text(
    "INSERT INTO api_answers (key_digest, body_digest, status, body, answered_at) "
    "VALUES (:key_digest, :body_digest, :status, :body, :at) ON CONFLICT (key_digest) DO NOTHING"
).bindparams(bindparam("at", type_=Moment()))
