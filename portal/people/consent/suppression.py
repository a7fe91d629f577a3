"""The only place that keeps addresses which must not be used, by keyed hash alone: a no outlives whoever said it.

It is asked when addresses are imported, when a message is put into the outbox, and when it is about to be sent.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, insert, literal_column, or_, select
from sqlalchemy.orm import Session

from portal.people.consent.models import ConsentState, Suppression
from portal.people.consent.noes import note_no

EVERYTHING = ""  # in place of a purpose


class Cause(StrEnum):
    """Why an address must not be used."""

    OPT_OUT = "opt-out"
    OBJECTION = "objection"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    STAFF = "staff"
    IMPORT = "import"  # a no that was said to somebody else and handed on to us


def suppress(
    db: Session,
    *,
    address_hash: str,
    channel: str,
    purpose: str | None,
    cause: Cause,
    now: datetime,
    person_id: str | None = None,
) -> None:
    """Use the address of this hash no more on this channel, for one purpose or for none at all.

    The journal is told, too: of the person, where it is known whose address that is.
    """
    no = {
        "address_hash": address_hash,
        "purpose": purpose or EVERYTHING,
        "since": now,
        "channel": channel,
        "cause": cause.value,
    }
    db.connection().execute(_ADD, no)
    note_no(
        db,
        person_id=person_id,
        address_hash=address_hash,
        channel=channel,
        purpose=purpose,
        cause=cause.value,
        at=now,
    )


_ADD = insert(Suppression)


def is_suppressed(
    db: Session,
    *,
    address_hash: str,
    purpose: str | None = None,
    since: datetime | None = None,
    after: datetime | None = None,
    cause: Cause | None = None,
) -> bool:
    """Whether a no to everything, or to `purpose`, stands: ever, `since` a moment at which they confirmed something.

    Or only `after` another no, or for one `cause`. The channel is a part of the hash.
    """
    noes = select(Suppression.since).where(Suppression.address_hash == address_hash, is_about(purpose))
    if since is not None:
        noes = noes.where(Suppression.since >= since)
    if after is not None:
        noes = noes.where(Suppression.since > after)
    if cause is not None:
        noes = noes.where(Suppression.cause == cause.value)
    return db.scalar(noes.limit(1)) is not None


def is_about(purpose: SQLColumnExpression[str] | str | None) -> ColumnElement[bool]:
    """In a question about `Suppression`: whether it holds for a purpose; with None, for everything."""
    to_everything = Suppression.purpose == literal_column("''")  # no value: questions to the driver bind only their own
    return to_everything if purpose is None else or_(to_everything, Suppression.purpose == purpose)


def said_no_since(address_hash: SQLColumnExpression[str] | str) -> ColumnElement[bool]:
    """In a question about `ConsentState`: whether a no to its purpose came after what it says."""
    return exists().where(
        Suppression.address_hash == address_hash,
        is_about(ConsentState.purpose),
        Suppression.since >= ConsentState.changed_at,
    )
