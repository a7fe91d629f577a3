"""The only place that finds single rows of any kind as a drive has them; lists of leads are `overlay.py`'s."""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session

from portal.sandbox.drives.bulk import whose
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.kinds import Kind, Value

MOST_AT_ONCE = 1000  # ids in one statement


def find_row(db: Session, drive: Drive, kind: Kind[Value], row_id: str) -> Value | None:
    """The row as the bound drive has it, or None where there is none, or no longer."""
    return next(iter(_laid_over(db, drive, kind, "id", row_id)), None)


def find_rows(db: Session, drive: Drive, kind: Kind[Value], row_ids: Collection[str]) -> dict[str, Value]:
    """Those of these rows that the bound drive has, by id, in two questions."""
    own = own_rows_where(db, kind, kind.own.id.in_(row_ids))
    found: dict[str, Value] = {row_id: row for row_id, row in own.items() if row is not None}
    rest = [row_id for row_id in row_ids if row_id not in own]
    if kind.base is not None and rest:
        base: Any = kind.base
        query = select(*_columns(base, kind)).where(base.scenario_id == drive.scenario_id, base.id.in_(rest))
        found |= {row[0]: kind.value._make(row) for row in db.execute(query)}
    return found


def rows_of_lead(db: Session, drive: Drive, kind: Kind[Value], lead_id: str) -> list[Value]:
    """The rows that belong to a lead of the bound drive, by id."""
    return _laid_over(db, drive, kind, "lead_id", lead_id)


def rows_of_leads(db: Session, drive: Drive, kind: Kind[Value], lead_ids: Collection[str]) -> dict[str, list[Value]]:
    """The rows that belong to each of these leads of the bound drive, by id; a statement for every MOST_AT_ONCE."""
    wanted, own = sorted(set(lead_ids)), own_rows(db, kind)
    found = [row for row in own.values() if row is not None and row.lead_id in lead_ids]
    if kind.base is not None:
        base: Any = kind.base
        for start in range(0, len(wanted), MOST_AT_ONCE):
            is_among = base.lead_id.in_(wanted[start : start + MOST_AT_ONCE])
            rows = db.execute(select(*_columns(base, kind)).where(base.scenario_id == drive.scenario_id, is_among))
            found += [kind.value._make(row) for row in rows if row[0] not in own]
    by_lead = dict[str, list[Value]]()
    for row in sorted(found, key=lambda row: str(row.id)):
        by_lead.setdefault(row.lead_id, []).append(row)
    return by_lead


def own_rows(db: Session, kind: Kind[Value]) -> dict[str, Value | None]:
    """The bound drive's own rows, by id; None for one that it deleted."""
    found = db.execute(select(*_columns(kind.own, kind), kind.own.is_deleted))
    return {row[0]: None if row[-1] else kind.value._make(row[:-1]) for row in found}


def _laid_over(db: Session, drive: Drive, kind: Kind[Value], column: str, wanted: str) -> list[Value]:
    """The rows whose `column` is `wanted`: the scenario's that no own row shadows, and the own ones."""
    connection = db.connection()
    own = connection.execute(_of_own(kind, column), {**whose(db), "wanted": wanted})
    found = {row[0]: kind.value._make(row[:-1]) for row in own if not row[-1]}
    if kind.base is not None:
        rows = connection.execute(_of_base(kind, column), {"scenario_id": drive.scenario_id, "wanted": wanted}).all()
        # A row may have moved away from what is asked for, to another lead say: then it has an own row all the same.
        ids = {**whose(db), "ids": [row[0] for row in rows]}
        moved = connection.scalars(_among_own(kind), ids).all() if rows else []
        found |= {row[0]: kind.value._make(row) for row in rows if row[0] not in moved}
    return [found[row_id] for row_id in sorted(found)]


# Of tables and not of classes, built once, since every page of a lead asks them; they say themselves whose they mean.
@cache
def _of_own(kind: Kind[Any], column: str) -> Select[*tuple[Any, ...]]:
    own: Any = kind.own.__table__.c  # type: ignore[attr-defined]
    return select(*(own[name] for name in kind.fields), own.is_deleted).where(
        *_is_own(own), own[column] == bindparam("wanted")
    )


@cache
def _of_base(kind: Kind[Any], column: str) -> Select[*tuple[Any, ...]]:
    base: Any = kind.base.__table__.c  # type: ignore[union-attr]
    return select(*(base[name] for name in kind.fields)).where(
        base.scenario_id == bindparam("scenario_id"), base[column] == bindparam("wanted")
    )


@cache
def _among_own(kind: Kind[Any]) -> Select[*tuple[Any, ...]]:
    own: Any = kind.own.__table__.c  # type: ignore[attr-defined]
    return select(own.id).where(*_is_own(own), own.id.in_(bindparam("ids", expanding=True)))


def _is_own(own: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return own.drive_id == bindparam("drive_id"), own.layer == bindparam("layer")


def own_rows_where(db: Session, kind: Kind[Value], condition: ColumnElement[bool]) -> dict[str, Value | None]:
    """Those of the bound drive's own rows that meet a condition, by id; None for one that it deleted."""
    found = db.execute(select(*_columns(kind.own, kind), kind.own.is_deleted).where(condition))
    return {row[0]: None if row[-1] else kind.value._make(row[:-1]) for row in found}


def _columns(table: Any, kind: Kind[Any]) -> list[ColumnElement[Any]]:
    return [getattr(table, name) for name in kind.fields]
