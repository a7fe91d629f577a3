"""The only place for the tables of consent. The triggers that keep the first five as they are stand in the migration.

Those five have no row number of their own (`WITHOUT ROWID`): by it, SQLite's INSERT OR REPLACE would reach a row that
every other guard protects.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.consent.states import STEP_IS_ALLOWED
from portal.people.database import Base
from portal.shared.columns import Moment
from portal.shared.database import MAY


def _kept(may: str) -> dict[str, Any]:
    return {"sqlite_with_rowid": False, "info": {MAY: may}}


class Notice(Base):
    """A text exactly as it was shown, a notice or the part of a form that asks; stored once, never changed."""

    __tablename__ = "notices"
    __table_args__ = (_kept("SELECT, INSERT"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(32))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    first_shown_at: Mapped[datetime] = mapped_column(Moment)


class ConsentRecord(Base):
    """One statement in one person's chain. It names nobody: what identifies is in the payload, under the person's key.

    `head` holds the canonical bytes of what is in the clear, the moment included; `leaf` hashes previous leaf,
    commitment and head (see envelope.py). It refers to no other table, so that it outlives an erasure.
    """

    __tablename__ = "consent_records"
    __table_args__ = (
        CheckConstraint(STEP_IS_ALLOWED, name="step_is_allowed"),
        CheckConstraint("version IN (1, 2)", name="version_is_known"),
        _kept("SELECT, INSERT"),
    )

    person_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(String(16), unique=True)
    version: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(32))
    channel: Mapped[str] = mapped_column(String(8))
    was: Mapped[str] = mapped_column(String(9))
    state: Mapped[str] = mapped_column(String(9))
    head: Mapped[bytes] = mapped_column(LargeBinary)
    commitment: Mapped[bytes] = mapped_column(LargeBinary)
    previous_leaf: Mapped[bytes] = mapped_column(LargeBinary)
    leaf: Mapped[bytes] = mapped_column(LargeBinary, unique=True)


class ConsentPayload(Base):
    """What a record says about a person, sealed under their key; deleted only after an `expired` or `erased` record."""

    __tablename__ = "consent_payloads"
    __table_args__ = (_kept("SELECT, INSERT, DELETE"),)

    record_id: Mapped[str] = mapped_column(ForeignKey("consent_records.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Suppression(Base):
    """Since when an address must not be used on a channel, known by its keyed hash alone; outlives every erasure.

    With a `purpose` for that one alone, with none ("") for everything. It holds until the same address confirms anew,
    which is a later record and not a change of this one.
    """

    __tablename__ = "suppressions"
    __table_args__ = (_kept("SELECT, INSERT"),)

    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    purpose: Mapped[str] = mapped_column(String(32), primary_key=True, default="")
    channel: Mapped[str] = mapped_column(String(8))
    cause: Mapped[str] = mapped_column(String(16))


class ConsentState(Base):
    """Where a person stands, purpose by purpose and channel by channel: always what the newest record says."""

    __tablename__ = "consent_states"
    __table_args__ = (_kept("SELECT, INSERT, UPDATE"),)

    person_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(8), primary_key=True)
    state: Mapped[str] = mapped_column(String(9))
    record_id: Mapped[str] = mapped_column(ForeignKey("consent_records.id"), unique=True)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class OptIn(Base):
    """What someone asked for under an address that is not proven yet, and the digest of the link that proves it."""

    __tablename__ = "opt_ins"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)


class OptInBox(Base):
    """A ticked box: the record of the request that this opt-in, and no later wording, confirms, or of an older yes."""

    __tablename__ = "opt_in_boxes"

    opt_in_id: Mapped[str] = mapped_column(ForeignKey("opt_ins.id", ondelete="CASCADE"), primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("consent_records.id"), primary_key=True, index=True)


class OptInOutcome(Base):
    """How an opt-in ended: confirmed or cancelled, once."""

    __tablename__ = "opt_in_outcomes"
    __table_args__ = (CheckConstraint("outcome IN ('confirmed', 'cancelled')", name="outcome_is_known"),)

    opt_in_id: Mapped[str] = mapped_column(ForeignKey("opt_ins.id", ondelete="CASCADE"), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(9))
    ended_at: Mapped[datetime] = mapped_column(Moment)


class WayOutRow(Base):
    """The way out that one message carries. It never expires and outlives its person: it refers to no other table.

    It ends `purpose`, or with none everything on its channel. `kind` and `cause_id` are those of the message, so that
    it can be told why somebody got it when the message itself is long cleared. Two messages may have the same
    stop-code by chance, so its hash is no key.
    """

    __tablename__ = "ways_out"
    __table_args__ = (_kept("SELECT, INSERT"),)

    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    stop_code_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    message_id: Mapped[str | None] = mapped_column(String(16), index=True)
    kind: Mapped[str | None] = mapped_column(String(32))
    cause_id: Mapped[str | None] = mapped_column(String(16))
    person_id: Mapped[str] = mapped_column(String(16), index=True)
    purpose: Mapped[str | None] = mapped_column(String(32))
    channel: Mapped[str] = mapped_column(String(8))
    address_hash: Mapped[str] = mapped_column(String(64), index=True)
    made_at: Mapped[datetime] = mapped_column(Moment)


class Choice(Base):
    """Something that a person chose about how we write to them, beside the consent itself; the newest of a kind counts.

    A pause lasts until `ends_at`; of a frequency, `most` is how many messages a month; an objection holds for all
    marketing. It names nobody, so that it stays when its person is erased.
    """

    __tablename__ = "choices"
    __table_args__ = (
        CheckConstraint("kind IN ('pause', 'frequency', 'objection')", name="kind_is_known"),
        _kept("SELECT, INSERT"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(16), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    ends_at: Mapped[datetime | None] = mapped_column(Moment)
    most: Mapped[int | None]
    made_at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(40))
