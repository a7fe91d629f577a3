"""The only place that remembers how far somebody watched: people who are signed in, for themselves alone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, select, text
from sqlalchemy.orm import Session

from portal.people.webinars.library import list_webinars
from portal.people.webinars.models import Watched
from portal.people.webinars.recording import Recording
from portal.shared.columns import Moment


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A webinar and how far somebody came in it, in seconds."""

    webinar: Recording
    position: int
    furthest: int
    at: datetime

    @property
    def is_whole(self) -> bool:
        """Whether they came to the end, give or take the last words."""
        return self.furthest >= self.webinar.seconds - 15


def note_watched(db: Session, *, person_id: str, webinar: Recording, position: int, now: datetime) -> None:
    """Remember where in the recording somebody is, in seconds from its start."""
    position = min(position, int(webinar.seconds))
    db.connection().execute(_NOTE, {"person_id": person_id, "webinar": webinar.slug, "position": position, "now": now})


def find_position(db: Session, *, person_id: str, slug: str) -> int | None:
    """Where somebody left a webinar, in seconds from its start."""
    return db.scalar(select(Watched.position).where(Watched.person_id == person_id, Watched.webinar == slug))


def list_watched(db: Session, *, person_id: str, now: datetime) -> list[Seen]:
    """What somebody watched, the last first; a webinar that is public no more is left out."""
    public = {webinar.slug: webinar for webinar in list_webinars(db, now=now)}
    theirs = select(Watched).where(Watched.person_id == person_id).order_by(Watched.watched_at.desc())
    return [
        Seen(webinar=public[row.webinar], position=row.position, furthest=row.furthest, at=row.watched_at)
        for row in db.scalars(theirs)
        if row.webinar in public
    ]


def forget_watched(db: Session, *, person_id: str, slug: str | None = None) -> None:
    """Forget one webinar of somebody's, or all of them."""
    theirs = Watched.person_id == person_id
    db.execute(delete(Watched).where(theirs if slug is None else and_(theirs, Watched.webinar == slug)))


_NOTE = text(
    "INSERT INTO watched (person_id, webinar, position, furthest, watched_at) "
    "VALUES (:person_id, :webinar, :position, :position, :now) "
    "ON CONFLICT (person_id, webinar) DO UPDATE SET position = excluded.position, watched_at = excluded.watched_at, "
    "furthest = CASE WHEN excluded.position > watched.furthest THEN excluded.position ELSE watched.furthest END"
).bindparams(bindparam("now", type_=Moment()))
