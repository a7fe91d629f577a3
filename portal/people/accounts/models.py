"""The only place for the tables of people, their keys, and of what both people and staff sign in by."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment
from portal.shared.database import MAY
from portal.shared.reserved import only_real


class Person(Base):
    """A real human who asked for something; `email` is the normalised address, one person each."""

    __tablename__ = "people"
    __table_args__ = (only_real("email", "email"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment)


class PersonKey(Base):
    """The secret of one person's evidence, sealed under the root key. Deleting it makes every copy unreadable.

    Back this table up apart from the rest and for 35 days at most, or an erasure could be undone.
    """

    __tablename__ = "person_keys"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class OneTimeLink(Base):
    """A link that acts once, for one purpose, until a moment; `account` is empty where it was asked for in vain."""

    __tablename__ = "one_time_links"

    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[str] = mapped_column(String(16), unique=True)
    purpose: Mapped[str] = mapped_column(String(8))
    account: Mapped[str | None] = mapped_column(String(24), index=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment, index=True)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class Passkey(Base):
    """A public key whose other half an account holds on a device (WebAuthn Level 3)."""

    __tablename__ = "passkeys"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    account: Mapped[str] = mapped_column(String(24), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
    added_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class PasskeyChallenge(Base):
    """A challenge that a passkey was asked to sign; it is taken away by the answer, whatever that is worth."""

    __tablename__ = "passkey_challenges"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(8))
    account: Mapped[str | None] = mapped_column(String(24))
    ends_at: Mapped[datetime] = mapped_column(Moment, index=True)


class WrongTries(Base):
    """How often a secret was guessed wrong in a row, and until when the next try waits. `about` names no address."""

    __tablename__ = "wrong_tries"

    about: Mapped[str] = mapped_column(String(80), primary_key=True)
    count: Mapped[int]
    not_before: Mapped[datetime] = mapped_column(Moment)
    last_at: Mapped[datetime] = mapped_column(Moment, index=True)


class AuditEntry(Base):
    """Who did what, to whom or what, when, and in which session; triggers keep it as it is for a year."""

    __tablename__ = "audit_log"
    # By its row number a REPLACE would reach past the guard.
    __table_args__ = ({"sqlite_with_rowid": False, "info": {MAY: "SELECT, INSERT, DELETE"}},)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    act: Mapped[str] = mapped_column(String(40))
    by_account: Mapped[str | None] = mapped_column(String(24))
    about: Mapped[str | None] = mapped_column(String(64))
    session: Mapped[str | None] = mapped_column(String(16))
