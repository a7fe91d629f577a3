"""The table of answers to polls: which answer, by the hash of a number that one browser alone holds."""

from sqlalchemy import CheckConstraint, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base


class Ballot(Base):
    """One browser's answer to one poll: nothing says whose it is, when it was given, or what else they answered."""

    __tablename__ = "ballots"
    __table_args__ = (
        CheckConstraint("choice >= 0", name="choice_is_counted"),
        Index("ix_ballots_of_a_poll", "webinar", "poll", "choice"),
    )

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    webinar: Mapped[str] = mapped_column(String(100))
    poll: Mapped[str] = mapped_column(String(12))
    choice: Mapped[int] = mapped_column(SmallInteger)
