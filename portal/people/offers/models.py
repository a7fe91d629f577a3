"""The only place for the tables of offers: what is public, who asked, which place they got, what came of it.

What is public, what was withdrawn and what was redeemed are facts, added and never changed.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment
from portal.shared.database import MAY

_ADDED = {"info": {MAY: "SELECT, INSERT"}}
_KEPT = {"sqlite_with_rowid": False, **_ADDED}  # as with the ledger's tables: no row number by which to replace one


class OfferPublication(Base):
    """The fact that a version of an offer is public, since when and by whom; the newest of a slug is shown."""

    __tablename__ = "offer_publications"
    __table_args__ = (UniqueConstraint("slug", "published_at"), _ADDED)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(Moment)
    published_by: Mapped[str] = mapped_column(String(100))


class OfferWithdrawal(Base):
    """The fact that a publication was taken off the site."""

    __tablename__ = "offer_withdrawals"
    __table_args__ = (_KEPT,)

    publication_id: Mapped[int] = mapped_column(
        ForeignKey("offer_publications.id"), primary_key=True, autoincrement=False
    )
    withdrawn_at: Mapped[datetime] = mapped_column(Moment)
    withdrawn_by: Mapped[str] = mapped_column(String(100))


class Signup(Base):
    """A person asking for an offer, to be confirmed with its opt-in."""

    __tablename__ = "signups"

    opt_in_id: Mapped[str] = mapped_column(ForeignKey("opt_ins.id", ondelete="CASCADE"), primary_key=True)
    offer: Mapped[str] = mapped_column(String(64))
    round: Mapped[str] = mapped_column(String(16))


class Place(Base):
    """A place taken, by number: the key itself keeps one from being given twice.

    `code` is the place's own, good for once; where an offer shares one code, people are shown that one instead. It is
    still taken where its person is erased, so it refers to no other table.
    """

    __tablename__ = "places"
    __table_args__ = (UniqueConstraint("offer", "round", "person_id"),)

    offer: Mapped[str] = mapped_column(String(64), primary_key=True)
    round: Mapped[str] = mapped_column(String(16), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[str] = mapped_column(String(16), index=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    taken_at: Mapped[datetime] = mapped_column(Moment)


class RefusedClaim(Base):
    """Why a confirmed sign-up got no place: `full`, `not-new` or `withdrawn`."""

    __tablename__ = "refused_claims"
    __table_args__ = (CheckConstraint("why IN ('full', 'not-new', 'withdrawn')", name="why_is_known"),)

    opt_in_id: Mapped[str] = mapped_column(ForeignKey("opt_ins.id", ondelete="CASCADE"), primary_key=True)
    why: Mapped[str] = mapped_column(String(9))
    refused_at: Mapped[datetime] = mapped_column(Moment)


class Redemption(Base):
    """The fact that a code was used, once, and who of us took it in."""

    __tablename__ = "redemptions"
    __table_args__ = (
        ForeignKeyConstraint(["offer", "round", "number"], ["places.offer", "places.round", "places.number"]),
        _KEPT,
    )

    offer: Mapped[str] = mapped_column(String(64), primary_key=True)
    round: Mapped[str] = mapped_column(String(16), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    redeemed_at: Mapped[datetime] = mapped_column(Moment)
    redeemed_by: Mapped[str] = mapped_column(String(100))


class ReminderWish(Base):
    """A person asking for one message about an offer on a day, to be confirmed with its opt-in."""

    __tablename__ = "reminder_wishes"

    opt_in_id: Mapped[str] = mapped_column(ForeignKey("opt_ins.id", ondelete="CASCADE"), primary_key=True)
    offer: Mapped[str] = mapped_column(String(64))
    remind_on: Mapped[date] = mapped_column(Date, index=True)


class Reminder(Base):
    """What came of a wish on its day: the message that was made, or why none was."""

    __tablename__ = "reminders"
    __table_args__ = (_ADDED,)

    opt_in_id: Mapped[str] = mapped_column(
        ForeignKey("reminder_wishes.opt_in_id", ondelete="CASCADE"), primary_key=True
    )
    made_at: Mapped[datetime] = mapped_column(Moment)
    message_id: Mapped[str | None] = mapped_column(String(16))
    why_none: Mapped[str | None] = mapped_column(String(20))
