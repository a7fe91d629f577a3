"""The only place for what people choose about our messages beside consent: a pause, a frequency, an objection to all.

Each choice is a row that is never changed; the newest of a kind counts, and ending one is a row as well.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, insert, select, true
from sqlalchemy.orm import Session

from portal.people.consent.models import Choice
from portal.people.consent.noes import note_choice
from portal.people.consent.record import Act
from portal.shared import ids


class Kind(StrEnum):
    """What can be chosen."""

    PAUSE = "pause"
    FREQUENCY = "frequency"
    OBJECTION = "objection"


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What somebody chose, as it stands: nothing until `paused_until`, at most so many a month, no marketing at all."""

    paused_until: datetime | None = None
    most_a_month: int | None = None
    objected_at: datetime | None = None

    def is_paused(self, now: datetime) -> bool:
        """Whether they want to be left alone for now."""
        return self.paused_until is not None and self.paused_until > now

    def objects_to(self, *, agreed_at: datetime | None) -> bool:
        """Whether they object to all marketing, and agreed to nothing since."""
        return self.objected_at is not None and (agreed_at is None or agreed_at <= self.objected_at)


NOTHING = Chosen()


def choose(
    db: Session,
    *,
    person_id: str,
    kind: Kind,
    ends_at: datetime | None = None,
    most: int | None = None,
    act: Act,
) -> None:
    """Write a choice down; a pause that ends now is the end of a pause, a frequency without `most` the end of one."""
    row = {
        "id": ids.new_id(),
        "person_id": person_id,
        "kind": kind.value,
        "ends_at": ends_at,
        "most": most,
        "made_at": act.at,
        "actor": act.actor,
    }
    db.execute(insert(Choice), [row])
    note_choice(db, person_id=person_id, kind=kind.value, ends_at=ends_at, most=most, at=act.at)


def read_choices(db: Session, *, person_id: str) -> Chosen:
    """What one person chose."""
    return read_many(db, person_ids=[person_id]).get(person_id, NOTHING)


def read_many(db: Session, *, person_ids: Iterable[str], at_once: int = 500) -> dict[str, Chosen]:
    """What these people chose, those who chose anything; of more than `at_once` the whole table is read."""
    named = list(person_ids)
    among: ColumnElement[bool] = Choice.person_id.in_(named) if len(named) <= at_once else true()
    found: dict[str, Chosen] = {}
    for choice in db.scalars(select(Choice).where(among).order_by(Choice.made_at, Choice.id)):
        found[choice.person_id] = _with(found.get(choice.person_id, NOTHING), choice)
    return found


def _with(chosen: Chosen, choice: Choice) -> Chosen:
    if choice.kind == Kind.PAUSE:
        return replace(chosen, paused_until=choice.ends_at)
    if choice.kind == Kind.FREQUENCY:
        return replace(chosen, most_a_month=choice.most)
    return replace(chosen, objected_at=choice.made_at)
