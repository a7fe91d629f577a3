"""The only place for the tables of media: which bytes are kept, and the names they are served under."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment


class MediaFile(Base):
    """Bytes in the media store; their hash is their name there, so that they can never change under an address.

    `added_at` is when they were last given to the store: what nothing needs is kept for a while after that.
    """

    __tablename__ = "media_files"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime] = mapped_column(Moment)


class MediaName(Base):
    """A name under which these bytes are served, and as what; the same bytes may have several."""

    __tablename__ = "media_names"

    sha256: Mapped[str] = mapped_column(ForeignKey("media_files.sha256", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    content_type: Mapped[str] = mapped_column(String(100))
