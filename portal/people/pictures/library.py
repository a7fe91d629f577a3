"""The only place that finds the picture of a page."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.people.pictures.models import DrawnPicture, address_of
from portal.people.pictures.picture import Picture


def find_picture(db: Session, picture: Picture) -> str | None:
    """The path at which it is served, or None where it is not drawn yet."""
    found = db.execute(_FIND, {"source": picture.source}).first()
    return address_of(found.sha256, found.name) if found else None


def list_missing(db: Session, pictures: Sequence[Picture]) -> list[Picture]:
    """Those of them that are still to be drawn, each once."""
    wanted = {picture.source: picture for picture in pictures}
    drawn = set(db.scalars(select(DrawnPicture.source).where(DrawnPicture.source.in_(wanted))))
    return [picture for source, picture in wanted.items() if source not in drawn]


_FIND = select(DrawnPicture.sha256, DrawnPicture.name).where(DrawnPicture.source == bindparam("source"))
