"""The only place that counts answers to polls: one a browser, changed and taken back at will, told from five up."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select, text
from sqlalchemy.orm import Session

from portal.people.moments.models import Ballot
from portal.people.moments.moment import Poll

FEWEST = 5
"""From so many answers on it is told what was said: among fewer, one who knows the others could tell whose is whose."""


class NoSuchChoice(LookupError):
    """The poll has no such answer."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """One of the answers, and how many of all it has, in whole percent."""

    words: str
    count: int
    percent: int
    is_own: bool


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How a poll stands for who looks: how many answered, and what they said where that may be told."""

    answered: int
    own: int | None
    shares: tuple[Share, ...]


def cast_ballot(db: Session, *, webinar: str, poll: Poll, choice: int, token: str, keys: Sequence[str]) -> None:
    """Count this answer for the holder of `token`, in the place of the one they gave before. Raises NoSuchChoice."""
    if not 0 <= choice < len(poll.choices):
        raise NoSuchChoice
    older = _digests(webinar, poll, token, keys[1:])
    if older:
        db.execute(delete(Ballot).where(Ballot.digest.in_(older)))
    (digest,) = _digests(webinar, poll, token, keys[:1])
    named = {"digest": digest, "webinar": webinar, "poll": poll.id, "choice": choice}
    db.connection().execute(_CAST, named)


def take_back(db: Session, *, webinar: str, poll: Poll, token: str, keys: Sequence[str]) -> None:
    """Count the answer of the holder of `token` no more; where there is none, there is nothing to do."""
    db.execute(delete(Ballot).where(_theirs(webinar, poll, token, keys)))


def tally(db: Session, *, webinar: str, poll: Poll, token: str | None, keys: Sequence[str]) -> Tally:
    """How the poll stands, and what the holder of `token` said."""
    counted = select(Ballot.choice, func.count()).where(Ballot.webinar == webinar, Ballot.poll == poll.id)
    counts = {row[0]: row[1] for row in db.execute(counted.group_by(Ballot.choice))}
    own = db.scalar(select(Ballot.choice).where(_theirs(webinar, poll, token, keys))) if token else None
    answered = sum(counts.values())
    shares = tuple(
        Share(
            words=words,
            count=counts.get(choice, 0),
            percent=round(100 * counts.get(choice, 0) / answered) if answered else 0,
            is_own=choice == own,
        )
        for choice, words in enumerate(poll.choices)
    )
    return Tally(answered=answered, own=own, shares=shares if answered >= FEWEST else ())


_CAST = text(
    "INSERT INTO ballots (digest, webinar, poll, choice) VALUES (:digest, :webinar, :poll, :choice) "
    "ON CONFLICT (digest) DO UPDATE SET choice = excluded.choice"
)


def _theirs(webinar: str, poll: Poll, token: str, keys: Sequence[str]) -> ColumnElement[bool]:
    return Ballot.digest.in_(_digests(webinar, poll, token, keys))  # made under one of them; it outlives their change


def _digests(webinar: str, poll: Poll, token: str, keys: Sequence[str]) -> list[str]:
    """Of each poll another, so that no two ballots can be told to be one browser's."""
    named = f"ballot\0{webinar}\0{poll.id}\0{token}".encode("utf-8", "surrogatepass")
    return [hmac.new(key.encode(), named, hashlib.sha256).hexdigest() for key in keys]
