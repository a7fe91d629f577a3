"""The only place for the tables of staff: who they are, that they left, and what they sign in by."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.people.staff.roles import Role
from portal.shared.columns import Moment
from portal.shared.reserved import only_real


class Staff(Base):
    """One who works here. They are not prospects: nothing of theirs is in the tables of people."""

    __tablename__ = "staff"
    __table_args__ = (
        only_real("email", "email"),
        CheckConstraint(f"role IN ({', '.join(repr(role.value) for role in Role)})", name="role_is_known"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(12))
    added_at: Mapped[datetime] = mapped_column(Moment)
    added_by: Mapped[str] = mapped_column(String(24))


class StaffDeparture(Base):
    """The fact that someone works here no more, since when and by whose word."""

    __tablename__ = "staff_departures"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    left_at: Mapped[datetime] = mapped_column(Moment)
    by_account: Mapped[str] = mapped_column(String(24))


class StaffPassword(Base):
    """A password as argon2id keeps it, parameters included."""

    __tablename__ = "staff_passwords"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    hashed: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime] = mapped_column(Moment)


class Authenticator(Base):
    """The secret shared with an authenticator app, sealed, and the last time step that was used (RFC 6238)."""

    __tablename__ = "authenticators"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[datetime] = mapped_column(Moment)
    last_step: Mapped[int] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """A code that stands in for a lost second factor, once; kept as a keyed hash."""

    __tablename__ = "recovery_codes"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    mac: Mapped[str] = mapped_column(String(64), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
