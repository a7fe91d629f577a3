"""The only place that parts a list into groups: by stage, owner, source, or how long ago the last activity was."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from portal.sandbox.drives.columns import NONE, Columns, Numbers, columns_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import stages_of
from portal.sandbox.drives.kinds import LEADS
from portal.sandbox.drives.lately import Lately
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.overlay import leads_of, places_of
from portal.sandbox.drives.question import Filter, Question
from portal.sandbox.leads.lists import Asked
from portal.sandbox.scenarios.hours import DAY

FIRST_OF_GROUP, FIRST_OF_LANE = 5, 8
MOST_GROUPS = 40  # of owners or sources; who belongs to no larger group is gathered in the last one

# How long ago, in days: from, to below, and what the group is called.
AGES = ((0, 7, "In the last 7 days"), (7, 30, "7 to 30 days ago"), (30, 90, "30 to 90 days ago"), (90, None, "Earlier"))


class Group(NamedTuple):
    """A part of a list: how many leads, what their open deals come to in minor units, the first of them, and the
    filters that find it alone, or None where no address can ask for it."""

    name: str
    size: int
    worth: int
    first: tuple[str, ...]
    filters: tuple[Filter, ...] | None


class Shown(NamedTuple):
    """A group as a page shows it: with its first leads, and the list of all of them."""

    group: Group
    leads: list[Lead]
    rest: Asked | None


def groups_of(db: Session, drive: Drive, asked: Asked, *, by: str, first: int) -> list[Shown]:
    """The groups of a list in which there is somebody, each with its `first` leads in the order of the list.

    By stage every stage is there, so that a board always has its lanes.
    """
    groups = _kept_groups(db, drive, asked.whole, by=by, first=first)
    leads = {lead.id: lead for lead in leads_of(db, drive, [one for group in groups for one in group.first])}
    return [Shown(group, [leads[one] for one in group.first if one in leads], _rest(asked, group)) for group in groups]


def _rest(asked: Asked, group: Group) -> Asked | None:
    """The plain list of a group. Where any of several filters will do, no address asks for one group of that."""
    question = asked.question
    if group.filters is None or (question.any_of and len(question.filters) > 1):
        return None
    filters = tuple(dict.fromkeys((*question.filters, *group.filters)))
    return asked.asking(replace(question, filters=filters, any_of=False)).shaped(layout="list", view="")


_kept: Lately[tuple[object, ...], list[Group]] = Lately(200)


def _kept_groups(db: Session, drive: Drive, question: Question, *, by: str, first: int) -> list[Group]:
    if db.info.get("has_written"):
        return _groups(db, drive, question, by=by, first=first)
    key = (drive.public_id, drive.revision, drive.version, drive.clock, question, by, first)
    return _kept.find(key) or _kept.keep(key, _groups(db, drive, question, by=by, first=first))


def _groups(db: Session, drive: Drive, question: Question, *, by: str, first: int) -> list[Group]:
    columns = columns_of(db, drive, LEADS)
    at, ids = places_of(db, drive, question), columns.texts("id")
    worth = columns.numbers("value")[at]
    worth = np.where(worth == NONE, 0, worth)
    parts, names = _parts(drive, columns, at, by=by)
    groups = []
    for number, (name, filters) in enumerate(names):
        is_in = parts == number
        those = at[is_in]
        leads = tuple(str(ids[place]) for place in those[:first])
        groups.append(Group(name, len(those), int(worth[is_in].sum()), leads, filters))
    return [group for group in groups if group.size or by == "stage"]


Named = Sequence[tuple[str, tuple[Filter, ...] | None]]


def _parts(drive: Drive, columns: Columns, at: Numbers, *, by: str) -> tuple[Numbers, Named]:
    """For each lead found the number of its group, and what the groups are."""
    if by == "last":
        return _ages(drive, columns.numbers("last_at")[at])
    values = columns.texts(by)[at]
    if by == "stage":
        order = [stage.name for stage in stages_of(drive)]
    else:
        counted, counts = np.unique(values, return_counts=True)
        order = [str(counted[index]) for index in np.argsort(-counts, kind="stable")]
    kept = order[:MOST_GROUPS]
    number = {value: index for index, value in enumerate(kept)}
    parts = np.array([number.get(value, len(kept)) for value in values], dtype=np.int64)
    named: list[tuple[str, tuple[Filter, ...] | None]] = [
        (value or "None", (Filter(by, "is", (value,)),) if value else None) for value in kept
    ]
    if len(order) > len(kept):
        named.append((f"{len(order) - len(kept)} others", None))
    return parts, named


def _ages(drive: Drive, last: Numbers) -> tuple[Numbers, Named]:
    ages = drive.clock - last
    limits = [until * DAY for _, until, _ in AGES if until is not None]
    # A lead of exactly seven days is within the last seven, as the filter `within` has it.
    return np.searchsorted(limits, ages, side="left"), [(name, _age(since, until)) for since, until, name in AGES]


def _age(since: int, until: int | None) -> tuple[Filter, ...]:
    before = (Filter("last", "before", (f"{since}d",)),) if since else ()
    within = (Filter("last", "within", (f"{until}d",)),) if until is not None else ()
    return (*before, *within)
