"""The only place that knows copy-on-write: a drive's own leads laid over the scenario that all drives share.

A list is the scenario's ids in the order asked for, kept in memory since they never change, less what the drive hides
or replaces, plus what it has of its own: one query for the own rows, whatever the size of the scenario. `list_by_sql`
is the same in plain SQL: the oracle of the tests, and the way once a drive has many rows of its own.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Subquery, and_, bindparam, exists, func, select, union_all
from sqlalchemy.orm import Session

from portal.sandbox.drives.columns import columns_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import facts_of, stages_of, tags_in
from portal.sandbox.drives.kinds import LEADS
from portal.sandbox.drives.lately import Lately
from portal.sandbox.drives.lead import FIELDS, Lead
from portal.sandbox.drives.models import OwnLead
from portal.sandbox.drives.question import Question, conditions, matches, ordering
from portal.sandbox.scenarios.models import ScenarioLead

PAGE = 50
MANY_OWN_ROWS = 300  # above it, merging in memory costs more than the database's own merge

Own = dict[str, Lead | None]  # by id; None where the drive deleted a lead


class Options(NamedTuple):
    """The values that leads of a drive have, or can be given, by what lists are filtered by."""

    stages: tuple[str, ...]
    tags: tuple[str, ...]
    owners: tuple[str, ...]
    sources: tuple[str, ...]
    roles: tuple[str, ...]
    kinds: tuple[str, ...]


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
    question = question.at(drive)
    own = _own_leads(db, drive)
    if len(own) > MANY_OWN_ROWS:
        return list_by_sql(db, drive, question, page=page)
    merged = _Merged(_order_of(db, drive, question), own, question)
    start, end = (page - 1) * PAGE, min(page * PAGE, len(merged))
    leads = _leads(db, drive, [merged[index] for index in range(start, end)])
    return Listing(leads, len(merged), _count(db, drive, own))


def list_by_sql(db: Session, drive: Drive, question: Question, *, page: int) -> Listing:
    """The same by the database alone."""
    question = question.at(drive)
    found = _laid_over(drive, question)
    rows = db.execute(select(found).order_by(*ordering(question, found.c)).limit(PAGE).offset((page - 1) * PAGE))
    return Listing(
        [Lead._make(row) for row in rows], _count_by_sql(db, found), _count_by_sql(db, _laid_over(drive, Question()))
    )


def find_neighbors(db: Session, drive: Drive, question: Question, lead_id: str) -> Neighbors | None:
    """Where the lead stands in the list; None where it is not in it, or the drive has MANY_OWN_ROWS."""
    question = question.at(drive)
    own = _own_leads(db, drive)
    if len(own) > MANY_OWN_ROWS:
        return None
    merged = _Merged(_order_of(db, drive, question), own, question)
    at = merged.find(lead_id)
    if at is None:
        return None
    previous, after = (merged.id_at(index) if 0 <= index < len(merged) else None for index in (at - 1, at + 1))
    return Neighbors(at + 1, len(merged), previous, after)


def ids_of(db: Session, drive: Drive, question: Question) -> list[str]:
    """The ids of all leads that the question finds, in its order; what bulk acts and exports go by."""
    listing = list_leads(db, drive, question, page=1)
    pages = (list_leads(db, drive, question, page=page + 2).leads for page in range((listing.total - 1) // PAGE))
    return [lead.id for leads in (listing.leads, *pages) for lead in leads]


def count_of(db: Session, drive: Drive, question: Question) -> int:
    """How many leads the question finds."""
    return list_leads(db, drive, question, page=1).total


def leads_of(db: Session, drive: Drive, ids: Sequence[str]) -> list[Lead]:
    """The leads of these ids as the bound drive has them, in that order; ids that it does not have are left out."""
    found = (find_lead(db, drive, one) for one in ids)
    return [lead for lead in found if lead]


def each_lead(db: Session, drive: Drive, question: Question) -> Iterator[Lead]:
    """All leads that the question finds, in its order, a part at a time; for exports."""
    yield from leads_of(db, drive, ids_of(db, drive, question))


def options_of(db: Session, drive: Drive) -> Options:
    """What the leads of the bound drive can be filtered by."""
    columns = columns_of(db, drive, LEADS)
    facts = facts_of(drive)
    tags = {tag for stored in set(columns.texts("tags")) for tag in tags_in(stored)}
    return Options(
        stages=tuple(stage.name for stage in stages_of(drive)),
        tags=tuple(sorted({*tags_in(drive.tags), *tags})),
        owners=tuple(sorted({*facts.get("owners", ()), *columns.texts("owner")})),
        sources=tuple(sorted({*facts.get("sources", ()), *columns.texts("source")})),
        roles=tuple(sorted(set(columns.texts("role")))),
        kinds=tuple(sorted(set(columns.texts("last_kind")))),
    )


def find_lead(db: Session, drive: Drive, lead_id: str) -> Lead | None:
    """The lead as the bound drive has it, or None where there is none, or no longer."""
    own = db.execute(select(*_fields(OwnLead), OwnLead.is_deleted).where(OwnLead.id == lead_id)).first()
    if own is not None:
        return None if own.is_deleted else Lead._make(own[:-1])
    return next(iter(_leads(db, drive, [lead_id])), None)


def count_leads(db: Session, drive: Drive) -> int:
    """How many leads the bound drive has."""
    own = _own_leads(db, drive)
    return _count_by_sql(db, _laid_over(drive, Question())) if len(own) > MANY_OWN_ROWS else _count(db, drive, own)


# Of the table and not of the class, built once, since every list asks this; it says itself whose leads it means.
_own = OwnLead.__table__.c
_OWN = (
    select(*(_own[name] for name in FIELDS), _own.is_deleted)
    .where(_own.drive_id == bindparam("drive_id"))
    .limit(MANY_OWN_ROWS + 1)
)


class _Order:
    """A scenario's ids in one order, and where in it another lead would stand."""

    def __init__(self, ids: list[str], values: list[Any], *, is_descending: bool) -> None:
        self.ids = ids
        self.places = {row_id: place for place, row_id in enumerate(ids)}
        present = [value for value in values if value is not None]  # who has none comes last
        self._rising = present[::-1] if is_descending else present
        self._is_descending = is_descending

    def place(self, value: Any, row_id: str) -> int:
        """How many leads of the scenario come before one with this value and id."""
        since, until = len(self._rising), len(self.ids)
        if value is not None:
            since, until = bisect_left(self._rising, value), bisect_right(self._rising, value)
            if self._is_descending:
                since, until = len(self._rising) - until, len(self._rising) - since
        return bisect_left(self.ids, row_id, since, until)


