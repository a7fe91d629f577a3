"""The only place for the tables of offers: who asked for one, and which place they got."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment


class Signup(Base):
    """A person asking for an offer, to be confirmed with its opt-in."""

    __tablename__ = "signups"

    opt_in_id: Mapped[str] = mapped_column(ForeignKey("opt_ins.id", ondelete="CASCADE"), primary_key=True)
    offer: Mapped[str] = mapped_column(String(64))
    round: Mapped[str] = mapped_column(String(16))


class Place(Base):
    """A place taken, by number: the key itself keeps one from being given twice."""

    __tablename__ = "places"
    __table_args__ = (UniqueConstraint("offer", "round", "person_id"),)

    offer: Mapped[str] = mapped_column(String(64), primary_key=True)
    round: Mapped[str] = mapped_column(String(16), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    taken_at: Mapped[datetime] = mapped_column(Moment)
