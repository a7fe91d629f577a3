"""The table of the pictures that were drawn."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.people.media.models import MediaFile
from portal.shared.columns import Moment


class DrawnPicture(Base):
    """A picture in the media store, by what it was drawn from."""

    __tablename__ = "drawn_pictures"

    source: Mapped[str] = mapped_column(String(64), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey(MediaFile.sha256), index=True)
    name: Mapped[str] = mapped_column(String(100))
    drawn_at: Mapped[datetime] = mapped_column(Moment)


def address_of(sha256: str, name: str) -> str:
    """The path at which a picture is served."""
    return f"/media/{sha256}/{name}"
