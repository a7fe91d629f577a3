"""The tables of attention: viewings while they last, groups of five for good, and nothing about who or when.

A viewing is known by the digest of a secret that its viewer's browser alone holds. `film` is the hash of what the film
is made from, so each version of a film has its own.
"""

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base


class Viewing(Base):
    """Which seconds one browser played of one film, until it is put into a group.

    `covered` has a bit a second; it is None once the viewer took it back: the row stays until it closes, so that
    nothing which is still on its way brings it back.
    """

    __tablename__ = "viewings"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    film: Mapped[str] = mapped_column(String(64))
    seconds: Mapped[int]
    covered: Mapped[bytes | None] = mapped_column(LargeBinary)
    closes_on: Mapped[date] = mapped_column(Date, index=True)


class ViewingGroup(Base):
    """How many of five viewings covered each second, a byte each: all that is left of them.

    `is_sample` is set where they were invented, so that a new machine has something to show.
    """

    __tablename__ = "viewing_groups"
    __table_args__ = (CheckConstraint("length(counts) > 0", name="counts_something"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    film: Mapped[str] = mapped_column(String(64), index=True)
    counts: Mapped[bytes] = mapped_column(LargeBinary)
    formed_on: Mapped[date] = mapped_column(Date)
    is_sample: Mapped[bool]


class GroupedViewing(Base):
    """That a viewing is in a group, though not with which seconds: whoever holds its secret can take the group out."""

    __tablename__ = "grouped_viewings"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("viewing_groups.id", ondelete="CASCADE"), index=True)
