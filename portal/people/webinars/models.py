"""The table of webinars: who saw what."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment


class Watched(Base):
    """How far a person watched a webinar, in seconds; theirs to forget, and gone with them."""

    __tablename__ = "watched"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    webinar: Mapped[str] = mapped_column(String(100), primary_key=True)
    position: Mapped[int]
    furthest: Mapped[int]
    watched_at: Mapped[datetime] = mapped_column(Moment)
