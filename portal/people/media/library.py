"""The only place that finds what is served at `/media/<hash>/<name>`."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from portal.people.media.models import MediaFile, MediaName
from portal.shared.database import Database


@dataclass(frozen=True, kw_only=True)
class Served:
    """A file as it is served: its bytes' hash and number, and under which name, as what."""

    sha256: str
    name: str
    size: int
    content_type: str


def find_served(database: Database, *, sha256: str, name: str) -> Served | None:
    """The file of these bytes and this name, or None: by a peek, since nothing else is asked for on its way."""
    found = database.peek(_FIND, {"sha256": sha256, "name": name})
    return None if found is None else Served(sha256=sha256, name=name, size=found.size, content_type=found.content_type)


_FIND = (
    select(MediaFile.size, MediaName.content_type)
    .join(MediaName, MediaName.sha256 == MediaFile.sha256)
    .where(MediaName.sha256 == bindparam("sha256"), MediaName.name == bindparam("name"))
)