class _Merged:
    """The ids of an order less what a drive hides or replaces, and its own leads at their places among them."""

    def __init__(self, order: _Order, own: Own, question: Question) -> None:
        self._order = order
        self._own = own
        self._hidden = sorted(order.places[row_id] for row_id in own if row_id in order.places)
        self._visible_before = [place - i for i, place in enumerate(self._hidden)]
        added = in_order(question, (lead for lead in own.values() if lead and _fits(question, lead)))
        self._added = {self._place(question, lead) + i: lead for i, lead in enumerate(added)}
        self._added_at = list(self._added)

    def __len__(self) -> int:
        return len(self._order.ids) - len(self._hidden) + len(self._added)

    def __getitem__(self, index: int) -> str | Lead:
        """The drive's own lead at `index`, or the scenario's id."""
        if index in self._added:
            return self._added[index]
        visible = index - bisect_left(self._added_at, index)
        return self._order.ids[visible + bisect_right(self._visible_before, visible)]

    def id_at(self, index: int) -> str:
        """The id at `index`, whoever's it is."""
        found = self[index]
        return found if isinstance(found, str) else found.id

    def find(self, row_id: str) -> int | None:
        """The index of a lead, or None where it is not in the list."""
        if row_id in self._own:
            return next((at for at, lead in self._added.items() if lead.id == row_id), None)
        place = self._order.places.get(row_id)
        if place is None:
            return None
        visible = place - bisect_left(self._hidden, place)
        return visible + bisect_right([at - i for i, at in enumerate(self._added_at)], visible)

    def _place(self, question: Question, lead: Lead) -> int:
        """How many of the scenario's visible leads come before `lead`."""
        before = self._order.place(getattr(lead, question.column), lead.id)
        return before - bisect_left(self._hidden, before)


