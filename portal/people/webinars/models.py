"""The tables of webinars: files by the hash of their bytes, publications, which are only added, and who saw what."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment
from portal.shared.database import MAY


class MediaFile(Base):
    """A file in the media store; its hash is its name there, so that it can never change under an address."""

    __tablename__ = "media_files"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime] = mapped_column(Moment)


class Publication(Base):
    """The fact that a version of a webinar is public, since when and by whom; the newest of a slug is shown."""

    __tablename__ = "publications"
    __table_args__ = (UniqueConstraint("slug", "published_at"), {"info": {MAY: "SELECT, INSERT"}})

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(100), index=True)
    version: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(Moment)
    published_by: Mapped[str] = mapped_column(String(100))


class Watched(Base):
    """How far a person watched a webinar, in seconds; theirs to forget, and gone with them."""

    __tablename__ = "watched"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    webinar: Mapped[str] = mapped_column(String(100), primary_key=True)
    position: Mapped[int]
    furthest: Mapped[int]
    watched_at: Mapped[datetime] = mapped_column(Moment)
