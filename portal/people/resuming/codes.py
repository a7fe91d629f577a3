"""The only place that makes, finds and forgets the codes by which somebody without an account goes on elsewhere."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, text
from sqlalchemy.orm import Session

from portal.people.resuming.models import ResumeCode, ResumePlace
from portal.people.webinars.library import list_webinars
from portal.people.webinars.recording import Recording
from portal.shared import ids
from portal.shared.columns import Moment

IDLE = timedelta(days=90)
"""A code that nobody used for so long is forgotten, and all that hangs on it."""

_READ_AS = str.maketrans({"o": "0", "i": "1", "l": "1", "u": "v"} | dict.fromkeys(" -–—\u00a0\t"))


class NoSuchCode(LookupError):
    """Nobody holds this code, or it was forgotten."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A webinar, where its watcher stopped, in seconds, and when that was noted."""

    webinar: Recording
    position: int
    at: datetime


def make_code(db: Session, *, places: Mapping[str, int], keys: Sequence[str], now: datetime) -> str:
    """A new code, told this once, with the `places` somebody brings: the second they stopped at, by the webinar's slug.

    A webinar that is not public is left out.
    """
    code = ids.new_code()
    db.add(ResumeCode(digest=_digest(code, keys[0]), used_at=now))
    db.flush()
    for webinar in list_webinars(db, now=now):
        if webinar.slug in places:
            note_place(db, code=code, webinar=webinar, position=places[webinar.slug], keys=keys, now=now)
    return code


def read_code(typed: str) -> str:
    """The code as it was meant: in lower case, without gaps, with what is easily misread put right."""
    return typed.strip().casefold().translate(_READ_AS)


def written(code: str) -> str:
    """The code in groups of four, as one reads it out."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def use_code(db: Session, *, code: str, keys: Sequence[str], now: datetime) -> None:
    """Note that somebody uses the code, so that it does not grow idle. Raises NoSuchCode."""
    _get(db, code=code, keys=keys, now=now).used_at = now


def note_place(
    db: Session, *, code: str, webinar: Recording, position: int, keys: Sequence[str], now: datetime
) -> None:
    """Remember where the holder of the code is, in seconds from the start. Raises NoSuchCode."""
    found = _get(db, code=code, keys=keys, now=now)
    found.used_at = now
    db.flush()
    position = min(position, int(webinar.seconds))
    db.connection().execute(_NOTE, {"digest": found.digest, "webinar": webinar.slug, "position": position, "now": now})


def find_place(db: Session, *, code: str, slug: str, keys: Sequence[str], now: datetime) -> int | None:
    """Where the holder of the code stopped in one webinar. Raises NoSuchCode."""
    found = _get(db, code=code, keys=keys, now=now)
    theirs = (ResumePlace.digest == found.digest, ResumePlace.webinar == slug)
    return db.scalar(select(ResumePlace.position).where(*theirs))


def list_places(db: Session, *, code: str, keys: Sequence[str], now: datetime) -> list[Place]:
    """Where the holder of the code stopped, the last first; what is public no more is left out. Raises NoSuchCode."""
    found = _get(db, code=code, keys=keys, now=now)
    public = {webinar.slug: webinar for webinar in list_webinars(db, now=now)}
    theirs = select(ResumePlace).where(ResumePlace.digest == found.digest).order_by(ResumePlace.noted_at.desc())
    return [
        Place(webinar=public[row.webinar], position=row.position, at=row.noted_at)
        for row in db.scalars(theirs)
        if row.webinar in public
    ]


def forget_code(db: Session, *, code: str, keys: Sequence[str]) -> None:
    """Forget a code and every place that hangs on it; one that is not known is forgotten already."""
    db.execute(delete(ResumeCode).where(ResumeCode.digest.in_([_digest(code, key) for key in keys])))


def clear_idle(db: Session, *, now: datetime, most: int) -> int:
    """Forget the codes that nobody used for 90 days, `most` of them; how many it were."""
    idle = db.scalars(select(ResumeCode.digest).where(ResumeCode.used_at <= now - IDLE).limit(most)).all()
    db.execute(delete(ResumeCode).where(ResumeCode.digest.in_(idle)))
    return len(idle)


def _get(db: Session, *, code: str, keys: Sequence[str], now: datetime) -> ResumeCode:
    digests = [_digest(code, key) for key in keys]  # it was made under one of them, and outlives the change of keys
    found = db.scalar(select(ResumeCode).where(ResumeCode.digest.in_(digests), ResumeCode.used_at > now - IDLE))
    if found is None:
        raise NoSuchCode
    return found


def _digest(code: str, key: str) -> str:
    """Keyed: sixty bits could be guessed by whoever had the table, were the hash plain."""
    return hmac.new(key.encode(), f"resume\0{code}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


_NOTE = text(
    "INSERT INTO resume_places (digest, webinar, position, noted_at) VALUES (:digest, :webinar, :position, :now) "
    "ON CONFLICT (digest, webinar) DO UPDATE SET position = excluded.position, noted_at = excluded.noted_at"
).bindparams(bindparam("now", type_=Moment()))
