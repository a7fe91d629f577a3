"""The only place that knows copy-on-write: a drive's own leads laid over the scenario that all drives share.

Which leads a list has is found on columns in memory (`finding.py`), whatever the size of the scenario; what a page
shows of them is read by their ids, and kept where they are the scenario's, since those never change.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from numpy.typing import NDArray
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.sandbox.drives.bulk import whose
from portal.sandbox.drives.columns import OwnRows, base_rows, columns_of, own_rows_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.finding import find
from portal.sandbox.drives.frame import facts_of, stages_of, tags_in
from portal.sandbox.drives.kinds import LEADS
from portal.sandbox.drives.lately import Lately
from portal.sandbox.drives.lead import FIELDS, Lead
from portal.sandbox.drives.models import OwnLead
from portal.sandbox.drives.own_columns import own_columns
from portal.sandbox.drives.question import Question
from portal.sandbox.drives.search import unknown
from portal.sandbox.scenarios.models import ScenarioLead

PAGE = 50


class Options(NamedTuple):
    """The values that leads of a drive have, or can be given, by what lists are filtered by."""

    stages: tuple[str, ...]
    tags: tuple[str, ...]
    owners: tuple[str, ...]
    sources: tuple[str, ...]
    roles: tuple[str, ...]
    kinds: tuple[str, ...]
    own: tuple[tuple[str, str, tuple[str, ...]], ...] = ()  # of the scenario's own columns: key, name, choices


class Listing(NamedTuple):
    """A page of leads, how many the question finds, and how many the drive has in all."""

    leads: list[Lead]
    total: int
    of: int


class Neighbors(NamedTuple):
    """Where a lead stands in a list, counted from 1, and who comes before and after it, by id."""

    place: int
    total: int
    previous: str | None
    next: str | None


def list_leads(db: Session, drive: Drive, question: Question, *, page: int) -> Listing:
    """The leads of the bound drive that `question` asks for: page 1 and on, PAGE at a time."""
    found = find(db, drive, question)
    start = (page - 1) * PAGE
    leads = _leads(db, drive, found.own, found.ids(start, start + PAGE)) if start < len(found) else []
    return Listing(leads, len(found), found.of)


def find_neighbors(db: Session, drive: Drive, question: Question, lead_id: str) -> Neighbors | None:
    """Where the lead stands in the list; None where it is not in it."""
    found = find(db, drive, question)
    at = found.find(lead_id)
    if at is None:
        return None
    previous = found.ids(at - 1, at)[0] if at else None
    return Neighbors(at + 1, len(found), previous, next(iter(found.ids(at + 1, at + 2)), None))


def ids_of(db: Session, drive: Drive, question: Question) -> list[str]:
    """The ids of all leads that the question finds, in its order; what bulk acts go by."""
    return find(db, drive, question).ids()


def count_of(db: Session, drive: Drive, question: Question) -> int:
    """How many leads the question finds."""
    return len(find(db, drive, question))


def unknown_words(db: Session, drive: Drive, question: Question) -> tuple[str, ...]:
    """Those of the words sought that no lead of the drive has as they are, so that similar ones were found."""
    if not question.words:
        return ()
    base, own = base_rows(db, drive, LEADS), own_rows_of(db, drive, LEADS)
    return unknown(db, drive, question.words, base=base, own=own)


def places_of(db: Session, drive: Drive, question: Question) -> NDArray[Any]:
    """Where the leads that the question finds stand in the arrays of `columns_of(db, drive, LEADS)`, in its order."""
    return find(db, drive, question).in_columns()


def leads_of(db: Session, drive: Drive, ids: Sequence[str]) -> list[Lead]:
    """The leads of these ids as the bound drive has them, in that order; ids that it does not have are left out."""
    own = own_rows_of(db, drive, LEADS)
    return [lead for start in range(0, len(ids), _PART) for lead in _leads(db, drive, own, ids[start : start + _PART])]


def each_lead(db: Session, drive: Drive, question: Question) -> Iterator[Lead]:
    """All leads that the question finds, in its order, read a part at a time; for exports."""
    found = find(db, drive, question)
    for start in range(0, len(found), _PART):
        yield from _leads(db, drive, found.own, found.ids(start, start + _PART))


def options_of(db: Session, drive: Drive) -> Options:
    """What the leads of the bound drive can be filtered by."""
    base, own = base_rows(db, drive, LEADS), own_rows_of(db, drive, LEADS)
    facts = facts_of(drive)

    def values(name: str) -> set[str]:
        return {*base.ranked(name).values, *own.ranked(name).values}

    tags = {tag for stored in own.ranked("tags").values for tag in tags_in(stored)}
    return Options(
        stages=tuple(stage.name for stage in stages_of(drive)),
        tags=tuple(sorted({*tags_in(drive.tags), *tags})),
        owners=tuple(sorted({*facts.get("owners", ()), *values("owner")})),
        sources=tuple(sorted({*facts.get("sources", ()), *values("source")})),
        roles=tuple(sorted(values("role"))),
        kinds=tuple(sorted(values("last_kind"))),
        own=tuple(
            (key, one.name, tuple(sorted(values(key))) if one.shape == "choice" else ())
            for key, one in own_columns(drive).items()
        ),
    )


def find_lead(db: Session, drive: Drive, lead_id: str) -> Lead | None:
    """The lead as the bound drive has it, or None where there is none, or no longer; always read anew."""
    own = db.connection().execute(_OWN_LEAD, {**whose(db), "lead_id": lead_id}).first()
    if own is not None:
        return None if own.is_deleted else Lead._make(own[:-1])
    return next(iter(_base_leads(db, drive, [lead_id]).values()), None)


def count_leads(db: Session, drive: Drive) -> int:
    """How many leads the bound drive has."""
    return len(columns_of(db, drive, LEADS))


_PART = 400  # leads read by one statement
_MOST_KEPT = 10_000

# Of the tables and not of the classes, built once; the own one says itself whose lead it means.
_own, _theirs = OwnLead.__table__.c, ScenarioLead.__table__.c
_OWN_LEAD = select(*(_own[name] for name in FIELDS), _own.is_deleted).where(
    _own.drive_id == bindparam("drive_id"), _own.layer == bindparam("layer"), _own.id == bindparam("lead_id")
)
_BASE_LEADS = select(*(_theirs[name] for name in FIELDS)).where(
    _theirs.scenario_id == bindparam("scenario_id"), _theirs.id.in_(bindparam("ids", expanding=True))
)

# By the version of a scenario, which is a digest of all that it holds.
_kept: Lately[tuple[str, str], Lead] = Lately(_MOST_KEPT)


def _leads(db: Session, drive: Drive, own: OwnRows, ids: Sequence[str]) -> list[Lead]:
    """The leads of these ids, in that order: own ones as they are, those of the scenario by one query."""
    if own.is_empty:
        base = _base_leads(db, drive, ids)
        return [base[one] for one in ids if one in base]
    ours = own.by_id
    base = _base_leads(db, drive, [one for one in ids if one not in ours and one not in own.deleted])
    leads = (ours[one] if one in ours else base.get(one) for one in ids)
    return [lead for lead in leads if lead is not None]


def _base_leads(db: Session, drive: Drive, ids: Sequence[str]) -> dict[str, Lead]:
    """The scenario's leads of these ids, from memory or, all that are missing, by one query."""
    known = _kept.find_all([(drive.version, one) for one in ids])
    found = {one: lead for one, lead in zip(ids, known, strict=True) if lead is not None}
    if len(found) < len(ids):
        missing = {"scenario_id": drive.scenario_id, "ids": [one for one in ids if one not in found]}
        leads = {row[0]: Lead._make(row) for row in db.connection().execute(_BASE_LEADS, missing).all()}
        _kept.keep_all({(drive.version, one): lead for one, lead in leads.items()})
        found |= leads
    return found