# By the version of a scenario, which is a digest of all that it holds.
_orders: Lately[tuple[str, Question], _Order] = Lately(200)
_base: Lately[tuple[str, str], Lead] = Lately(20_000)


def _order_of(db: Session, drive: Drive, question: Question) -> _Order:
    key = (drive.version, question)
    if (order := _orders.find(key)) is not None:
        return order
    query = select(ScenarioLead.id, getattr(ScenarioLead, question.column)).where(
        ScenarioLead.scenario_id == drive.scenario_id, *conditions(question, ScenarioLead)
    )
    rows = db.execute(query.order_by(*ordering(question, ScenarioLead))).all()
    order = _Order([row[0] for row in rows], [row[1] for row in rows], is_descending=question.is_descending)
    return _orders.keep(key, order)


def _leads(db: Session, drive: Drive, wanted: Sequence[str | Lead]) -> list[Lead]:
    """The leads of a page: own ones as they are, the scenario's from memory or, all that are missing, by one query."""
    ids = [one for one in wanted if isinstance(one, str)]
    found = dict(zip(ids, _base.find_all([(drive.version, row_id) for row_id in ids]), strict=True))
    if missing := [row_id for row_id, lead in found.items() if lead is None]:
        query = select(*_fields(ScenarioLead)).where(
            ScenarioLead.scenario_id == drive.scenario_id, ScenarioLead.id.in_(missing)
        )
        for row in db.execute(query):
            found[row.id] = _base.keep((drive.version, row.id), Lead._make(row))
    leads = (found[one] if isinstance(one, str) else one for one in wanted)
    return [lead for lead in leads if lead is not None]


def _fits(question: Question, lead: Lead) -> bool:
    return matches(question, lead) and all(word in lead.sought for word in question.words)


def in_order(question: Question, leads: Iterable[Lead]) -> list[Lead]:
    """The question's order in Python; agrees with `ordering` to the letter."""
    by_id = sorted(leads, key=lambda lead: lead.id)
    known = [lead for lead in by_id if getattr(lead, question.column) is not None]
    known.sort(key=attrgetter(question.column), reverse=question.is_descending)
    return known + [lead for lead in by_id if getattr(lead, question.column) is None]


def _own_leads(db: Session, drive: Drive) -> Own:
    """The own leads of the bound drive, or MANY_OWN_ROWS and one of them."""
    rows = db.connection().execute(_OWN, {"drive_id": drive.id})
    return {row[0]: None if row[-1] else Lead._make(row[:-1]) for row in rows}


def _fields(table: type[ScenarioLead] | type[OwnLead]) -> list[ColumnElement[Any]]:
    return [getattr(table, name) for name in FIELDS]


def _count(db: Session, drive: Drive, own: Own) -> int:
    places = _order_of(db, drive, Question()).places
    return len(places) - sum(row_id in places for row_id in own) + sum(lead is not None for lead in own.values())


def _laid_over(drive: Drive, question: Question) -> Subquery:
    """The scenario's rows that no own row shadows, and the own rows that are not deleted."""
    is_shadowed = exists().where(and_(OwnLead.drive_id == drive.id, OwnLead.id == ScenarioLead.id))
    base = select(*_fields(ScenarioLead)).where(
        ScenarioLead.scenario_id == drive.scenario_id, ~is_shadowed, *conditions(question, ScenarioLead)
    )
    own = select(*_fields(OwnLead)).where(
        OwnLead.drive_id == drive.id, OwnLead.is_deleted.is_(False), *conditions(question, OwnLead)
    )
    return union_all(base, own).subquery()


def _count_by_sql(db: Session, found: Subquery) -> int:
    return db.scalar(select(func.count()).select_from(found)) or 0
