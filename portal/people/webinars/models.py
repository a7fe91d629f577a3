"""The tables of webinars: files by the hash of their bytes, and who saw what."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment


class MediaFile(Base):
    """A file in the media store; its hash is its name there, so that it can never change under an address."""

    __tablename__ = "media_files"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime] = mapped_column(Moment)


class Watched(Base):
    """How far a person watched a webinar, in seconds; theirs to forget, and gone with them."""

    __tablename__ = "watched"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    webinar: Mapped[str] = mapped_column(String(100), primary_key=True)
    position: Mapped[int]
    furthest: Mapped[int]
    watched_at: Mapped[datetime] = mapped_column(Moment)
