"""The only place for the tables of people and their keys."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment
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
