"""The only place that reads segments of people, saved questions in `content/segments/NAME.toml`, and asks them.

A segment finds people; whether one of them may be written to is for the ledger to say.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.people.accounts.models import Person
from portal.people.consent.models import ConsentState
from portal.people.consent.states import State
from portal.people.offers.models import Place
from portal.people.outreach.reading import Faulty, Reader, read_toml
from portal.people.webinars.models import Watched
from portal.shared.environment import ROOT
from portal.shared.proofreading import Fault

FOLDER = ROOT / "content" / "segments"


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One thing that must hold, or must not: its kind, what it is about, and the days between which it came to be."""

    kind: str
    about: str
    is_not: bool
    since: date | None = None
    before: date | None = None
    within_days: int = 0

    @property
    def words(self) -> str:
        """The condition as a part of a sentence."""
        said = _WORDS[self.kind][self.is_not].format(self.about)
        when = f" since {self.since}" if self.since else ""
        when += f" before {self.before}" if self.before else ""
        return said + when + (f" in the last {self.within_days} days" if self.within_days else "")


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A saved question: people for whom all its conditions hold."""

    slug: str
    title: str
    conditions: tuple[Condition, ...]

    @property
    def sentence(self) -> str:
        """The question in words."""
        return "People who " + ", and who ".join(condition.words for condition in self.conditions) + "."

    def person_ids(self, *, channel: str, now: datetime) -> Select[str]:
        """The question for their ids, as things stand now."""
        holds = (_holds(condition, channel, now) for condition in self.conditions)
        return select(Person.id).where(*holds)


def count(db: Session, *, segment: Segment, channel: str, now: datetime) -> int:
    """How many there are."""
    return db.scalar(select(func.count()).select_from(segment.person_ids(channel=channel, now=now).subquery())) or 0


def list_segments(folder: Path | None = None) -> dict[str, Segment | Faulty]:
    """Every segment by its slug, or what is wrong with it."""
    found: dict[str, Segment | Faulty] = {}
    for path in sorted((folder or FOLDER).glob("*.toml")):
        try:
            found[path.stem] = read_segment(path.stem, path.read_text("utf-8"))
        except Faulty as fault:
            found[path.stem] = fault
    return found


def find_segment(slug: str) -> Segment | None:
    """The segment of this slug, or None where there is none that can be used."""
    found = list_segments().get(slug)
    return found if isinstance(found, Segment) else None


def check(path: Path) -> list[Fault]:
    """What is wrong with the segment at `path`; empty where it can be asked."""
    try:
        read_segment(path.stem, path.read_text("utf-8"))
    except Faulty as bad:
        return bad.faults
    return []


def read_segment(slug: str, source: str) -> Segment:
    """The segment in this text. Raises Faulty, with everything that is wrong."""
    reader = read_toml(source, name=f"{slug}.toml")
    title = reader.line("title", most=100)
    rows = reader.found.get("who", [])
    reader.read.add("who")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        reader.wrong("who", "Write at least one [[who]].")
        rows = []
    conditions = tuple(_condition(Reader(row, source), reader) for row in rows)
    reader.refuse_others()
    if reader.faults:
        raise Faulty(f"{slug}.toml", reader.faults)
    return Segment(slug=slug, title=title, conditions=conditions)


def _condition(row: Reader, whole: Reader) -> Condition:
    row.faults = whole.faults
    named = [(kind, is_not) for kind in _KINDS for is_not in (False, True) if _key(kind, is_not) in row.found]
    if len(named) != 1:
        keys = ", ".join(_key(kind, is_not) for kind in _KINDS for is_not in (False, True))
        row.wrong(next(iter(row.found), "who"), f"A [[who]] has one of these: {keys}.")
        return Condition(kind="agreed_to", about="", is_not=False)
    kind, is_not = named[0]
    found = Condition(
        kind=kind,
        about=row.slug(_key(kind, is_not)),
        is_not=is_not,
        since=row.day("since"),
        before=row.day("before"),
        within_days=row.number("within_days", 0, 3650, default=0),
    )
    row.refuse_others()
    return found


def _key(kind: str, is_not: bool) -> str:
    return f"not_{kind}" if is_not else kind


def _holds(condition: Condition, channel: str, now: datetime) -> ColumnElement[bool]:
    found = _KINDS[condition.kind](condition, channel, now)
    return ~found if condition.is_not else found


def _agreed_to(condition: Condition, channel: str, now: datetime) -> ColumnElement[bool]:
    return exists().where(
        ConsentState.person_id == Person.id,
        ConsentState.purpose == condition.about,
        ConsentState.channel == channel,
        ConsentState.state == State.CONFIRMED,
        *_between(ConsentState.changed_at, condition, now),
    )


def _asked_for(condition: Condition, channel: str, now: datetime) -> ColumnElement[bool]:
    return exists().where(
        ConsentState.person_id == Person.id,
        ConsentState.purpose == condition.about,
        ConsentState.channel == channel,
        *_between(ConsentState.changed_at, condition, now),
    )


def _took(condition: Condition, _channel: str, now: datetime) -> ColumnElement[bool]:
    about = and_(Place.person_id == Person.id, Place.offer == condition.about)
    return exists().where(about, *_between(Place.taken_at, condition, now))


def _watched(condition: Condition, _channel: str, now: datetime) -> ColumnElement[bool]:
    about = and_(Watched.person_id == Person.id, Watched.webinar == condition.about)
    return exists().where(about, *_between(Watched.watched_at, condition, now))


def _between(column: InstrumentedAttribute[datetime], condition: Condition, now: datetime) -> list[ColumnElement[bool]]:
    bounds = []
    if condition.since:
        bounds.append(column >= datetime.combine(condition.since, time(), UTC))
    if condition.before:
        bounds.append(column < datetime.combine(condition.before, time(), UTC))
    if condition.within_days:
        bounds.append(column >= now - timedelta(days=condition.within_days))
    return bounds


_KINDS: dict[str, Callable[[Condition, str, datetime], ColumnElement[bool]]] = {
    "agreed_to": _agreed_to,
    "asked_for": _asked_for,
    "took": _took,
    "watched": _watched,
}
_WORDS = {
    "agreed_to": ("agreed to “{}”", "do not agree to “{}”"),
    "asked_for": ("were ever asked about “{}”", "were never asked about “{}”"),
    "took": ("took the offer “{}”", "did not take the offer “{}”"),
    "watched": ("watched “{}”", "did not watch “{}”"),
}
