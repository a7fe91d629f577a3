"""The table of learning paths: which steps somebody has done."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment


class PathStep(Base):
    """That a person has done a step of a path; theirs to forget, and gone with them."""

    __tablename__ = "path_steps"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    path: Mapped[str] = mapped_column(String(100), primary_key=True)
    step: Mapped[str] = mapped_column(String(8), primary_key=True)
    done_at: Mapped[datetime] = mapped_column(Moment)
