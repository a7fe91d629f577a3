"""The tables of codes to go on by: when one was last used, and where its holder stopped; nothing about who that is."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment


class ResumeCode(Base):
    """A code, known by its keyed hash alone; its holder's to forget, and forgotten where nobody uses it."""

    __tablename__ = "resume_codes"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime] = mapped_column(Moment, index=True)


class ResumePlace(Base):
    """Where the holder of a code stopped in a webinar, in seconds; gone with the code."""

    __tablename__ = "resume_places"

    digest: Mapped[str] = mapped_column(ForeignKey("resume_codes.digest", ondelete="CASCADE"), primary_key=True)
    webinar: Mapped[str] = mapped_column(String(100), primary_key=True)
    position: Mapped[int]
    noted_at: Mapped[datetime] = mapped_column(Moment)
